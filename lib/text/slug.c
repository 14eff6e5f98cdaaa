/* Slug: a title as a file name. */
#include "lib/text/slug.h"

#include <string.h>

#include "lib/text/utf8.h"

#define SLUG_BYTES 60

const char *slug(struct arena *a, const char *title)
{
	const char *plain = utf8_plain(a, title, strlen(title), false);
	struct buf b = buf_in(a);
	size_t len = strlen(plain), n;
	uint32_t cp;

	for (size_t at = 0; at < len && b.len + 4 <= SLUG_BYTES; at += n) {
		n = utf8_decode(plain + at, len - at, &cp);
		if (cp >= 'A' && cp <= 'Z')
			buf_addc(&b, (char)(cp + 32));
		else if ((cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9') || cp >= 0xc0)
			buf_add(&b, plain + at, n);
		else if (b.len && b.data[b.len - 1] != '-')
			buf_addc(&b, '-');
	}
	while (b.len && b.data[b.len - 1] == '-')
		buf_cut(&b, b.len - 1);
	return b.len ? b.data : "untitled";
}
