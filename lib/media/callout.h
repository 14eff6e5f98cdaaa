/* Callout: a number in a sentence that is worth showing large. */
#ifndef MEDIA_CALLOUT_H
#define MEDIA_CALLOUT_H

#include "lib/media/caption.h"

struct callout {
	const char *value;   /* "24 percent", "$1.2 million" */
	const char *label;   /* the words behind it, or "" */
	size_t token;        /* where it is spoken */
};

/* Finds the first number of TOKENS that says an amount; a bare year or a single digit does not.
 * False when there is none. */
bool callout_find(struct call *c, const struct tokens *tokens, struct callout *out);

#endif
