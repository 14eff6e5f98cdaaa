/* Builds a page block by block: what the readers of all formats share. */
#ifndef PAGE_BUILD_H
#define PAGE_BUILD_H

#include <stdbool.h>

#include "lib/base/buf.h"
#include "lib/page/page.h"

struct page_build {
	struct call *c;
	const char *title;
	struct block *blocks;
	size_t count, size;
	bool open;            /* TEXT belongs to a block of KIND, LEVEL and LINE */
	enum block_kind kind;
	int level, line;
	struct buf text;      /* as in the source, white space and all */
};

struct page_build build_start(struct call *c);

/* Ends the block that is open and begins another. */
void build_open(struct page_build *b, enum block_kind kind, int level, int line);

/* Text of the block that is open; without one it is dropped. */
void build_text(struct page_build *b, const char *text, size_t len);

/* Ends the block that is open; an empty one is forgotten. */
void build_close(struct page_build *b);

/* Ends the block that is open without keeping it; its text, cleaned, "" without one. */
const char *build_take(struct page_build *b);

/* Adds a finished block without touching the one that is open. */
void build_add(struct page_build *b, enum block_kind kind, const char *text, const char *target,
	int line);

/* TEXT as blocks hold it: no control, zero-width or bidirectional characters, white space
 * collapsed (with LINES newlines stay). */
const char *build_clean(struct call *c, const char *text, size_t len, bool lines);

/* Hands the page over; a first heading becomes the title of a page that has none. */
void build_finish(struct page_build *b, struct page *out);

#endif
