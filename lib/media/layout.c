/* Layout: where the texts of each kind of scene stand, and when they come. */
#include <math.h>

#include "lib/media/callout.h"
#include "lib/media/stage.h"
#include "lib/media/type.h"

/* Size of the letters of a list. */
#define BULLET 42

/* Where the heading of a list or a text begins, of the height. */
#define HEADING_TOP(m) ((m)->upright ? 0.15 : 0.115)

struct page {
	struct call *c;
	const struct show *show;
	const struct metrics *m;
	struct stage *stage;
	int64_t from, to;     /* frames between the transitions */
	bool mirrored;        /* for texts that are read from right to left */
};

/* Where something WIDTH wide stands whose place is X from the side where lines begin. */
static double side(const struct page *p, double x, double width)
{
	return p->mirrored ? p->m->width - x - width : x;
}

static int64_t after(const struct page *p, double seconds)
{
	return p->from + (int64_t)lround(seconds * p->stage->fps);
}

static int rise(const struct page *p, double units)
{
	return (int)lround(units * p->m->unit);
}

static struct rgb ink_of(const struct page *p)
{
	const struct rgb white = {1, 1, 1};

	return p->stage->moving ? white : p->show->palette.ink;
}

/* Light letters get a shadow that keeps them readable upon any picture. */
static void shade(struct page *p, struct canvas *cv, double radius)
{
	if (ink_of(p).r > 0.5)
		canvas_shadow(cv, (int)ceil(radius * p->m->unit), p->stage->moving ? 0.75 : 0.42,
			2 * p->m->unit);
}

static void add_bar(struct page *p, double x, double y, double width, double height, int64_t from,
	int64_t to)
{
	struct canvas cv;

	x = side(p, x, width);
	canvas_begin(&cv, (int)x - 2, (int)y - 2, (int)ceil(width) + 4, (int)ceil(height) + 4);
	canvas_colour(&cv, p->stage->moving ? p->show->palette.bright : p->show->palette.accent, 1);
	canvas_round_box(&cv, x, y, width, height, fmin(width, height) / 2);
	cairo_fill(cv.cairo);
	stage_add(p->stage, canvas_overlay(&cv), from, to, 0);
	canvas_end(&cv);
}

/* Adds TEXT with its upper left corner at X, Y; returns its height. */
static double add_text(struct page *p, const char *text, const struct text_style *style, double x,
	double y, int64_t from, int64_t to)
{
	double w, h, pad = 28 * p->m->unit,
		     wide = style->width > 0 ? style->width : p->m->text_width;
	struct canvas cv;

	x = side(p, x, wide);
	canvas_begin(&cv, 0, 0, 2, 2);
	canvas_set(&cv, text, style, &w, &h);
	canvas_end(&cv);
	canvas_begin(&cv, (int)(x - pad), (int)(y - pad), (int)(wide + 2 * pad),
		(int)(h + 2 * pad));
	canvas_set(&cv, text, style, &w, &h);
	canvas_draw(&cv, style, x, y);
	shade(p, &cv, 5);
	stage_add(p->stage, canvas_overlay(&cv), from, to, rise(p, 26));
	canvas_end(&cv);
	return h;
}

/* The place of the scene among those with a heading, not counting the title card; 0: none. */
static size_t chapter_of(const struct page *p)
{
	const struct timeline *t = p->show->timeline;
	size_t chapter = 0;

	for (size_t i = 1; i <= p->stage->number; i++)
		if (t->scenes[i].scene->title)
			chapter++;
	return p->stage->span->scene->title ? chapter : 0;
}

/* The chapter's number, very large and hardly there, at the right edge. */
static void add_numeral(struct page *p, double opacity)
{
	const struct metrics *m = p->m;
	size_t chapter = chapter_of(p);
	struct text_style style = {.size = 400 * m->unit, .weight = PANGO_WEIGHT_HEAVY,
		.colour = ink_of(p), .opacity = opacity, .tracking = -0.04};
	struct canvas cv;
	double w, h;

	if (!chapter)
		return;
	canvas_begin(&cv, 0, 0, m->width, m->height);
	canvas_set(&cv, arena_printf(&p->c->arena, "%02zu", chapter), &style, &w, &h);
	canvas_draw(&cv, &style, side(p, m->width - w - m->margin * 0.55, w),
		m->upright ? m->height * 0.06 : (m->height - h) / 2 - 36 * m->unit);
	stage_add(p->stage, canvas_overlay(&cv), p->from, p->to, rise(p, -30));
	canvas_end(&cv);
}

static void layout_title(struct page *p)
{
	const struct metrics *m = p->m;
	const char *title = p->stage->span->scene->title;
	struct text_style style = {.size = (m->upright ? 84 : 92) * m->unit,
		.weight = PANGO_WEIGHT_BOLD, .colour = ink_of(p), .opacity = 1,
		.width = m->upright ? m->text_width : m->text_width * 0.88, .spacing = 1.06,
		.tracking = -0.018};
	double h, y;

	if (!title)
		return;
	h = type_fit(title, &style, m->height * (m->upright ? 0.36 : 0.46), 30 * m->unit);
	y = m->height * (m->upright ? 0.42 : 0.46) - h / 2;
	add_numeral(p, 0.10);
	add_bar(p, m->margin, y - 34 * m->unit, 92 * m->unit, 9 * m->unit, p->from, p->to);
	add_text(p, title, &style, m->margin, y, after(p, 0.12), p->to);
}

