/* Points in time as people write them. */
#ifndef TEXT_WHEN_H
#define TEXT_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/* Reads a time as in 2026-11-20T18:37:00Z, 2026-11-20T18:37:00.5+01:00 (RFC 3339) or 2026-11-20
 * (midnight UTC), or a duration from NOW_MS on ("10m", "2h"), as milliseconds since 1970 UTC.
 * False when it is none of these. */
bool when_parse(const char *text, int64_t now_ms, int64_t *at_ms);

#endif
