/* Identifiers. */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/arena.h"

/* A new UUID of version 7 as text (RFC 9562 §5.7, parts of a millisecond by §6.2, method 3): one
 * made a microsecond later sorts later. */
const char *id_new(struct arena *a);

/* Whether TEXT is a traceparent of W3C Trace Context, level 1; others are as if none had come. */
bool trace_valid(const char *text);

/* LEN bytes from the kernel's random generator; ends the process if it has none. */
void random_bytes(void *to, size_t len);

#endif
