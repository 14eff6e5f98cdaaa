/* Frame: a picture of the video in YUV 4:2:0 (BT.709, limited range), and what is laid over it. */
#ifndef FRAME_FRAME_H
#define FRAME_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/frame/kernel.h"

/* Planes Y, U, V; width and height are even. Rows have KERNEL_SLACK bytes behind them. */
struct frame {
	uint8_t *data[3];
	int stride[3];
	int width, height;
	void *memory;        /* owned, or NULL when the planes belong to someone else */
};

/* A frame of its own, released by frame_free(). */
struct frame frame_new(int width, int height);
void frame_free(struct frame *f);

void frame_copy(struct frame *to, const struct frame *from);

/* WEIGHT of 256 of B over A; OUT may be A. */
void frame_mix(struct frame *out, const struct frame *a, const struct frame *b, int weight);

/* B over A where MASK says so: ROW fills one row of luma weights (255: all B). */
void frame_mix_mask(struct frame *out, const struct frame *a, const struct frame *b,
	void (*row)(const void *with, int y, int width, uint8_t *mask), const void *with);

/* Towards black: LIGHT of 256 is left. */
void frame_dim(struct frame *f, int light);

/* Colours nearer to grey (SATURATION below 256) or stronger, luma around middle grey by CONTRAST,
 * moved by the offsets. */
void frame_grade(struct frame *f, int contrast, int saturation, int offset_y, int offset_u,
	int offset_v);

/* Premultiplied colour with coverage, at a place of the frame (even when it is not moved). */
struct overlay {
	int x, y, width, height;         /* all even */
	uint8_t *data[3], *alpha[2];     /* coverage for luma and for chroma */
	int stride[2];                   /* of luma and chroma planes */
	void *memory;
};

void overlay_free(struct overlay *o);

/* From premultiplied ARGB32 words of PIXELS; rows and columns that show nothing are left out.
 * X, Y, WIDTH and HEIGHT have to be even. An overlay without memory shows nothing. */
struct overlay overlay_from_argb(const uint32_t *pixels, int stride_words, int x, int y, int width,
	int height);

/* Lays O over F, moved by DX and DY, with OPACITY of 256. */
void overlay_blend(struct frame *f, const struct overlay *o, int dx, int dy, int opacity);

/* A part of a plane stretched over another: the source pixel (X, Y), in pixels, lies under the
 * middle of the first one of the result, and the next ones STEP apart (up to 1.75). */
void plane_zoom(uint8_t *dst, int dst_stride, int width, int height, const uint8_t *src,
	int src_stride, int src_width, int src_height, double x, double y, double step);

/* All of a frame so; X, Y are where in SRC the upper left corner of DST lies. */
void frame_zoom(struct frame *dst, const struct frame *src, double x, double y, double step);

/* Three box blurs, near a Gaussian one, of 8-bit samples; PIXEL bytes from one to the next. */
void plane_blur(uint8_t *data, int stride, int width, int height, int radius);

#endif
