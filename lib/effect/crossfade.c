/* Effect: one picture dissolves into the next. */
#include <math.h>

#include "lib/effect/effect.h"

static void mix(struct frame *out, const struct frame *a, const struct frame *b, double share)
{
	frame_mix(out, a, b, (int)lround(256 * effect_ease(share)));
}

const struct effect effect_crossfade = {
	.name = "crossfade",
	.about = "one picture dissolves into the next",
	.mix = mix,
};
