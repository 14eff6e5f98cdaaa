/* Card: the job that draws one picture of a title, points and where they are from. */
#include <errno.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <stdlib.h>

#include "lib/media/job.h"
#include "lib/media/stage.h"
#include "lib/media/type.h"
#include "lib/media/work.h"
#include "lib/os/file.h"

/* Letters at their largest and least, in units. */
#define TITLE 72
#define TITLE_ALONE 92
#define TITLE_WHOLE 40 /* and above, words are kept whole */
#define TITLE_LEAST 24
#define POINT 42
#define POINT_LEAST 16
#define CREDIT 23

/* What stands on the card, and the letters it is set in. */
struct card {
	struct call *c;
	const struct card_job *job;
	struct metrics m;
	struct palette palette;
	struct text_style title, point, credit;
	double title_height, gap, top, foot;
	struct canvas cv;
};

struct carding {
	struct card_job *job;
	int fd;
};

/* Where something WIDTH wide stands whose place is X from the side where lines of TEXT begin. */
static double side(const struct card *k, const char *text, double x, double width)
{
	return type_right_to_left(text) ? k->m.width - x - width : x;
}

static bool is_light(const struct card *k)
{
	return k->palette.ink.r > 0.5;
}

static void style_card(struct card *k)
{
	const struct metrics *m = &k->m;
	bool alone = !k->job->points_count;

	k->title = (struct text_style){.size = (alone ? TITLE_ALONE : TITLE) * m->unit,
		.weight = PANGO_WEIGHT_BOLD, .colour = k->palette.ink, .opacity = 1,
		.width = m->text_width, .spacing = 1.06, .tracking = -0.018};
	k->point = (struct text_style){.size = (m->upright ? 46 : POINT) * m->unit,
		.weight = PANGO_WEIGHT_MEDIUM, .colour = k->palette.ink, .opacity = 1,
		.width = m->text_width - 40 * m->unit, .spacing = 1.16};
	k->credit = (struct text_style){.size = CREDIT * m->unit, .weight = PANGO_WEIGHT_MEDIUM,
		.colour = k->palette.ink, .opacity = 0.78, .width = m->text_width, .spacing = 1.1};
	k->gap = 34 * m->unit;
	k->top = m->height * (m->upright ? 0.12 : 0.115);
	k->foot = m->height - fmax(m->height * 0.075, 48 * m->unit);
}

static double points_height(struct card *k)
{
	double height = 0, w, h;

	for (size_t i = 0; i < k->job->points_count; i++) {
		canvas_set(&k->cv, k->job->points[i], &k->point, &w, &h);
		height += h + (i ? k->gap * k->point.size / (POINT * k->m.unit) : 0);
	}
	return height;
}

static void fit_title(struct card *k, double room)
{
	const char *title = k->job->title;
	double most = room * (k->job->points_count ? 0.36 : 0.6);
	struct text_style style = k->title;

	if (!title)
		return;
	k->title_height = type_fit(title, &k->title, most, TITLE_WHOLE * k->m.unit);
	if (k->title_height <= most * 1.25)
		return;
	k->title = style;
	k->title_height = type_fit(title, &k->title, most, TITLE_LEAST * k->m.unit);
}

/* Chooses the sizes, the same for all points. FAIL_INPUT when even the least do not fit. */
static enum fail fit_texts(struct card *k, double *y)
{
	const struct card_job *job = k->job;
	double room = k->foot - k->top, bar = job->title ? 30 * k->m.unit : 0, all;

	if (job->credit)
		room -= k->gap + 2.2 * k->credit.size;
	fit_title(k, room);
	all = bar + k->title_height + (job->title && job->points_count ? 1.3 * k->gap : 0);
	while (all + points_height(k) > room && k->point.size > POINT_LEAST * k->m.unit)
		k->point.size = fmax(POINT_LEAST * k->m.unit, k->point.size * 0.95);
	all += points_height(k);
	if (all > room)
		return fail(k->c, FAIL_INPUT,
			"card: so much text cannot be read on a picture of %d x %d", k->m.width,
			k->m.height);
	*y = k->top + (room - all) * 0.42 + bar;
	return FAIL_NONE;
}

