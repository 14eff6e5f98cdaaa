/* Effect: a plug-in that changes pictures. One file, one const, one line in lib/effect/list.c. */
#ifndef EFFECT_EFFECT_H
#define EFFECT_EFFECT_H

#include <stddef.h>

#include "lib/frame/frame.h"

struct effect {
	const char *name, *about;
	/* A transition: A gives way to B as SHARE goes from 0 to 1. */
	void (*mix)(struct frame *out, const struct frame *a, const struct frame *b, double share);
	/* A look: F changed in place by STRENGTH (0 to 1) at TIME_S since it began; CUES are the
	 * words of a script that ask for it, ending with NULL. */
	void (*look)(struct frame *f, double strength, double time_s);
	const char *const *cues;
};

extern const struct effect *const effects[]; /* ends with NULL */

/* Transition number AT (any number: they repeat). */
const struct effect *effect_transition(size_t at);

/* The look for a cue of a script, or NULL. Case, spaces and '_' make no difference. */
const struct effect *effect_for_cue(const char *cue);

/* From 0 to 1, slow at both ends. */
double effect_ease(double share);

#endif
