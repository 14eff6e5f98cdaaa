/* Burn: captions drawn into the picture.
 *
 * A caption is drawn once; the word being spoken is a small drawing of its own above it, so that
 * a new word costs the drawing of one word. */
#include "lib/media/burn.h"

#include <math.h>

#include "lib/media/type.h"

#define HOLD_S 0.5    /* a caption stays this long behind its last word */
#define FADE_FRAMES 4

/* Looks of the places. */
static const struct {
	double size, upright_size, width, spacing, tracking, middle, upright_middle;
	PangoWeight weight;
} looks[] = {
	[CAPTION_FOOT] = {39, 50, 1.08, 1.14, 0, 0.875, 0.80, PANGO_WEIGHT_SEMIBOLD},
	[CAPTION_BODY] = {60, 70, 0.94, 1.18, -0.01, 0.56, 0.46, PANGO_WEIGHT_BOLD},
	[CAPTION_MIDDLE] = {64, 74, 1, 1.16, -0.01, 0.48, 0.46, PANGO_WEIGHT_BOLD},
};

#define PLACES (sizeof looks / sizeof looks[0])

static struct text_style style_of(const struct show *show, enum caption_place place)
{
	const struct metrics *m = &show->metrics;

	return (struct text_style){
		.size = (m->upright ? looks[place].upright_size : looks[place].size) * m->unit,
		.weight = looks[place].weight,
		.colour = place == CAPTION_FOOT ? (struct rgb){1, 1, 1} : show->palette.ink,
		.opacity = 1, .width = m->text_width * looks[place].width,
		.spacing = looks[place].spacing, .tracking = looks[place].tracking,
		.centre = place != CAPTION_BODY};
}

/* Letters that nearly always fit a line, by the width of a usual text in this font. */
static size_t letters_of(const struct text_style *style)
{
	static const char sample[] = "When the wind does not blow, the sun may shine elsewhere.";
	struct canvas cv;
	double w, h, letters;

	canvas_begin(&cv, 0, 0, 2, 2);
	canvas_set(&cv, sample, &(struct text_style){.size = style->size, .weight = style->weight,
		.tracking = style->tracking}, &w, &h);
	canvas_end(&cv);
	letters = style->width / (1.1 * w / (sizeof sample - 1));
	return letters > 42 ? 42 : letters < 8 ? 8 : (size_t)letters;
}

static void plan_part(struct call *c, struct burn *b, const struct part_span *part,
	enum caption_place place, size_t letters)
{
	const struct timeline *t = b->show->timeline;
	struct captions all = captions_of(c, &part->tokens, place == CAPTION_FOOT ? 2 : 3, letters);

	for (size_t i = 0; i < all.count; i++) {
		struct burn_span *s = &b->span[b->count++];
		double end_s = i + 1 < all.count ? all.caption[i + 1].start_s
						 : all.caption[i].end_s + HOLD_S;

		if (end_s > all.caption[i].end_s + HOLD_S)
			end_s = all.caption[i].end_s + HOLD_S;
		*s = (struct burn_span){part, all.caption[i], place,
			time_frame(t, all.caption[i].start_s), time_frame(t, end_s)};
	}
}

struct burn burn_new(struct call *c, const struct show *show)
{
	const struct timeline *t = show->timeline;
	struct burn b = {.show = show};
	size_t most = 0, letters[PLACES];

	for (size_t i = 0; i < t->parts_count; i++)
		most += t->parts[i].tokens.count;
	b.span = ARENA_NEW(&c->arena, struct burn_span, most + 1);
	for (size_t i = 0; i < PLACES; i++) {
		struct text_style style = style_of(show, (enum caption_place)i);

		letters[i] = letters_of(&style);
	}
	for (size_t n = 0; n < t->scenes_count; n++) {
		enum caption_place place = caption_place_of(c, show, n);

		for (size_t i = 0; i < t->scenes[n].count; i++) {
			const struct part_span *part = &t->parts[t->scenes[n].first + i];

			/* Items are read where they stand. */
			if (part->part->kind == PART_SENTENCE)
				plan_part(c, &b, part, place, letters[place]);
		}
	}
	for (size_t i = 0; i + 1 < b.count; i++)
		if (b.span[i].to > b.span[i + 1].from)
			b.span[i].to = b.span[i + 1].from;
	b.drawn = b.count;
	return b;
}

void burn_free(struct burn *b)
{
	overlay_free(&b->text);
	overlay_free(&b->mark);
}