static void draw_text(struct card *k, const char *text, const struct text_style *style, double x,
	double y, double *height)
{
	double w;

	canvas_set(&k->cv, text, style, &w, height);
	canvas_draw(&k->cv, style, side(k, text, x, style->width), y);
}

static void fill_bar(struct card *k, double y)
{
	double width = 92 * k->m.unit, height = 9 * k->m.unit;

	canvas_colour(&k->cv, k->palette.accent, 1);
	canvas_round_box(&k->cv, side(k, k->job->title, k->m.margin, width), y, width, height,
		height / 2);
	cairo_fill(k->cv.cairo);
}

static void fill_dot(struct card *k, const char *point, double y)
{
	double dot = 7 * k->m.unit;

	canvas_colour(&k->cv, k->palette.accent, 1);
	cairo_new_path(k->cv.cairo);
	cairo_arc(k->cv.cairo, side(k, point, k->m.margin, 2 * dot) + dot,
		y + k->point.size * 0.64, dot, 0, 2 * M_PI);
	cairo_fill(k->cv.cairo);
}

/* At the foot, in two lines at most. */
static void draw_credit(struct card *k)
{
	PangoLayout *layout = k->cv.layout;
	double w, h;
	int pixels;

	if (!k->job->credit)
		return;
	canvas_set(&k->cv, k->job->credit, &k->credit, &w, &h);
	pango_layout_set_height(layout, -2);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	if (pango_layout_is_ellipsized(layout))
		call_warn(k->c, "not all sources fit at the foot of the picture");
	pango_layout_get_pixel_size(layout, NULL, &pixels);
	canvas_draw(&k->cv, &k->credit, side(k, k->job->credit, k->m.margin, k->credit.width),
		k->foot - pixels);
}

/* The letters with their shadow, and then what has none. */
static void draw_card(struct card *k, double y)
{
	const struct card_job *job = k->job;
	double at[CARD_POINTS_MAX + 1], h;

	if (job->title)
		draw_text(k, job->title, &k->title, k->m.margin, y, &h);
	at[0] = y + k->title_height + (job->title ? 1.3 * k->gap : 0);
	for (size_t i = 0; i < job->points_count; i++) {
		draw_text(k, job->points[i], &k->point, k->m.margin + 40 * k->m.unit, at[i], &h);
		at[i + 1] = at[i] + h + k->gap * k->point.size / (POINT * k->m.unit);
	}
	draw_credit(k);
	if (is_light(k))
		canvas_shadow(&k->cv, (int)ceil(5 * k->m.unit), 0.42, 2 * k->m.unit);
	if (job->title)
		fill_bar(k, y - 34 * k->m.unit);
	for (size_t i = 0; i < job->points_count; i++)
		fill_dot(k, job->points[i], at[i]);
}

/* The ground of a video's scenes as an opaque picture; the caller frees *PIXELS behind it. */
static enum fail draw_ground(struct card *k, uint8_t **pixels, cairo_surface_t **out)
{
	const struct metrics *m = &k->m;
	struct backdrop backdrop = backdrop_new(&k->palette, (uint64_t)k->job->seed, 0, m->width,
		m->height, !k->job->points_count);
	struct frame f = frame_new(m->width, m->height);
	struct SwsContext *sws = sws_getContext(m->width, m->height, AV_PIX_FMT_YUV420P, m->width,
		m->height, AV_PIX_FMT_RGB32, SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT |
		SWS_FULL_CHR_H_INT, NULL, NULL, NULL);
	const int *bt709 = sws_getCoefficients(SWS_CS_ITU709);
	int stride = m->width * 4;