/* Returns the y below the heading. */
static double add_heading(struct page *p, double y, double size, double width, double most)
{
	const struct metrics *m = p->m;
	const char *title = p->stage->span->scene->title;
	struct text_style style = {.size = size * m->unit, .weight = PANGO_WEIGHT_BOLD,
		.colour = ink_of(p), .opacity = 1, .width = width, .spacing = 1.08,
		.tracking = -0.015};
	double h;

	if (!title)
		return y;
	h = type_fit(title, &style, most, 24 * m->unit);
	add_bar(p, m->margin, y, 64 * m->unit, 7 * m->unit, p->from, p->to);
	y += 24 * m->unit;
	add_text(p, title, &style, m->margin, y, after(p, 0.1), p->to);
	return y + h;
}

/* Numbers of the sentences, one after another, large. */
static void add_callouts(struct page *p, double x, double y, double width)
{
	const struct timeline *t = p->show->timeline;
	const struct scene_span *span = p->stage->span;
	const struct metrics *m = p->m;

	for (size_t i = span->first; i < span->first + span->count; i++) {
		const struct part_span *part = &t->parts[i];
		struct text_style big = {.size = 112 * m->unit, .weight = PANGO_WEIGHT_HEAVY,
			.colour = p->show->palette.accent, .opacity = 1, .width = width,
			.spacing = 1.0, .tracking = -0.02};
		struct text_style small = {.size = 32 * m->unit, .weight = PANGO_WEIGHT_MEDIUM,
			.colour = ink_of(p), .opacity = 0.92, .width = width};
		struct callout callout;
		int64_t from, to;
		double h;

		if (part->part->kind != PART_SENTENCE ||
			!callout_find(p->c, &part->tokens, &callout))
			continue;
		from = time_frame(t, part->tokens.token[callout.token].start_s) - t->fps / 8;
		to = part->to + t->fps / 4 < p->to ? part->to + t->fps / 4 : p->to;
		h = type_fit(callout.value, &big, 150 * m->unit, 40 * m->unit);
		add_text(p, callout.value, &big, x, y, from, to);
		add_text(p, callout.label, &small, x + 4 * m->unit, y + h + 4 * m->unit,
			from + t->fps / 8, to);
	}
}

bool scene_has_callouts(struct call *c, const struct show *show, size_t number)
{
	const struct timeline *t = show->timeline;
	const struct scene_span *span = &t->scenes[number];
	struct callout callout;

	for (size_t i = span->first; show->job->text_overlays && i < span->first + span->count; i++)
		if (t->parts[i].part->kind == PART_SENTENCE &&
			callout_find(c, &t->parts[i].tokens, &callout))
			return true;
	return false;
}

bool scene_is_card(const struct show *show, size_t number)
{
	const struct job_scene *scene = show->timeline->scenes[number].scene;

	return scene->layout == LAYOUT_TITLE ||
		(number == 0 && scene->layout == LAYOUT_TEXT && scene->title);
}

enum caption_place caption_place_of(struct call *c, const struct show *show, size_t number)
{
	const struct job_scene *scene = show->timeline->scenes[number].scene;

	if (scene->layout != LAYOUT_TEXT || scene->picture || scene_is_card(show, number))
		return CAPTION_FOOT;
	if (!scene->title)
		return CAPTION_MIDDLE;
	return scene_has_callouts(c, show, number) ? CAPTION_FOOT : CAPTION_BODY;
}

/* Where no captions are shown the sentences themselves stand on the screen. */
static void add_statements(struct page *p, double y, double size)
{
	const struct timeline *t = p->show->timeline;
	const struct scene_span *span = p->stage->span;
	const struct metrics *m = p->m;

	for (size_t i = span->first; i < span->first + span->count; i++) {
		const struct part_span *part = &t->parts[i];
		struct text_style style = {.size = size * m->unit, .weight = PANGO_WEIGHT_SEMIBOLD,
			.colour = ink_of(p), .opacity = 1, .width = m->text_width, .spacing = 1.22};
		double h, room = m->height * 0.9 - y;

		if (part->part->kind != PART_SENTENCE)
			continue;
		h = type_fit(part->part->text, &style, room, 18 * m->unit);
		add_text(p, part->part->text, &style, m->margin,
			span->scene->title ? y : y + (room - h) / 2, part->from,
			part->to + t->fps / 6);
	}
}

