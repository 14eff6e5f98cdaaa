/* Effects: what tasks do outside, written down before it is done, so that a task that is run again
 * after a crash asks the far side first and never does it twice. */
#ifndef MODEL_EFFECT_H
#define MODEL_EFFECT_H

#include <stdint.h>

#include "lib/base/call.h"

enum effect_state {
	EFFECT_NEW,    /* nobody has begun it: go on */
	EFFECT_BEGUN,  /* begun before, and not known to have happened: ask the far side */
	EFFECT_DONE,   /* it has happened */
	EFFECT_UNSURE, /* nobody can tell: it needs an approval */
};

/* Writes down that the effect KEY (unique, made of what it does: a task's id and a step) is about
 * to happen, and says how it stood before. The intent is on disk when this returns: never call it
 * within a transaction. *FAR_ID is the far side's name for what happened, or NULL. */
enum fail effect_begin(struct call *c, const char *key, const char *task_id, const char *step,
	enum effect_state *before, const char **far_id);

/* Writes down that it has happened, or that nobody can tell. */
enum fail effect_end(struct call *c, const char *key, const char *far_id);
enum fail effect_unsure(struct call *c, const char *key);

#endif
