/* Kernels: the inner loops over pixels, in plain C and in AVX2, with equal results bit for bit. */
#ifndef FRAME_KERNEL_H
#define FRAME_KERNEL_H

#include <stdint.h>

/* How one row of a plane is stretched or shrunk: for each eight pixels of the result where the
 * source starts, and from there the two neighbours of each pixel with weights that sum to 64. */
struct stretch {
	int blocks;
	int32_t *from;
	uint8_t (*pick)[16];
	int8_t (*weight)[16];
};

/* Pixels a row of a result may be written beyond its width, and a row of a source may be read. */
#define KERNEL_SLACK 32

struct kernels {
	/* dst = src * opacity / 256 + dst * (1 - alpha * opacity / 256): src is premultiplied. */
	void (*blend)(
		uint8_t *dst, const uint8_t *src, const uint8_t *alpha, int count, int opacity);
	/* dst = a + (b - a) * weight / 256; the weight is one for all, or one for each pixel
	 * (0 to 255, where 255 counts as 256). */
	void (*mix)(uint8_t *dst, const uint8_t *a, const uint8_t *b, int count, int weight);
	void (*mix_mask)(uint8_t *dst, const uint8_t *a, const uint8_t *b, const uint8_t *mask,
		int count);
	/* dst = dst + (src - 128) * gain / 64, kept within 16 to 235. */
	void (*add)(uint8_t *dst, const uint8_t *src, int count, int gain);
	/* dst = (dst - pivot) * gain / 256 + pivot + offset, kept within 16 to 240. */
	void (*level)(uint8_t *dst, int count, int pivot, int gain, int offset);
	/* Draws straight lines between CELLS (values times 128) that lie eight pixels apart, and
	 * rounds with DITHER (16 thresholds of 0 to 127). CELLS holds one more than drawn, and
	 * neighbours differ by less than 4,096. */
	void (*ramp)(uint8_t *dst, const int16_t *cells, int count, const uint8_t *dither);
	/* One row stretched, values times 64; and two such rows weighed, WEIGHT of 64 on the
	 * second. */
	void (*stretch)(uint16_t *dst, const uint8_t *src, const struct stretch *how);
	void (*weigh)(uint8_t *dst, const uint16_t *first, const uint16_t *second, int count,
		int weight);
};

extern const struct kernels kernels_plain;

/* The fastest set that this processor runs. */
const struct kernels *kernels_pick(void);

#endif
