/* Backdrop: slowly moving light in the colours of the palette.
 *
 * Colours are worked out on a coarse grid with seven more bits than a frame has, and rounded with
 * a fixed pattern of thresholds while the grid is stretched: so the gradients show no bands, and
 * the pattern stands still under the moving light. */
#include "lib/media/backdrop.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/arena.h"

#define CELL 8

/* The decor is drawn this much larger than the frame, so that it has room to drift. */
#define DECOR_ROOM 1.12

static void place_lights(struct backdrop *b, const struct palette *p, uint64_t seed, uint64_t scene,
	bool strong)
{
	double aspect = (double)b->width / b->height;
	double size = sqrt(aspect);

	for (int i = 0; i < BACKDROP_LIGHTS; i++) {
		uint64_t what = (uint64_t)i * 10;
		struct light *l = &b->light[i];
		/* Lights alternate between the sides so that no scene is lit from one only. */
		double side = (i + (int)(scene & 1)) % 2 ? 0.62 : 0.0;

		l->x = aspect * (side + 0.38 * seeded(seed, scene, what));
		l->y = 0.05 + 0.9 * seeded(seed, scene, what + 1);
		l->radius = size * (0.55 + 0.4 * seeded(seed, scene, what + 2));
		l->swing = size * (0.08 + 0.1 * seeded(seed, scene, what + 3));
		l->pace = (0.022 + 0.02 * seeded(seed, scene, what + 4)) * (i % 2 ? -1 : 1);
		l->phase = seeded(seed, scene, what + 5);
		l->strength = (strong ? 0.95 : 0.78) * (i == 0 ? 1 : 0.75);
		l->colour = rgb_to_yuv(p->wash[(i + (int)(scene % 3)) % 3]);
	}
}

struct backdrop backdrop_new(const struct palette *palette, uint64_t seed, uint64_t scene,
	int width, int height, bool strong)
{
	struct backdrop b = {.width = width, .height = height};
	size_t cells;
	double unit = (width < height ? width : height) / 720.0;

	/* One more than is drawn for the line behind the last cell, and one for odd halves. */
	b.columns = (width + CELL - 1) / CELL + 3;
	b.rows = (height + CELL - 1) / CELL + 3;
	cells = (size_t)b.columns * (size_t)b.rows;
	b.grid[0] = xmalloc(cells * 3 * sizeof(int16_t));
	b.grid[1] = b.grid[0] + cells;
	b.grid[2] = b.grid[1] + cells;
	b.top = rgb_to_yuv(rgb_mix(palette->deep, palette->wash[0], 0.18));
	b.bottom = rgb_to_yuv(palette->deep);
	place_lights(&b, palette, seed, scene, strong);
	/* Interleaved gradient noise (Jimenez 2014): neighbours differ most. */
	for (int y = 0; y < 16; y++)
		for (int x = 0; x < 16; x++) {
			double v = 0.06711056 * x + 0.00583715 * y;

			v = 52.9829189 * (v - floor(v));
			b.dither[y][x] = (uint8_t)((v - floor(v)) * 128);
		}
	b.decor = decor_new(seed, scene, (int)(width * DECOR_ROOM) & ~1,
		(int)(height * DECOR_ROOM) & ~1, unit);
	b.moved = xmalloc((size_t)width * (size_t)height + KERNEL_SLACK);
	b.decor_gain = palette->ink.r < 0.5 ? -40 : strong ? 64 : 44;
	b.drift_x = (seeded(seed, scene, 90) < 0.5 ? -1 : 1) * 5.0 * unit;
	b.drift_y = (seeded(seed, scene, 91) < 0.5 ? -1 : 1) * 2.5 * unit;
	return b;
}

void backdrop_free(struct backdrop *b)
{
	free(b->grid[0]);
	frame_free(&b->decor);
	free(b->moved);
	b->grid[0] = NULL;
	b->moved = NULL;
}

/* How much of a light reaches a point: 1 at its middle, 0 from its radius on, smooth between. */
static double reach(double dx, double dy, double radius)
{
	double d = 1 - (dx * dx + dy * dy) / (radius * radius);

	return d > 0 ? d * d : 0;
}

static void fill_grid(struct backdrop *b, double time_s)
{
	double cx[BACKDROP_LIGHTS], cy[BACKDROP_LIGHTS], step = (double)CELL / b->height;

	for (int i = 0; i < BACKDROP_LIGHTS; i++) {
		const struct light *l = &b->light[i];
		double turn = 2 * M_PI * (l->phase + l->pace * time_s);

		cx[i] = l->x + l->swing * cos(turn);
		cy[i] = l->y + l->swing * 0.7 * sin(turn * 1.3);
	}
	for (int row = 0; row < b->rows; row++) {
		double y = row * step;
		double share = y < 1 ? y : 1;

		for (int col = 0; col < b->columns; col++) {
			double v[3] = {b->top.y + (b->bottom.y - b->top.y) * share,
				b->top.u + (b->bottom.u - b->top.u) * share,
				b->top.v + (b->bottom.v - b->top.v) * share};
			int at = row * b->columns + col;

			for (int i = 0; i < BACKDROP_LIGHTS; i++) {
				const struct light *l = &b->light[i];
				double k = l->strength * reach(col * step - cx[i], y - cy[i],
					l->radius);

				v[0] += (l->colour.y - v[0]) * k;
				v[1] += (l->colour.u - v[1]) * k;
				v[2] += (l->colour.v - v[2]) * k;
			}
			for (int p = 0; p < 3; p++)
				b->grid[p][at] = (int16_t)(v[p] * 128 + 0.5);
		}
	}
}

/* Stretches plane P of the grid; chroma uses every other point of it. */
static void stretch_plane(const struct backdrop *b, struct frame *f, int p, int16_t *line)
{
	const struct kernels *k = kernels_pick();
	int c = p > 0, count = ((f->width >> c) + CELL - 1) / CELL;

	for (int y = 0; y < f->height >> c; y++) {
		const int16_t *up = b->grid[p] + (y / CELL << c) * b->columns;
		const int16_t *down = up + (b->columns << c);

		for (int i = 0; i <= count; i++) {
			int from = up[i << c];

			line[i] = (int16_t)(from + (down[i << c] - from) * (y % CELL) / CELL);
		}
		k->ramp(f->data[p] + y * f->stride[p], line, count, b->dither[y & 15]);
	}
}

static void add_decor(const struct backdrop *b, struct frame *f, double time_s)
{
	const struct kernels *k = kernels_pick();
	double room_x = b->decor.width - f->width, room_y = b->decor.height - f->height;
	/* It swings within its room, fastest in the middle, where scenes begin. */
	double x = room_x / 2 * (1 + sin(b->drift_x * time_s / (room_x / 2)));
	double y = room_y / 2 * (1 + sin(b->drift_y * time_s / (room_y / 2)));

	plane_zoom(b->moved, f->width, f->width, f->height, b->decor.data[0], b->decor.stride[0],
		b->decor.width, b->decor.height, x, y, 1);
	for (int i = 0; i < f->height; i++)
		k->add(f->data[0] + i * f->stride[0], b->moved + (size_t)i * (size_t)f->width,
			f->width, b->decor_gain);
}

void backdrop_draw(struct backdrop *b, struct frame *f, double time_s)
{
	int16_t *line = xmalloc((size_t)b->columns * sizeof *line);

	/* Lights move less than half a pixel a frame: every other frame is enough. */
	if (b->draws++ % 2 == 0)
		fill_grid(b, time_s);
	for (int p = 0; p < 3; p++)
		stretch_plane(b, f, p, line);
	free(line);
	add_decor(b, f, time_s);
}
