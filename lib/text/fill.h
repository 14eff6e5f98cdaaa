/* Fill: values put into templates and URLs, escaped for where they go. */
#ifndef TEXT_FILL_H
#define TEXT_FILL_H

#include "lib/base/buf.h"

/* Adds TEXT to B as it has to stand in HTML, in text as well as in a quoted attribute. */
void html_add(struct buf *b, const char *text);

struct fill {
	const char *name, *value; /* a value of NULL is empty */
};

/* TEMPLATE with each {{name}} replaced by its value, escaped for HTML; ends with a NULL name. What
 * has no value is empty. The text belongs to A. */
const char *html_fill(struct arena *a, const char *template, const struct fill *values);

/* Adds NAME=VALUE to URL as a query parameter, percent-encoded (RFC 3986 2.1). */
void url_add(struct buf *url, const char *name, const char *value);

#endif
