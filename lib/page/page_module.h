/* What the module page offers to its room. */
#ifndef PAGE_PAGE_MODULE_H
#define PAGE_PAGE_MODULE_H

#include "lib/page/build.h"

struct page_module {
	/* UTF-8 of valid form into B's blocks; FIRST_LINE is the number of the first line. */
	enum fail (*html)(struct page_build *b, const char *text, size_t len, int first_line);
	enum fail (*markdown)(struct page_build *b, const char *text, size_t len, int first_line);
};

#endif
