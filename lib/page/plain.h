/* Plain text into blocks. */
#ifndef PAGE_PLAIN_H
#define PAGE_PLAIN_H

#include "lib/page/build.h"

void plain_read(struct page_build *b, const char *text, size_t len);

#endif
