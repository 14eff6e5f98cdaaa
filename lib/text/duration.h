/* Durations as people and the guides write them. */
#ifndef TEXT_DURATION_H
#define TEXT_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/* Reads "15_minutes", "15 minutes", "15m", "2h", "1d", "500ms" or "900" (seconds) as milliseconds.
 * False when it is none of these, is zero or is longer than ten years. */
bool duration_parse(const char *text, int64_t *ms);

#endif
