/* Lengths of time as people write them. */
#ifndef CONTENT_LENGTH_H
#define CONTENT_LENGTH_H

#include "lib/base/call.h"

/* Seconds of "90", "90s", "2 min", "1.5 hours", "1:30", "1h 30m"; of a range as "5-10 minutes" its
 * midpoint. FAIL_INPUT for anything else and for lengths below one second. */
enum fail length_parse(struct call *c, const char *text, double *seconds);

/* The same without a reason: false when TEXT (LEN bytes) is no length. */
bool length_read(const char *text, size_t len, double *seconds);

/* "about 47 minutes", "40 seconds": for messages. */
const char *length_text(struct call *c, double seconds);

#endif
