/* Durations as people and the guides write them. */
#include "lib/text/duration.h"

#include <stddef.h>
#include <string.h>

#define LONGEST_MS (3652LL * 86400 * 1000)

static const struct {
	const char *words; /* each with a space behind it */
	int64_t ms;
} units[] = {
	{"ms millisecond milliseconds ", 1},
	{"s sec secs second seconds ", 1000},
	{"m min mins minute minutes ", 60 * 1000},
	{"h hour hours ", 3600 * 1000},
	{"d day days ", 86400 * 1000},
	{"w week weeks ", 7 * 86400 * 1000},
};

static int64_t unit_ms(const char *word)
{
	size_t len = strlen(word);

	if (!len)
		return 1000;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		for (const char *w = units[i].words; *w; w += strcspn(w, " ") + 1)
			if (strcspn(w, " ") == len && !memcmp(w, word, len))
				return units[i].ms;
	return 0;
}

bool duration_parse(const char *text, int64_t *ms)
{
	int64_t number = 0, unit;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (number > LONGEST_MS)
			return false;
		number = number * 10 + (*p - '0');
	}
	if (p == text)
		return false;
	if ((*p == '_' || *p == ' ') && p[1])
		p++;
	unit = unit_ms(p);
	if (!unit || number < 1 || number > LONGEST_MS / unit)
		return false;
	*ms = number * unit;
	return true;
}
