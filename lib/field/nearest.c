/* The word that was probably meant. */
#include <string.h>

#include "lib/field/field.h"

#define WORD_MAX 63

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment distance; more than WORD_MAX bytes count as far away. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[3][WORD_MAX + 1];
	size_t la = strlen(a), lb = strlen(b);

	if (la > WORD_MAX || lb > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= lb; j++)
		row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= lb; j++) {
			now[j] = least(last[j - 1] + (a[i - 1] != b[j - 1]),
				least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return row[la % 3][lb];
}

const char *field_nearest(const char *word, const char *const *candidates, size_t count)
{
	const char *best = NULL;
	unsigned near = (unsigned)strlen(word) / 3 + 1;

	for (size_t i = 0; i < count; i++) {
		unsigned d = distance(word, candidates[i]);

		/* A word begun counts as near, however much is left to type. */
		if (strlen(word) >= 3 && !strncmp(word, candidates[i], strlen(word)))
			d = 1;
		if (d < near || (d == near && !best)) {
			near = d;
			best = candidates[i];
		}
	}
	return best;
}
