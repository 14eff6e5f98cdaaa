/* The effects there are. */
#include <ctype.h>

#include "lib/effect/effect.h"

extern const struct effect effect_crossfade, effect_slide, effect_circle, effect_wipe;
extern const struct effect effect_tense, effect_action, effect_flashback, effect_dream;

const struct effect *const effects[] = {
	&effect_crossfade,
	&effect_slide,
	&effect_circle,
	&effect_wipe,
	&effect_tense,
	&effect_action,
	&effect_flashback,
	&effect_dream,
	NULL,
};

const struct effect *effect_transition(size_t at)
{
	size_t count = 0;

	while (effects[count] && effects[count]->mix)
		count++;
	return effects[at % count];
}

static bool same_cue(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		int x = *a == ' ' ? '_' : toupper((unsigned char)*a);

		if (x != *b)
			return false;
	}
	return *a == *b;
}

const struct effect *effect_for_cue(const char *cue)
{
	for (size_t i = 0; effects[i]; i++)
		for (size_t k = 0; effects[i]->cues && effects[i]->cues[k]; k++)
			if (same_cue(cue, effects[i]->cues[k]))
				return effects[i];
	return NULL;
}

double effect_ease(double share)
{
	share = share < 0 ? 0 : share > 1 ? 1 : share;
	return share * share * (3 - 2 * share);
}
