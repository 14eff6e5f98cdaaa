/* Picture: an image file laid out for the camera. */
#include "lib/media/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/media/decode.h"

/* Below this share of the picture left, cutting hurts more than bars would. */
#define CUT_LEAST 0.66

static uint8_t mixed(int over, int under, int alpha)
{
	return (uint8_t)((over * alpha + under * (255 - alpha) + 127) / 255);
}

/* Makes B's pixels opaque upon BEHIND. */
static void flatten(struct bitmap *b, struct rgb behind)
{
	const int ground[3] = {(int)lround(behind.b * 255), (int)lround(behind.g * 255),
		(int)lround(behind.r * 255)};

	for (int i = 0; i < b->width * b->height; i++) {
		uint8_t *p = b->pixels + (ptrdiff_t)i * 4;

		for (int k = 0; p[3] < 255 && k < 3; k++)
			p[k] = mixed(p[k], ground[k], p[3]);
		p[3] = 255;
	}
}

/* Copies B to the place X, Y of *TO; what does not fit is cut off. X and Y are even. */
static void place(struct frame *to, const struct bitmap *b, int x, int y)
{
	struct overlay o = overlay_from_argb((const void *)b->pixels, b->width, 0, 0,
		b->width & ~1, b->height & ~1);

	overlay_blend(to, &o, x, y, 256);
	overlay_free(&o);
}

static enum fail cover(struct call *c, const struct image *image, struct frame *to,
	struct rgb behind)
{
	double scale = fmax((double)to->width / image->width, (double)to->height / image->height);
	int w = ((int)lround(image->width * scale) + 1) & ~1;
	int h = ((int)lround(image->height * scale) + 1) & ~1;
	BITMAP_AUTO b = {0};

	TRY(image_scale(c, image, w, h, &b));
	flatten(&b, behind);
	/* Faces and horizons are more often above the middle than below it. */
	place(to, &b, -((w - to->width) / 2 & ~1), -((int)((h - to->height) * 0.4) & ~1));
	return FAIL_NONE;
}

static void blur_all(struct frame *f, int radius)
{
	for (int p = 0; p < 3; p++)
		plane_blur(f->data[p], f->stride[p], f->width >> (p > 0), f->height >> (p > 0),
			p ? (radius + 1) / 2 : radius);
}

/* A soft shadow: the luma of the ground under a box goes down towards its middle. */
static void shade_box(struct frame *f, int x, int y, int width, int height, int soft)
{
	struct frame mask = frame_new(f->width, f->height);

	memset(mask.data[0], 0, (size_t)mask.stride[0] * (size_t)mask.height);
	for (int row = y < 0 ? 0 : y; row < y + height && row < f->height; row++)
		memset(mask.data[0] + row * mask.stride[0] + (x < 0 ? 0 : x), 150,
			(size_t)(x + width > f->width ? f->width - (x < 0 ? 0 : x) : width));
	plane_blur(mask.data[0], mask.stride[0], f->width, f->height, soft);
	for (int row = 0; row < f->height; row++)
		for (int col = 0; col < f->width; col++) {
			uint8_t *p = f->data[0] + row * f->stride[0] + col;

			*p = mixed(16, *p, mask.data[0][row * mask.stride[0] + col]);
		}
	frame_free(&mask);
}

static enum fail inset(struct call *c, const struct image *image, struct frame *to,
	struct rgb behind)
{
	double scale = 0.88 * fmin((double)to->width / image->width,
		(double)to->height / image->height);
	int w = ((int)lround(image->width * scale) + 1) & ~1;
	int h = ((int)lround(image->height * scale) + 1) & ~1;
	int x = (to->width - w) / 2 & ~1, y = (int)((to->height - h) * 0.42) & ~1;
	BITMAP_AUTO b = {0};
	struct frame small = frame_new(((to->width / 8) + 1) & ~1, ((to->height / 8) + 1) & ~1);
	enum fail f = cover(c, image, &small, behind);

	if (f == FAIL_NONE) {
		blur_all(&small, small.height / 16 + 1);
		frame_grade(&small, 190, 230, -22, 0, 0);
		frame_zoom(to, &small, 0, 0, (double)small.width / to->width);
		blur_all(to, 6);
		shade_box(to, x, y + h / 60, w, h, to->height / 40);
		f = image_scale(c, image, w, h, &b);
	}
	frame_free(&small);
	if (f != FAIL_NONE)
		return f;
	flatten(&b, behind);
	place(to, &b, x, y);
	return FAIL_NONE;
}

/* Captions and lower thirds stand in the lower part: it gets darker, smoothly. */
static void darken_foot(struct frame *f)
{
	const struct kernels *k = kernels_pick();
	int from = f->height * 45 / 100;

	for (int y = from; y < f->height; y++) {
		double t = (double)(y - from) / (f->height - from);
		int light = 256 - (int)lround(150 * t * t * (3 - 2 * t));

		k->level(f->data[0] + y * f->stride[0], f->width, 16, light, 0);
		for (int p = 1; !(y & 1) && p < 3; p++)
			k->level(f->data[p] + y / 2 * f->stride[p], f->width / 2, 128, light, 0);
	}
}

enum fail picture_load(struct call *c, const char *path, const char *name, int width, int height,
	struct rgb behind, struct frame *out)
{
	IMAGE_AUTO image = {0};
	struct frame f;
	double ratio;
	enum fail failed;

	TRY(image_open(c, path, name, PICTURE_PIXELS_MAX, &image));
	f = frame_new(width, height);
	ratio = (double)image.width / image.height * height / width;
	failed = fmin(ratio, 1 / ratio) >= CUT_LEAST ? cover(c, &image, &f, behind)
						     : inset(c, &image, &f, behind);
	if (failed != FAIL_NONE) {
		frame_free(&f);
		return failed;
	}
	darken_foot(&f);
	*out = f;
	return FAIL_NONE;
}
