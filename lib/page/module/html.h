/* Readers of the module page. */
#ifndef PAGE_MODULE_HTML_H
#define PAGE_MODULE_HTML_H

#include "lib/page/build.h"

enum fail html_read(struct page_build *b, const char *text, size_t len, int first_line);

/* HTML inside of Markdown: its writer meant all of it. */
enum fail html_read_piece(struct page_build *b, const char *text, size_t len, int first_line);

enum fail markdown_read(struct page_build *b, const char *text, size_t len, int first_line);

#endif
