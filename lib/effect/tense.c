/* Effect: paler colours, harder contrast, for a tense moment. */
#include <math.h>

#include "lib/effect/effect.h"

static const char *const cues[] = {"TENSE_MOMENT", "TENSION", "DRAMATIC_PAUSE", "SUSPENSEFUL",
	"SUSPENSE", "HORROR", NULL};

static void look(struct frame *f, double strength, double time_s)
{
	/* A slow pulse, as of a heart. */
	double pulse = 1 + 0.12 * sin(2 * M_PI * 1.1 * time_s);

	frame_grade(f, 256 + (int)lround(52 * strength * pulse), 256 - (int)lround(90 * strength),
		-(int)lround(10 * strength * pulse), 0, 0);
}

const struct effect effect_tense = {
	.name = "tense",
	.about = "paler colours, harder contrast, a slow pulse",
	.look = look,
	.cues = cues,
};
