/* Type: drawing text and simple shapes, by cairo and pango, into overlays. */
#include "lib/media/type.h"

#include <math.h>
#include <pango/pangofc-fontmap.h>
#include <string.h>

/* In order of preference; DejaVu Sans is what Debian's fontconfig itself depends on. */
static const char *const families[] = {"Inter", "Source Sans 3", "Lato", "Open Sans", "Noto Sans",
	"Liberation Sans", "DejaVu Sans"};

/* No drawing is larger: cairo has a limit, and frames have a smaller one. */
#define CANVAS_MAX 8192

static bool is_installed(const char *family, char **file)
{
	FcPattern *want = FcPatternBuild(NULL, FC_FAMILY, FcTypeString, family, FC_SLANT,
		FcTypeInteger, FC_SLANT_ROMAN, (char *)NULL);
	FcPattern *got = NULL;
	FcChar8 *name = NULL, *path = NULL;
	FcResult result;
	bool same = false;

	if (want) {
		FcConfigSubstitute(NULL, want, FcMatchPattern);
		FcDefaultSubstitute(want);
		got = FcFontMatch(NULL, want, &result);
	}
	if (got && FcPatternGetString(got, FC_FAMILY, 0, &name) == FcResultMatch)
		same = !strcmp((const char *)name, family);
	if (same && FcPatternGetString(got, FC_FILE, 0, &path) == FcResultMatch)
		*file = strdup((const char *)path);
	if (got)
		FcPatternDestroy(got);
	if (want)
		FcPatternDestroy(want);
	return same;
}

const char *type_family(const char **file)
{
	static const char *family;
	static char *path;

	for (size_t i = 0; !family && i < sizeof families / sizeof families[0]; i++)
		if (is_installed(families[i], &path))
			family = families[i];
	if (!family)
		family = "Sans";
	if (file)
		*file = path ? path : "";
	return family;
}

/* Sets TEXT and asks PangoLayout about it. */
static void ask(const char *text, bool *right_to_left, int *missing)
{
	const struct text_style style = {.size = 20, .weight = PANGO_WEIGHT_NORMAL};
	struct canvas cv;
	double w, h;

	canvas_begin(&cv, 0, 0, 2, 2);
	canvas_set(&cv, text, &style, &w, &h);
	*right_to_left = pango_layout_get_direction(cv.layout, 0) == PANGO_DIRECTION_RTL;
	*missing = pango_layout_get_unknown_glyphs_count(cv.layout);
	canvas_end(&cv);
}

bool type_right_to_left(const char *text)
{
	bool right_to_left;
	int missing;

	ask(text, &right_to_left, &missing);
	return right_to_left;
}

int type_missing(const char *text)
{
	bool right_to_left;
	int missing;

	ask(text, &right_to_left, &missing);
	return missing;
}

bool type_lacks_letters(struct call *c, const char *text)
{
	if (!text || !type_missing(text))
		return false;
	call_warn(c, "no installed font has all letters of \"%s\": install one that has, as "
		"fonts-noto-core or fonts-noto-cjk", text);
	return true;
}

void canvas_begin(struct canvas *c, int x, int y, int width, int height)
{
	cairo_font_options_t *options = cairo_font_options_create();
	PangoContext *context;

	*c = (struct canvas){.x = x & ~1, .y = y & ~1};
	width = width < CANVAS_MAX ? width : CANVAS_MAX;
	height = height < CANVAS_MAX ? height : CANVAS_MAX;
	c->width = (x + width - c->x + 1) & ~1;
	c->height = (y + height - c->y + 1) & ~1;
	c->surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, c->width, c->height);
	c->cairo = cairo_create(c->surface);
	cairo_translate(c->cairo, -c->x, -c->y);
	/* Letters are moved and faded: hinting to the pixel grid would make them tremble, and
	 * colours at their edges cannot be kept in 4:2:0. */
	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	c->layout = pango_cairo_create_layout(c->cairo);
	context = pango_layout_get_context(c->layout);
	pango_cairo_context_set_font_options(context, options);
	pango_cairo_context_set_resolution(context, 96);
	pango_context_set_round_glyph_positions(context, FALSE);
	pango_layout_context_changed(c->layout);
	cairo_font_options_destroy(options);
}

void canvas_end(struct canvas *c)
{
	g_object_unref(c->layout);
	cairo_destroy(c->cairo);
	cairo_surface_destroy(c->surface);
}

struct overlay canvas_overlay(struct canvas *c)
{
	cairo_surface_flush(c->surface);
	return overlay_from_argb((const void *)cairo_image_surface_get_data(c->surface),
		cairo_image_surface_get_stride(c->surface) / 4, c->x, c->y, c->width, c->height);
}

