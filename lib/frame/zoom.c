/* Zoom: sub-pixel bilinear stretching, so that slow camera moves do not jitter. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/frame/frame.h"

/* A source position in 1/64 pixel: the pixel, and how much of the next one. */
struct tap {
	int at, weight;
};

static struct tap tap_at(double position, int size)
{
	long sub = lround(position * 64);
	long most = (long)(size - 1) * 64;

	sub = sub < 0 ? 0 : sub > most ? most : sub;
	return (struct tap){(int)(sub / 64), (int)(sub % 64)};
}

static void plan(struct stretch *how, int width, int src_width, double x, double step)
{
	how->blocks = (width + 7) / 8;
	how->from = xmalloc((size_t)how->blocks * (sizeof *how->from + 32));
	how->pick = (void *)(how->from + how->blocks);
	how->weight = (void *)(how->pick + how->blocks);
	for (int i = 0; i < how->blocks * 8; i++) {
		struct tap tap = tap_at(x + step * i, src_width);
		int block = i / 8, k = i % 8 * 2, offset;

		if (!k)
			how->from[block] = tap.at;
		offset = tap.at - how->from[block];
		how->pick[block][k] = (uint8_t)offset;
		how->pick[block][k + 1] = (uint8_t)(offset + (tap.weight > 0));
		how->weight[block][k] = (int8_t)(64 - tap.weight);
		how->weight[block][k + 1] = (int8_t)tap.weight;
	}
}

void plane_zoom(uint8_t *dst, int dst_stride, int width, int height, const uint8_t *src,
	int src_stride, int src_width, int src_height, double x, double y, double step)
{
	const struct kernels *k = kernels_pick();
	struct stretch how;
	uint16_t *rows, *row[2];
	int held[2] = {-1, -1};

	plan(&how, width, src_width, x, step);
	rows = xmalloc((size_t)how.blocks * 8 * 2 * sizeof *rows);
	row[0] = rows;
	row[1] = rows + how.blocks * 8;
	for (int i = 0; i < height; i++) {
		struct tap tap = tap_at(y + step * i, src_height);
		int next = tap.at + (tap.weight > 0);

		/* Two neighbouring rows are kept, the even one in front. */
		for (int s = tap.at; s <= next; s++) {
			if (held[s & 1] == s)
				continue;
			k->stretch(row[s & 1], src + (ptrdiff_t)s * src_stride, &how);
			held[s & 1] = s;
		}
		k->weigh(dst + (ptrdiff_t)i * dst_stride, row[tap.at & 1], row[next & 1], width,
			tap.weight);
	}
	free(rows);
	free(how.from);
}

void frame_zoom(struct frame *dst, const struct frame *src, double x, double y, double step)
{
	/* From corners to the middles of pixels: they lie half a pixel, and half a step, inside. */
	double inside = (step - 1) / 2;

	plane_zoom(dst->data[0], dst->stride[0], dst->width, dst->height, src->data[0],
		src->stride[0], src->width, src->height, x + inside, y + inside, step);
	for (int p = 1; p < 3; p++)
		plane_zoom(dst->data[p], dst->stride[p], dst->width / 2, dst->height / 2,
			src->data[p], src->stride[p], src->width / 2, src->height / 2,
			x / 2 + inside, y / 2 + inside, step);
}
