/* Frame: allocation, mixing and grading of whole pictures. */
#include "lib/frame/frame.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"

static int aligned(int width)
{
	return (width + KERNEL_SLACK + 31) / 32 * 32;
}

struct frame frame_new(int width, int height)
{
	struct frame f = {.width = width, .height = height};
	size_t luma, chroma;
	uint8_t *memory;

	f.stride[0] = aligned(width);
	f.stride[1] = f.stride[2] = aligned(width / 2);
	luma = (size_t)f.stride[0] * (size_t)height;
	chroma = (size_t)f.stride[1] * (size_t)(height / 2);
	memory = xmalloc(luma + 2 * chroma + KERNEL_SLACK);
	memset(memory, 16, luma);
	memset(memory + luma, 128, 2 * chroma + KERNEL_SLACK);
	f.memory = memory;
	f.data[0] = memory;
	f.data[1] = memory + luma;
	f.data[2] = memory + luma + chroma;
	return f;
}

void frame_free(struct frame *f)
{
	free(f->memory);
	*f = (struct frame){0};
}

void frame_copy(struct frame *to, const struct frame *from)
{
	for (int p = 0; p < 3; p++) {
		int shift = p > 0;

		for (int y = 0; y < to->height >> shift; y++)
			memcpy(to->data[p] + y * to->stride[p], from->data[p] + y * from->stride[p],
				(size_t)(to->width >> shift));
	}
}

void frame_mix(struct frame *out, const struct frame *a, const struct frame *b, int weight)
{
	const struct kernels *k = kernels_pick();

	for (int p = 0; p < 3; p++) {
		int shift = p > 0;

		for (int y = 0; y < out->height >> shift; y++)
			k->mix(out->data[p] + y * out->stride[p], a->data[p] + y * a->stride[p],
				b->data[p] + y * b->stride[p], out->width >> shift, weight);
	}
}

void frame_mix_mask(struct frame *out, const struct frame *a, const struct frame *b,
	void (*row)(const void *with, int y, int width, uint8_t *mask), const void *with)
{
	const struct kernels *k = kernels_pick();
	uint8_t *mask = xmalloc((size_t)out->width);

	for (int y = 0; y < out->height; y++) {
		row(with, y, out->width, mask);
		k->mix_mask(out->data[0] + y * out->stride[0], a->data[0] + y * a->stride[0],
			b->data[0] + y * b->stride[0], mask, out->width);
		if (y & 1)
			continue;
		for (int x = 0; x < out->width / 2; x++)
			mask[x] = mask[2 * x];
		for (int p = 1; p < 3; p++)
			k->mix_mask(out->data[p] + y / 2 * out->stride[p],
				a->data[p] + y / 2 * a->stride[p],
				b->data[p] + y / 2 * b->stride[p], mask, out->width / 2);
	}
	free(mask);
}

void frame_grade(struct frame *f, int contrast, int saturation, int offset_y, int offset_u,
	int offset_v)
{
	const struct kernels *k = kernels_pick();
	const int gain[3] = {contrast, saturation, saturation};
	const int offset[3] = {offset_y, offset_u, offset_v};

	for (int p = 0; p < 3; p++) {
		int shift = p > 0;

		for (int y = 0; y < f->height >> shift; y++)
			k->level(f->data[p] + y * f->stride[p], f->width >> shift, p ? 128 : 110,
				gain[p], offset[p]);
	}
}

void frame_dim(struct frame *f, int light)
{
	const struct kernels *k = kernels_pick();

	for (int p = 0; p < 3; p++) {
		int shift = p > 0;

		for (int y = 0; y < f->height >> shift; y++)
			k->level(f->data[p] + y * f->stride[p], f->width >> shift, p ? 128 : 16,
				light, 0);
	}
}

/* One pass over COUNT samples that lie STEP bytes apart: the mean of 2 * RADIUS + 1 around each,
 * edges repeated. */
static void box_line(uint8_t *data, int step, int count, int radius, uint8_t *copy)
{
	int size = 2 * radius + 1, sum = 0, last = count - 1;

	for (int i = 0; i < count; i++)
		copy[i] = data[i * step];
	for (int i = -radius; i <= radius; i++)
		sum += copy[i < 0 ? 0 : i > last ? last : i];
	for (int i = 0; i < count; i++) {
		int in = i + radius + 1, out = i - radius;

		data[i * step] = (uint8_t)((sum + size / 2) / size);
		sum += copy[in > last ? last : in] - copy[out < 0 ? 0 : out];
	}
}

void plane_blur(uint8_t *data, int stride, int width, int height, int radius)
{
	uint8_t *copy = xmalloc((size_t)(width > height ? width : height));

	for (int pass = 0; pass < 3 && radius > 0; pass++) {
		for (int y = 0; y < height; y++)
			box_line(data + y * stride, 1, width, radius, copy);
		for (int x = 0; x < width; x++)
			box_line(data + x, stride, height, radius, copy);
	}
	free(copy);
}
