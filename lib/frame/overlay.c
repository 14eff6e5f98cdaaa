/* Overlay: drawings with transparency, turned into YUV once and blended many times. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/frame/frame.h"

void overlay_free(struct overlay *o)
{
	free(o->memory);
	*o = (struct overlay){0};
}

/* The rectangle that shows something, grown to even numbers; false when nothing does. */
static bool find_ink(const uint32_t *pixels, int stride, int width, int height, int box[4])
{
	int left = width, right = -1, top = -1, bottom = -1;

	for (int y = 0; y < height; y++) {
		const uint32_t *row = pixels + (size_t)y * (size_t)stride;
		int a = 0, b = width - 1;

		while (a < width && !row[a])
			a++;
		if (a == width)
			continue;
		while (!row[b])
			b--;
		left = a < left ? a : left;
		right = b > right ? b : right;
		top = top < 0 ? y : top;
		bottom = y;
	}
	box[0] = left & ~1;
	box[1] = top & ~1;
	box[2] = (right & ~1) + 2;
	box[3] = (bottom & ~1) + 2;
	return right >= 0;
}

static struct overlay overlay_new(int x, int y, int width, int height)
{
	struct overlay o = {.x = x, .y = y, .width = width, .height = height};
	size_t luma, chroma;
	uint8_t *memory;

	o.stride[0] = width;
	o.stride[1] = width / 2;
	luma = (size_t)width * (size_t)height;
	chroma = luma / 4;
	memory = xmalloc(2 * luma + 3 * chroma + KERNEL_SLACK);
	o.memory = memory;
	o.data[0] = memory;
	o.alpha[0] = memory + luma;
	o.data[1] = memory + 2 * luma;
	o.data[2] = memory + 2 * luma + chroma;
	o.alpha[1] = memory + 2 * luma + 2 * chroma;
	return o;
}

/* BT.709 limited range for premultiplied values, in 1/65536: black is 16 where it covers. */
static void convert_pair(struct overlay *o, const uint32_t *up, const uint32_t *down, int x, int y)
{
	const uint32_t four[4] = {up[0], up[1], down[0], down[1]};
	int red = 0, green = 0, blue = 0, cover = 0;

	for (int i = 0; i < 4; i++) {
		int a = (int)(four[i] >> 24), r = (int)(four[i] >> 16 & 255);
		int g = (int)(four[i] >> 8 & 255), b = (int)(four[i] & 255);
		int at = (y + i / 2) * o->stride[0] + x + i % 2;

		o->alpha[0][at] = (uint8_t)a;
		o->data[0][at] =
			(uint8_t)((11966 * r + 40254 * g + 4064 * b + 4112 * a + 32768) >> 16);
		red += r;
		green += g;
		blue += b;
		cover += a;
	}
	y = y / 2 * o->stride[1] + x / 2;
	o->alpha[1][y] = (uint8_t)((cover + 2) / 4);
	o->data[1][y] = (uint8_t)((-6596 * red - 22188 * green + 28784 * blue + 32896 * cover +
					  131072) >> 18);
	o->data[2][y] = (uint8_t)((28784 * red - 26145 * green - 2639 * blue + 32896 * cover +
					  131072) >> 18);
}

struct overlay overlay_from_argb(const uint32_t *pixels, int stride_words, int x, int y, int width,
	int height)
{
	int box[4];
	struct overlay o;

	if (!find_ink(pixels, stride_words, width, height, box))
		return (struct overlay){0};
	o = overlay_new(x + box[0], y + box[1], box[2] - box[0], box[3] - box[1]);
	for (int row = 0; row < o.height; row += 2) {
		const uint32_t *up =
			pixels + (size_t)(box[1] + row) * (size_t)stride_words + box[0];

		for (int col = 0; col < o.width; col += 2)
			convert_pair(&o, up + col, up + stride_words + col, col, row);
	}
	return o;
}

/* Where a span of LENGTH at AT lies within SIZE: skips *SKIP, shows the result. */
static int clip(int *at, int length, int size, int *skip)
{
	*skip = *at < 0 ? -*at : 0;
	*at += *skip;
	length -= *skip;
	return length > size - *at ? size - *at : length;
}

void overlay_blend(struct frame *f, const struct overlay *o, int dx, int dy, int opacity)
{
	const struct kernels *k = kernels_pick();

	if (!o->memory || opacity <= 0)
		return;
	for (int p = 0; p < 3; p++) {
		int c = p > 0, x = (o->x + dx) >> c, y = (o->y + dy) >> c, skip_x, skip_y;
		int w = clip(&x, o->width >> c, f->width >> c, &skip_x);
		int h = clip(&y, o->height >> c, f->height >> c, &skip_y);

		for (int row = 0; row < h && w > 0; row++) {
			int from = (skip_y + row) * o->stride[c] + skip_x;

			k->blend(f->data[p] + (y + row) * f->stride[p] + x, o->data[p] + from,
				o->alpha[c] + from, w, opacity);
		}
	}
}
