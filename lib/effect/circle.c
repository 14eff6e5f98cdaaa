/* Effect: the next picture opens from the middle in a growing circle with a soft edge. */
#include <math.h>

#include "lib/effect/effect.h"

struct circle {
	float x, y, radius, soft;
};

static void row(const void *with, int y, int width, uint8_t *mask)
{
	const struct circle *c = with;
	float dy = (float)y - c->y, scale = 255 / c->soft;

	for (int x = 0; x < width; x++) {
		float dx = (float)x - c->x;
		float in = (c->radius - sqrtf(dx * dx + dy * dy)) * scale;

		mask[x] = (uint8_t)(in < 0 ? 0 : in > 255 ? 255 : in);
	}
}

static void mix(struct frame *out, const struct frame *a, const struct frame *b, double share)
{
	float w = (float)out->width, h = (float)out->height, soft = h / 14;
	struct circle c = {w / 2, h / 2, 0, soft};

	c.radius = (float)effect_ease(share) * (hypotf(w, h) / 2 + soft);
	frame_mix_mask(out, a, b, row, &c);
}

const struct effect effect_circle = {
	.name = "circle",
	.about = "the next picture opens in a growing circle",
	.mix = mix,
};
