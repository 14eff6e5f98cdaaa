/* Picture sizes as people say them. */
#ifndef TEXT_SIZE_H
#define TEXT_SIZE_H

#include <stdint.h>

#include "lib/base/call.h"

/* Reads "1080p", "4k", "vertical", "square" or "WIDTHxHEIGHT" in pixels: even numbers from 128, at
 * most 3840 x 2160 pixels whichever way it stands. FAIL_USAGE says what is allowed. */
enum fail size_parse(struct call *c, const char *text, int64_t *width, int64_t *height);

/* The words that stand for sizes, ended by NULL. */
const char *const *size_names(void);

#endif
