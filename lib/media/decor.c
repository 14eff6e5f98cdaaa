/* Decor: quiet line drawings that float over a backdrop. */
#include <cairo.h>
#include <math.h>

#include "lib/media/backdrop.h"

struct sheet {
	cairo_t *cr;
	double w, h, unit;
	uint64_t seed, scene;
};

static double chance(const struct sheet *s, uint64_t what)
{
	return seeded(s->seed, s->scene, 100 + what);
}

static void ink(const struct sheet *s, double alpha)
{
	cairo_set_source_rgba(s->cr, 1, 1, 1, alpha);
}

/* Rings around a point near a corner. */
static void draw_rings(const struct sheet *s)
{
	double x = s->w * (chance(s, 1) < 0.5 ? 0.1 : 0.88), y = s->h * (0.15 + 0.7 * chance(s, 2));

	for (int i = 0; i < 7; i++) {
		double r = s->unit * (120 + 95 * i + 4 * i * i);

		cairo_set_line_width(s->cr, s->unit * (i % 3 ? 1.6 : 3.2));
		ink(s, 0.34 - 0.03 * i);
		cairo_arc(s->cr, x, y, r, 0, 2 * M_PI);
		cairo_stroke(s->cr);
	}
	for (int i = 0; i < 3; i++) {
		double turn = 2 * M_PI * chance(s, 10 + (uint64_t)i), r = s->unit * (215 + 190 * i);

		ink(s, 0.75);
		cairo_arc(s->cr, x + r * cos(turn), y + r * sin(turn), s->unit * 6, 0, 2 * M_PI);
		cairo_fill(s->cr);
	}
}

/* A sheaf of waves. */
static void draw_waves(const struct sheet *s)
{
	double base = s->h * (0.5 + 0.25 * chance(s, 1)), phase = 6.28 * chance(s, 2);

	cairo_set_line_width(s->cr, s->unit * 1.6);
	for (int i = 0; i < 11; i++) {
		double high = s->unit * (30 + 11 * i);

		ink(s, 0.32 - 0.02 * i);
		for (int x = -8; x <= (int)s->w + 8; x += 8) {
			double t = x / s->w;
			double y = base + s->unit * 13 * (i - 5) +
				high * sin(t * 5.2 + phase + i * 0.16) * (0.35 + 0.65 * t);

			if (x < 0)
				cairo_move_to(s->cr, x, y);
			else
				cairo_line_to(s->cr, x, y);
		}
		cairo_stroke(s->cr);
	}
}

/* Slanted panes of light. */
static void draw_panes(const struct sheet *s)
{
	double slant = s->h * 0.45;

	for (int i = 0; i < 5; i++) {
		double x = s->w * (-0.2 + 1.2 * chance(s, 1 + (uint64_t)i));
		double wide = s->unit * (60 + 240 * chance(s, 20 + (uint64_t)i));
		cairo_pattern_t *fade = cairo_pattern_create_linear(x, 0, x + wide, 0);

		cairo_pattern_add_color_stop_rgba(fade, 0, 1, 1, 1, 0.20);
		cairo_pattern_add_color_stop_rgba(fade, 1, 1, 1, 1, 0.02);
		cairo_move_to(s->cr, x + slant, 0);
		cairo_line_to(s->cr, x + slant + wide, 0);
		cairo_line_to(s->cr, x + wide, s->h);
		cairo_line_to(s->cr, x, s->h);
		cairo_close_path(s->cr);
		cairo_set_source(s->cr, fade);
		cairo_fill(s->cr);
		cairo_pattern_destroy(fade);
	}
}

/* Dots on a grid, fading away from one corner. */
static void draw_dots(const struct sheet *s)
{
	double gap = s->unit * 38, x0 = chance(s, 1) < 0.5 ? 0 : s->w, y0 = s->h * chance(s, 2);
	double far = s->w * 0.62;

	for (double y = gap / 2; y < s->h; y += gap)
		for (double x = gap / 2; x < s->w; x += gap) {
			double near = 1 - hypot(x - x0, y - y0) / far;

			if (near <= 0)
				continue;
			ink(s, 0.42 * near);
			cairo_arc(s->cr, x, y, s->unit * (1.4 + 2.6 * near), 0, 2 * M_PI);
			cairo_fill(s->cr);
		}
}

/* Soft discs, as lights out of focus. */
static void draw_discs(const struct sheet *s)
{
	for (uint64_t i = 0; i < 9; i++) {
		double r = s->unit * (40 + 150 * chance(s, 30 + i));
		double x = s->w * chance(s, 50 + i), y = s->h * chance(s, 70 + i);
		cairo_pattern_t *fade = cairo_pattern_create_radial(x, y, 0, x, y, r);

		cairo_pattern_add_color_stop_rgba(fade, 0, 1, 1, 1, 0.10);
		cairo_pattern_add_color_stop_rgba(fade, 0.9, 1, 1, 1, 0.17);
		cairo_pattern_add_color_stop_rgba(fade, 1, 1, 1, 1, 0);
		cairo_set_source(s->cr, fade);
		cairo_arc(s->cr, x, y, r, 0, 2 * M_PI);
		cairo_fill(s->cr);
		cairo_pattern_destroy(fade);
	}
}

static void (*const motifs[])(const struct sheet *) = {
	draw_rings, draw_waves, draw_panes, draw_dots, draw_discs};

struct frame decor_new(uint64_t seed, uint64_t scene, int width, int height, double unit)
{
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, width, height);
	struct sheet s = {cairo_create(surface), width, height, unit, seed, scene};
	struct frame f = frame_new(width, height);
	const uint8_t *from;
	int stride;

	/* Neighbouring scenes never have the same motif. */
	motifs[(seed + scene) % (sizeof motifs / sizeof motifs[0])](&s);
	cairo_destroy(s.cr);
	cairo_surface_flush(surface);
	from = cairo_image_surface_get_data(surface);
	stride = cairo_image_surface_get_stride(surface);
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			f.data[0][y * f.stride[0] + x] = (uint8_t)(128 + from[y * stride + x] / 2);
	cairo_surface_destroy(surface);
	return f;
}
