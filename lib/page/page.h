/* Page: a document as a list of blocks, whatever it was written in. HTML is read by libxml2,
 * Markdown by md4c, both in the module page; plain text here. */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include <stddef.h>

#include "lib/base/call.h"

enum block_kind {
	BLOCK_HEADING,   /* level 1 to 6 */
	BLOCK_PARAGRAPH,
	BLOCK_ITEM,      /* of a list; level is its depth from 1 */
	BLOCK_QUOTE,
	BLOCK_CODE,
	BLOCK_TABLE,     /* rows as lines, cells parted by " | " */
	BLOCK_IMAGE,     /* text is the alternative text, target its address */
	BLOCK_BREAK,     /* a thematic break; text is empty */
};

struct block {
	enum block_kind kind;
	int level;
	const char *text;   /* plain UTF-8 on one line (code and tables keep lines), no markup */
	const char *target; /* of an image, else NULL */
	int line;           /* in the source, from 1; 0 where unknown */
};

struct page {
	const char *title;  /* front matter title, <title> (of which only the heading it repeats) or
			     * first heading; NULL */
	struct block *blocks;
	size_t count;
};

/* The largest document accepted. */
#define PAGE_BYTES_MAX (32u << 20)

enum page_format { PAGE_TEXT, PAGE_MARKDOWN, PAGE_HTML };

/* Reads LEN bytes of TEXT, which must be UTF-8 for text and Markdown (FAIL_INPUT names the line)
 * and is decoded as its declaration or content type says for HTML. Control and zero-width
 * characters are removed; a line break inside a paragraph is a space, and nothing between two
 * Chinese or Japanese characters. HTML gives its paragraphs, headings and items: no scripts,
 * styles, navigation, hidden elements, forms, lists of links. Markdown may begin with front
 * matter, whose title is taken; only fenced code is code. Plain text has paragraphs parted by
 * blank lines (each line is one where lines are long), items that start with "- ", "* " or a
 * bullet, and breaks. */
enum fail page_read(struct call *c, enum page_format format, const char *text, size_t len,
	const char *content_type, struct page *out);

/* The format that CONTENT_TYPE (may be NULL), the ending of a file NAME or address (may be NULL) or
 * else the text itself speak for. */
enum page_format page_guess(const char *name, const char *content_type, const char *text,
	size_t len);

#endif
