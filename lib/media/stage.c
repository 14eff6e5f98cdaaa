/* Stage: one scene made ready to be drawn. */
#include "lib/media/stage.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/arena.h"
#include "lib/media/picture.h"

/* The camera sees one part in this of a picture at most, and moves within it. */
#define CAMERA_ROOM 1.14

struct metrics metrics_of(int64_t width, int64_t height, bool captions)
{
	struct metrics m = {.width = (int)width, .height = (int)height};

	m.upright = m.height > m.width;
	m.unit = (m.upright ? m.width : m.height) / 720.0;
	m.margin = m.unit * (m.upright ? 64 : 104);
	m.text_width = m.width - 2 * m.margin;
	m.foot = m.height * (m.upright ? 0.70 : captions ? 0.765 : 0.88);
	return m;
}

void stage_add(struct stage *s, struct overlay overlay, int64_t from, int64_t to, int rise)
{
	if (!overlay.memory)
		return;
	s->sprite = xrealloc(s->sprite, s->sprites + 1, sizeof *s->sprite);
	s->sprite[s->sprites++] = (struct sprite){overlay, from, to, 0, rise};
}

enum fail stage_open(struct call *c, const struct show *show, size_t number, struct stage *out)
{
	const struct metrics *m = &show->metrics;
	const struct scene_span *span = &show->timeline->scenes[number];
	const char *picture = span->scene->picture;
	const char *name = span->scene->picture_name ? span->scene->picture_name : picture;
	uint64_t seed = (uint64_t)show->job->seed;

	*out = (struct stage){.span = span, .number = number, .fps = show->timeline->fps};
	if (picture) {
		enum fail f = picture_load(c, picture, name, (int)(m->width * CAMERA_ROOM) & ~1,
			(int)(m->height * CAMERA_ROOM) & ~1, show->palette.deep, &out->picture);

		if (f != FAIL_NONE) {
			fail_context(c, "picture of scene %zu", number + 1);
			return f;
		}
		out->moving = true;
	} else {
		out->backdrop = backdrop_new(&show->palette, seed, number, m->width, m->height,
			scene_is_card(show, number));
		out->has_backdrop = true;
	}
	layout_scene(c, show, out);
	return FAIL_NONE;
}

void stage_close(struct stage *s)
{
	for (size_t i = 0; i < s->sprites; i++)
		overlay_free(&s->sprite[i].overlay);
	free(s->sprite);
	if (s->has_backdrop)
		backdrop_free(&s->backdrop);
	frame_free(&s->picture);
	*s = (struct stage){0};
}

/* The camera goes straight from one view of the picture to another; odd scenes go the other way. */
static void draw_picture(const struct stage *s, struct frame *f, int64_t at)
{
	double length = (double)(s->span->to - s->span->from);
	double t = length > 0 ? (double)(at - s->span->from) / length : 0;
	double way = s->number & 1 ? 1 - t : t;
	double room = (double)s->picture.width / f->width;
	double step, free_x, free_y;

	t = fmin(fmax(way, -0.08), 1.08);
	step = room - (room - 1) * (0.25 + 0.6 * t);
	free_x = s->picture.width - f->width * step;
	free_y = s->picture.height - f->height * step;
	frame_zoom(f, &s->picture, free_x * (s->number % 3 == 1 ? 0.3 + 0.4 * t : 0.5),
		free_y * (s->number % 3 == 2 ? 0.7 - 0.4 * t : 0.5), step);
}

static double ease_out(double t)
{
	t = t < 0 ? 0 : t > 1 ? 1 : t;
	return 1 - (1 - t) * (1 - t) * (1 - t);
}

static void draw_sprite(const struct stage *s, struct frame *f, const struct sprite *sprite,
	int64_t at)
{
	double fps = s->fps;
	double in = ease_out((double)(at - sprite->from + 1) / (0.55 * fps));
	double out = fmin(1, (double)(sprite->to - at) / (0.3 * fps));
	double dim = 1;

	if (sprite->dim_from)
		dim = 1 - 0.4 * ease_out((double)(at - sprite->dim_from) / (0.4 * fps));
	overlay_blend(f, &sprite->overlay, 0, (int)lround(sprite->rise * (1 - in)),
		(int)lround(256 * fmin(in, out) * dim));
}

void stage_draw(struct stage *s, struct frame *f, int64_t at)
{
	if (s->moving)
		draw_picture(s, f, at);
	else
		backdrop_draw(&s->backdrop, f, (double)(at - s->span->from) / s->fps);
	for (size_t i = 0; i < s->sprites; i++)
		if (at >= s->sprite[i].from && at < s->sprite[i].to)
			draw_sprite(s, f, &s->sprite[i], at);
}
