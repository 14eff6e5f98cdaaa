/* Character sets: finding out what a document is written in, and making it UTF-8. */
#ifndef TEXT_CHARSET_H
#define TEXT_CHARSET_H

#include <stddef.h>

#include "lib/base/call.h"

/* What LEN bytes of HTML or XML are written in, in the order of the WHATWG encoding sniffing: byte
 * order mark, charset of CONTENT_TYPE (may be NULL), the declaration within the first 4 KiB, UTF-8
 * when they are valid UTF-8, else windows-1252. */
const char *charset_guess(struct call *c, const char *text, size_t len, const char *content_type);

/* LEN bytes of TEXT in the character set NAME as valid UTF-8, without byte order mark and NULs;
 * what cannot be read becomes U+FFFD. FAIL_INPUT for a name that is not known. */
enum fail charset_decode(struct call *c, const char *name, const char *text, size_t len,
	const char **out, size_t *out_len);

#endif
