/* Effect: the next picture pushes the last one out to the left. */
#include <math.h>
#include <string.h>

#include "lib/effect/effect.h"

static void mix(struct frame *out, const struct frame *a, const struct frame *b, double share)
{
	/* Even, because two columns share their colour. */
	int gone = (int)lround(out->width * effect_ease(effect_ease(share))) & ~1;

	for (int p = 0; p < 3; p++) {
		int c = p > 0, width = out->width >> c, cut = gone >> c;

		for (int y = 0; y < out->height >> c; y++) {
			uint8_t *row = out->data[p] + y * out->stride[p];

			memcpy(row, a->data[p] + y * a->stride[p] + cut, (size_t)(width - cut));
			memcpy(row + width - cut, b->data[p] + y * b->stride[p], (size_t)cut);
		}
	}
}

const struct effect effect_slide = {
	.name = "slide",
	.about = "the next picture pushes the last one out",
	.mix = mix,
};
