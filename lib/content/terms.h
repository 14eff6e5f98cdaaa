/* Terms: the words of a text that carry its subject, as numbers. */
#ifndef CONTENT_TERMS_H
#define CONTENT_TERMS_H

#include <stddef.h>

#include "lib/base/arena.h"

/* Numbers words from 0 as they come. Zero-initialise, with an arena. */
struct vocabulary {
	struct arena *arena;
	struct vocabulary_slot *slots;
	size_t size, count;
};

/* The distinct terms of LEN bytes of TEXT: lower case, plural endings off, no empty words; of
 * Chinese and Japanese pairs of characters. Returns how many; *OUT is in the arena. */
size_t terms_of(struct vocabulary *v, const char *text, size_t len, int **out);

#endif