	backdrop_draw(&backdrop, &f, 0);
	/* Scalers write whole vectors: room behind the last row. */
	*pixels = xmalloc((size_t)stride * (size_t)m->height + 64);
	if (sws) {
		sws_setColorspaceDetails(sws, bt709, 0, bt709, 1, 0, 1 << 16, 1 << 16);
		sws_scale(sws, (const uint8_t *const *)f.data, f.stride, 0, m->height,
			(uint8_t *[]){*pixels}, &stride);
		*out = cairo_image_surface_create_for_data(*pixels, CAIRO_FORMAT_RGB24, m->width,
			m->height, stride);
	}
	frame_free(&f);
	backdrop_free(&backdrop);
	if (!sws)
		return fail(k->c, FAIL_CONFIG, "this libswscale cannot make RGB of a frame");
	sws_freeContext(sws);
	return FAIL_NONE;
}

struct png {
	struct call *c;
	const struct carding *to;
	enum fail failed;
};

static cairo_status_t put(void *to, const unsigned char *data, unsigned len)
{
	struct png *png = to;

	png->failed = file_write_all(png->c, png->to->fd, png->to->job->path, data, len);
	return png->failed == FAIL_NONE ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static enum fail write_card(struct card *k, const struct carding *to)
{
	struct png png = {.c = k->c, .to = to};
	cairo_surface_t *ground = NULL;
	uint8_t *pixels = NULL;
	enum fail f = draw_ground(k, &pixels, &ground);

	if (f == FAIL_NONE) {
		cairo_t *cr = cairo_create(ground);
		cairo_status_t status;

		cairo_set_source_surface(cr, k->cv.surface, 0, 0);
		cairo_paint(cr);
		cairo_destroy(cr);
		status = cairo_surface_write_to_png_stream(ground, put, &png);
		cairo_surface_destroy(ground);
		f = png.failed;
		if (f == FAIL_NONE && status != CAIRO_STATUS_SUCCESS)
			f = fail(k->c, FAIL_BUG, "cannot write the picture: %s",
				cairo_status_to_string(status));
	}
	free(pixels);
	return f;
}

static enum fail prepare(struct call *c, const json_t *json, struct errand *e)
{
	struct carding *r = ARENA_NEW(&c->arena, struct carding, 1);

	TRY(job_read_card(c, json, &r->job));
	TRY(work_open_output(c, r->job->path, false, &r->fd));
	e->job = r;
	e->wish = (enum sandbox_wish)r->job->sandbox;
	return FAIL_NONE;
}

static void check_letters(struct call *c, const struct card_job *job)
{
	bool told = type_lacks_letters(c, job->title);

	for (size_t i = 0; i < job->points_count && !told; i++)
		told = type_lacks_letters(c, job->points[i]);
	if (!told)
		type_lacks_letters(c, job->credit);
}

static enum fail run(struct call *c, const struct errand *e, json_t *result)
{
	const struct carding *r = e->job;
	struct card k = {.c = c, .job = r->job,
		.m = metrics_of(r->job->width, r->job->height, false),
		.palette = palette_for(r->job->background, (uint64_t)r->job->seed)};
	enum fail f;
	double y;

	call_progress(c, 0, 1, "video_rendering", "card");
	check_letters(c, r->job);
	style_card(&k);
	canvas_begin(&k.cv, 0, 0, k.m.width, k.m.height);
	f = fit_texts(&k, &y);
	if (f == FAIL_NONE) {
		draw_card(&k, y);
		cairo_surface_flush(k.cv.surface);
		f = write_card(&k, r);
	}
	canvas_end(&k.cv);
	json_object_set_new(result, "width", json_integer(r->job->width));
	json_object_set_new(result, "height", json_integer(r->job->height));
	json_object_set_new(result, "font", json_string(type_family(NULL)));
	return f;
}

const struct work work_card = {"card", prepare, run};
