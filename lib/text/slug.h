/* Slug: a title as a file name. */
#ifndef TEXT_SLUG_H
#define TEXT_SLUG_H

#include "lib/base/arena.h"

/* TITLE in lower case with one '-' for all between its words: ASCII letters and digits, and letters
 * of other scripts as they are; at most 60 bytes; "untitled" when nothing is left. */
const char *slug(struct arena *a, const char *title);

#endif