static void layout_text(struct page *p)
{
	const struct metrics *m = p->m;
	const struct job_scene *scene = p->stage->span->scene;
	bool numbers = scene_has_callouts(p->c, p->show, p->stage->number);
	double below = m->height * 0.12, width = m->text_width;

	if (scene->title && numbers) {
		add_numeral(p, 0.045);
		below = add_heading(p, m->height * (m->upright ? 0.17 : 0.30), 66,
			width * (m->upright ? 1 : 0.5), m->height * 0.34);
	} else if (scene->title) {
		add_numeral(p, 0.06);
		below = add_heading(p, m->height * HEADING_TOP(m), 48, width, m->height * 0.2);
	}
	if (numbers && m->upright)
		add_callouts(p, m->margin, fmax(below + 70 * m->unit, m->height * 0.4), width);
	else if (numbers && scene->title)
		add_callouts(p, m->width * 0.56, m->height * 0.31,
			m->width * 0.44 - m->margin * 0.6);
	if (!p->show->job->captions && (!p->show->job->voice || !scene->title))
		add_statements(p, below + 40 * m->unit, scene->title ? 40 : 54);
}

static void add_bullet(struct page *p, const struct part_span *part, const struct text_style *style,
	double y, int64_t to)
{
	const struct metrics *m = p->m;
	double x = m->margin + 40 * m->unit, dot = 7 * m->unit;
	double left = side(p, m->margin, 2 * dot);
	struct canvas cv;

	canvas_begin(&cv, (int)left - 1, (int)y, (int)(2 * dot) + 3, (int)(style->size * 1.3));
	canvas_colour(&cv, p->show->palette.accent, 1);
	cairo_arc(cv.cairo, left + dot, y + style->size * 0.64, dot, 0, 2 * M_PI);
	cairo_fill(cv.cairo);
	stage_add(p->stage, canvas_overlay(&cv), part->from, to, 0);
	canvas_end(&cv);
	add_text(p, part->part->text, style, x, y, part->from, to);
}

/* Items appear when they are spoken; the ones before step back; when the page is full a new one
 * begins. */
static void layout_bullets(struct page *p)
{
	const struct timeline *t = p->show->timeline;
	const struct scene_span *span = p->stage->span;
	const struct metrics *m = p->m;
	struct text_style style = {.size = BULLET * m->unit, .weight = PANGO_WEIGHT_MEDIUM,
		.colour = ink_of(p), .opacity = 1, .spacing = 1.16};
	double top = add_heading(p, m->height * HEADING_TOP(m), 54, m->text_width,
		m->height * 0.2) + 42 * m->unit;
	double y = top;
	size_t page = p->stage->sprites, last = page;

	for (size_t i = span->first; i < span->first + span->count; i++) {
		const struct part_span *part = &t->parts[i];
		double h;

		if (part->part->kind != PART_ITEM)
			continue;
		style.size = BULLET * m->unit;
		style.width = m->text_width - 40 * m->unit;
		h = type_fit(part->part->text, &style, m->foot - top, 20 * m->unit);
		for (size_t s = last; s < p->stage->sprites; s++)
			p->stage->sprite[s].dim_from = part->from;
		if (y > top && y + h > m->foot) {
			for (size_t s = page; s < p->stage->sprites; s++)
				p->stage->sprite[s].to = part->from;
			page = p->stage->sprites;
			y = top;
		}
		last = p->stage->sprites;
		add_bullet(p, part, &style, y, p->to);
		y += h + 26 * m->unit;
	}
}

/* A heading upon a picture: a lower third that goes after a while. */
static void layout_picture(struct page *p)
{
	const struct metrics *m = p->m;
	const char *title = p->stage->span->scene->title;
	struct text_style style = {.size = 46 * m->unit,
		.weight = PANGO_WEIGHT_BOLD,
		.colour = ink_of(p),
		.opacity = 1,
		.width = m->text_width * (m->upright ? 0.96 : 0.7),
		.spacing = 1.08,
		.tracking = -0.01};
	double h, y;
	int64_t to = after(p, 6.5) < p->to ? after(p, 6.5) : p->to;

	if (!title || !p->show->job->text_overlays)
		return;
	h = type_fit(title, &style, m->height * 0.2, 22 * m->unit);
	y = m->foot - h - 6 * m->unit;
	add_bar(p, m->margin, y + 2 * m->unit, 8 * m->unit, h - 4 * m->unit, after(p, 0.2), to);
	add_text(p, title, &style, m->margin + 28 * m->unit, y, after(p, 0.35), to);
}

void layout_scene(struct call *c, const struct show *show, struct stage *stage)
{
	const struct scene_span *span = stage->span;
	const struct timeline *t = show->timeline;
	const char *text = span->scene->title;
	int64_t next = stage->number + 1 < t->scenes_count ? t->scenes[stage->number + 1].fade : 0;
	struct page page = {c, show, &show->metrics, stage, span->from + span->fade / 4,
		span->to - next / 4};

	for (size_t i = span->first; i < span->first + span->count && !text; i++)
		text = t->parts[i].part->text;
	page.mirrored = text && type_right_to_left(text);
	if (stage->number + 1 == t->scenes_count)
		page.to = span->to + 1;
	if (stage->moving && span->scene->layout != LAYOUT_BULLETS)
		layout_picture(&page);
	else if (scene_is_card(show, stage->number))
		layout_title(&page);
	else if (span->scene->layout == LAYOUT_BULLETS)
		layout_bullets(&page);
	else
		layout_text(&page);
}
