/* Effect: faded, brownish colours, for what happened before. */
#include <math.h>

#include "lib/effect/effect.h"

static const char *const cues[] = {"FLASHBACK", "MEMORY", "PAST", NULL};

static void look(struct frame *f, double strength, double time_s)
{
	(void)time_s;
	frame_grade(f, 256 - (int)lround(48 * strength), 256 - (int)lround(190 * strength),
		(int)lround(6 * strength), -(int)lround(13 * strength), (int)lround(11 * strength));
}

const struct effect effect_flashback = {
	.name = "flashback",
	.about = "faded, brownish colours",
	.look = look,
	.cues = cues,
};