/* A canvas with TEXT set on it, and the upper left corner of its lines. */
static void begin(struct canvas *cv, const struct burn *b, const struct burn_span *s,
	const struct text_style *style, const char *text, double at[2], double size[2])
{
	const struct metrics *m = &b->show->metrics;
	double pad = 40 * m->unit, w, h;

	canvas_begin(cv, 0, 0, 2, 2);
	canvas_set(cv, text, style, &w, &h);
	canvas_end(cv);
	at[0] = style->centre ? (m->width - style->width) / 2 : m->margin;
	if (!style->centre && type_right_to_left(text))
		at[0] = m->width - m->margin - style->width;
	at[1] = m->height * (m->upright ? looks[s->place].upright_middle : looks[s->place].middle) -
		h / 2;
	canvas_begin(cv, 0, (int)(at[1] - pad), m->width, (int)(h + 2 * pad));
	canvas_set(cv, text, style, &size[0], &size[1]);
}

static void draw_text(struct call *c, struct burn *b, const struct burn_span *s)
{
	const struct metrics *m = &b->show->metrics;
	struct text_style style = style_of(b->show, s->place);
	const char *text = caption_text(c, &s->part->tokens, &s->caption, 0, NULL, NULL);
	double at[2], size[2], pad_x = 22 * m->unit, pad_y = 11 * m->unit;
	struct canvas cv;

	begin(&cv, b, s, &style, text, at, size);
	if (s->place == CAPTION_FOOT) {
		canvas_colour(&cv, (struct rgb){0.02, 0.03, 0.06}, 0.66);
		canvas_round_box(&cv, (m->width - size[0]) / 2 - pad_x, at[1] - pad_y,
			size[0] + 2 * pad_x, size[1] + 2 * pad_y, 14 * m->unit);
		cairo_fill(cv.cairo);
	}
	canvas_draw(&cv, &style, at[0], at[1]);
	if (s->place != CAPTION_FOOT && style.colour.r > 0.5)
		canvas_shadow(&cv, (int)ceil(6 * m->unit), 0.4, 2 * m->unit);
	overlay_free(&b->text);
	b->text = canvas_overlay(&cv);
	canvas_end(&cv);
}

static void draw_mark(struct call *c, struct burn *b, const struct burn_span *s, size_t token)
{
	const struct palette *palette = &b->show->palette;
	struct text_style style = style_of(b->show, s->place), clear = style;
	size_t mark = 0, len = 0;
	const char *text = caption_text(c, &s->part->tokens, &s->caption, token, &mark, &len);
	double at[2], size[2];
	struct canvas cv;

	begin(&cv, b, s, &style, text, at, size);
	canvas_mark(&cv, mark, len, s->place == CAPTION_FOOT ? palette->bright : palette->accent);
	clear.opacity = 0;
	canvas_draw(&cv, &clear, at[0], at[1]);
	overlay_free(&b->mark);
	b->mark = canvas_overlay(&cv);
	canvas_end(&cv);
}

/* The word spoken at TIME_S: the last one that has begun. */
static size_t token_at(const struct burn_span *s, double time_s)
{
	size_t found = s->caption.first;

	for (size_t i = found; i < s->caption.first + s->caption.count; i++)
		if (s->part->tokens.token[i].start_s <= time_s)
			found = i;
	return found;
}

void burn_draw(struct call *c, struct burn *b, struct frame *f, int64_t at)
{
	const struct burn_span *s;
	size_t token;
	int opacity;

	while (b->at < b->count && b->span[b->at].to <= at)
		b->at++;
	s = &b->span[b->at];
	if (b->at == b->count || s->from > at)
		return;
	if (b->drawn != b->at) {
		draw_text(c, b, s);
		b->drawn = b->at;
		b->marked = (size_t)-1;
	}
	token = token_at(s, frame_time_s(b->show->timeline, at) + 0.5 / b->show->timeline->fps);
	if (b->marked != token && b->show->job->voice) {
		draw_mark(c, b, s, token);
		b->marked = token;
	}
	/* Straight behind another caption it is there at once: the box would flicker. */
	opacity = 256;
	if (at - s->from + 1 < FADE_FRAMES && (!b->at || s[-1].to < s->from))
		opacity = (int)(256 * (at - s->from + 1) / FADE_FRAMES);
	overlay_blend(f, &b->text, 0, 0, opacity);
	if (b->show->job->voice)
		overlay_blend(f, &b->mark, 0, 0, opacity);
}
