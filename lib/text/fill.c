/* Fill: values put into templates and URLs. */
#include "lib/text/fill.h"

#include <string.h>

void html_add(struct buf *b, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			buf_adds(b, "&amp;");
			break;
		case '<':
			buf_adds(b, "&lt;");
			break;
		case '>':
			buf_adds(b, "&gt;");
			break;
		case '"':
			buf_adds(b, "&quot;");
			break;
		case '\'':
			buf_adds(b, "&#39;");
			break;
		default:
			buf_addc(b, *text);
		}
	}
}

const char *html_fill(struct arena *a, const char *template, const struct fill *values)
{
	struct buf b = buf_in(a);
	const char *open;

	while ((open = strstr(template, "{{"))) {
		const char *name = open + 2, *close = strstr(name, "}}");

		if (!close)
			break;
		buf_add(&b, template, (size_t)(open - template));
		for (const struct fill *v = values; v->name; v++)
			if (strlen(v->name) == (size_t)(close - name) && v->value &&
				!memcmp(v->name, name, (size_t)(close - name)))
				html_add(&b, v->value);
		template = close + 2;
	}
	buf_adds(&b, template);
	return b.data;
}

void url_add(struct buf *url, const char *name, const char *value)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-._~";

	buf_addf(url, "%c%s=", strchr(url->data, '?') ? '&' : '?', name);
	for (; *value; value++) {
		if (strchr(unreserved, *value))
			buf_addc(url, *value);
		else
			buf_addf(url, "%%%02X", (unsigned)(unsigned char)*value);
	}
}
