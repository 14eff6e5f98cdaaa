/* Decode: image files into pixels. */
#ifndef MEDIA_DECODE_H
#define MEDIA_DECODE_H

#include <stdint.h>

#include "lib/base/call.h"

struct AVFrame;

/* A decoded file; width and height are those of the upright picture. */
struct image {
	struct AVFrame *frame;
	const char *codec;    /* "png", "mjpeg", ... */
	int width, height;
	bool turned;          /* rows of the file are columns of the picture */
	bool flip_x, flip_y;  /* to be done before turning */
};

/* Pixels as blue, green, red, alpha (straight), without gaps between rows. */
struct bitmap {
	int width, height;
	uint8_t *pixels;
};

/* Decodes the first image of PATH, called NAME when spoken of. No other file is ever opened, whatever
 * PATH contains: the bytes are read here and given to the decoder, and formats that refer elsewhere
 * are not known. FAIL_INPUT when it is no image, damaged, or larger than PIXELS_MAX. */
enum fail image_open(struct call *c, const char *path, const char *name, int64_t pixels_max,
	struct image *out);
void image_close(struct image *image);
#define IMAGE_AUTO __attribute__((cleanup(image_close))) struct image

/* The upright picture at WIDTH x HEIGHT. */
enum fail image_scale(struct call *c, const struct image *image, int width, int height,
	struct bitmap *out);
void bitmap_free(struct bitmap *bitmap);
#define BITMAP_AUTO __attribute__((cleanup(bitmap_free))) struct bitmap

#endif