void canvas_set(struct canvas *c, const char *text, const struct text_style *style, double *width,
	double *height)
{
	PangoFontDescription *font = pango_font_description_new();
	PangoAttrList *attributes = pango_attr_list_new();
	int w, h;

	pango_font_description_set_family(font, type_family(NULL));
	pango_font_description_set_weight(font, style->weight);
	pango_font_description_set_absolute_size(font, style->size * PANGO_SCALE);
	pango_layout_set_font_description(c->layout, font);
	pango_font_description_free(font);
	if (style->tracking != 0)
		pango_attr_list_insert(attributes, pango_attr_letter_spacing_new((int)lround(
			style->tracking * style->size * PANGO_SCALE)));
	pango_layout_set_attributes(c->layout, attributes);
	pango_attr_list_unref(attributes);
	pango_layout_set_width(c->layout,
		style->width > 0 ? (int)(style->width * PANGO_SCALE) : -1);
	pango_layout_set_wrap(c->layout,
		style->whole ? PANGO_WRAP_WORD : PANGO_WRAP_WORD_CHAR);
	pango_layout_set_alignment(c->layout,
		style->centre ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
	pango_layout_set_line_spacing(c->layout,
		(float)(style->spacing > 0 ? style->spacing : 1.15));
	pango_layout_set_text(c->layout, text, -1);
	pango_layout_get_size(c->layout, &w, &h);
	*width = (double)w / PANGO_SCALE;
	*height = (double)h / PANGO_SCALE;
}

void canvas_mark(struct canvas *c, size_t at, size_t len, struct rgb colour)
{
	PangoAttrList *attributes = pango_attr_list_copy(pango_layout_get_attributes(c->layout));
	PangoAttribute *mark = pango_attr_foreground_new((guint16)lround(colour.r * 65535),
		(guint16)lround(colour.g * 65535), (guint16)lround(colour.b * 65535));

	/* Opaque whatever the rest of the text is. */
	PangoAttribute *whole = pango_attr_foreground_alpha_new(65535);

	mark->start_index = whole->start_index = (guint)at;
	mark->end_index = whole->end_index = (guint)(at + len);
	pango_attr_list_insert(attributes, mark);
	pango_attr_list_insert(attributes, whole);
	pango_layout_set_attributes(c->layout, attributes);
	pango_attr_list_unref(attributes);
}

void canvas_draw(struct canvas *c, const struct text_style *style, double x, double y)
{
	canvas_colour(c, style->colour, style->opacity);
	cairo_move_to(c->cairo, x, y);
	pango_cairo_show_layout(c->cairo, c->layout);
}

double canvas_fit(struct canvas *c, const char *text, const struct text_style *style, double height,
	double least)
{
	struct text_style trial = *style;
	double w, h;

	trial.whole = true;
	for (;;) {
		canvas_set(c, text, &trial, &w, &h);
		if ((h <= height && (style->width <= 0 || w <= style->width + 1)) ||
			trial.size <= least)
			return trial.size;
		trial.size = fmax(least, trial.size * 0.93);
	}
}

double type_fit(const char *text, struct text_style *style, double height, double least)
{
	struct text_style narrow;
	struct canvas cv;
	double w, h, now;

	canvas_begin(&cv, 0, 0, 2, 2);
	style->size = canvas_fit(&cv, text, style, height, least);
	canvas_set(&cv, text, style, &w, &h);
	narrow = *style;
	narrow.whole = true;
	for (int i = 0; i < 12; i++) {
		narrow.width *= 0.95;
		canvas_set(&cv, text, &narrow, &w, &now);
		if (now > h || w > narrow.width + 1)
			break;
		style->width = narrow.width;
	}
	canvas_end(&cv);
	return h;
}

void canvas_colour(struct canvas *c, struct rgb colour, double opacity)
{
	cairo_set_source_rgba(c->cairo, colour.r, colour.g, colour.b, opacity);
}

void canvas_round_box(struct canvas *c, double x, double y, double width, double height,
	double radius)
{
	cairo_t *cr = c->cairo;

	cairo_new_path(cr);
	cairo_arc(cr, x + width - radius, y + radius, radius, -M_PI / 2, 0);
	cairo_arc(cr, x + width - radius, y + height - radius, radius, 0, M_PI / 2);
	cairo_arc(cr, x + radius, y + height - radius, radius, M_PI / 2, M_PI);
	cairo_arc(cr, x + radius, y + radius, radius, M_PI, 3 * M_PI / 2);
	cairo_close_path(cr);
}

void canvas_shadow(struct canvas *c, int radius, double opacity, double down)
{
	cairo_surface_t *alpha = cairo_image_surface_create(CAIRO_FORMAT_A8, c->width, c->height);
	cairo_t *cr = cairo_create(alpha);

	cairo_set_source_surface(cr, c->surface, 0, 0);
	cairo_paint(cr);
	cairo_destroy(cr);
	cairo_surface_flush(alpha);
	plane_blur(cairo_image_surface_get_data(alpha), cairo_image_surface_get_stride(alpha),
		c->width, c->height, radius);
	cairo_surface_mark_dirty(alpha);
	cairo_save(c->cairo);
	cairo_set_operator(c->cairo, CAIRO_OPERATOR_DEST_OVER);
	cairo_set_source_rgba(c->cairo, 0, 0, 0, opacity);
	cairo_mask_surface(c->cairo, alpha, c->x, c->y + down);
	cairo_restore(c->cairo);
	cairo_surface_destroy(alpha);
}
