/* Effect: a slanted soft edge passes over the picture and leaves the next one behind. */
#include "lib/effect/effect.h"

struct edge {
	float at, slope, scale;
};

static void row(const void *with, int y, int width, uint8_t *mask)
{
	const struct edge *e = with;
	float start = e->at - e->slope * (float)y;

	for (int x = 0; x < width; x++) {
		float in = (start - (float)x) * e->scale;

		mask[x] = (uint8_t)(in < 0 ? 0 : in > 255 ? 255 : in);
	}
}

static void mix(struct frame *out, const struct frame *a, const struct frame *b, double share)
{
	float w = (float)out->width, h = (float)out->height, soft = w / 6, slope = 0.35f;
	struct edge e = {(float)effect_ease(share) * (w + soft + slope * h), slope, 255 / soft};

	frame_mix_mask(out, a, b, row, &e);
}

const struct effect effect_wipe = {
	.name = "wipe",
	.about = "a slanted soft edge leaves the next picture behind",
	.mix = mix,
};
