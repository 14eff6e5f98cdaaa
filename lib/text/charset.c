/* Character sets, by iconv of libc. */
#include "lib/text/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "lib/base/buf.h"
#include "lib/text/utf8.h"

#define DECLARATION_WITHIN 4096

static const struct {
	const char *name;
	const char *bytes;
	size_t len;
} marks[] = {
	{"utf-8", "\xef\xbb\xbf", 3},
	{"utf-16le", "\xff\xfe", 2},
	{"utf-16be", "\xfe\xff", 2},
};

/* Labels that stand for a larger set than they say (WHATWG Encoding Standard §4.2). */
static const struct {
	const char *label, *name;
} larger[] = {
	{"iso-8859-1", "windows-1252"}, {"latin1", "windows-1252"}, {"us-ascii", "windows-1252"},
	{"ascii", "windows-1252"}, {"iso-8859-9", "windows-1254"}, {"iso-8859-11", "windows-874"},
	{"tis-620", "windows-874"}, {"gb2312", "gb18030"}, {"gbk", "gb18030"},
	{"shift_jis", "cp932"}, {"shift-jis", "cp932"}, {"sjis", "cp932"}, {"x-sjis", "cp932"},
	{"windows-31j", "cp932"}, {"euc-kr", "cp949"}, {"ks_c_5601-1987", "cp949"},
	{"big5", "big5-hkscs"}, {"unicode", "utf-16le"}, {"utf8", "utf-8"},
};

static const char *find_text(const char *s, size_t len, const char *what)
{
	size_t n = strlen(what);

	for (size_t i = 0; i + n <= len; i++)
		if (!strncasecmp(s + i, what, n))
			return s + i;
	return NULL;
}

/* The value behind charset= or encoding= within S; NULL when there is none. */
static const char *declared(struct call *c, const char *s, size_t len, const char *key)
{
	const char *at = find_text(s, len, key), *end = s + len, *from;

	if (!at)
		return NULL;
	at += strlen(key);
	while (at < end && strchr(" \t\"'=", *at) && *at)
		at++;
	from = at;
	while (at < end && *at && !strchr(" \t\r\n\"';/>?", *at))
		at++;
	if (at == from || at - from >= 40)
		return NULL;
	return arena_memdup(&c->arena, from, (size_t)(at - from));
}

const char *charset_guess(struct call *c, const char *text, size_t len, const char *content_type)
{
	const char *name = NULL;
	size_t within = len < DECLARATION_WITHIN ? len : DECLARATION_WITHIN;

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (len >= marks[i].len && !memcmp(text, marks[i].bytes, marks[i].len))
			return marks[i].name;
	if (content_type)
		name = declared(c, content_type, strlen(content_type), "charset=");
	if (!name)
		name = declared(c, text, within, "charset=");
	if (!name && len > 5 && !memcmp(text, "<?xml", 5))
		name = declared(c, text, within < 200 ? within : 200, "encoding=");
	/* A declaration that could be read as ASCII does not stand in UTF-16. */
	if (name && !strncasecmp(name, "utf-16", 6))
		name = "utf-8";
	if (name)
		return name;
	return utf8_valid(text, len) == len ? "utf-8" : "windows-1252";
}

static void iconv_end(iconv_t *i)
{
	if (*i != (iconv_t)-1)
		iconv_close(*i);
}

static void convert(iconv_t cd, const char *text, size_t len, struct buf *out)
{
	char *in = (char *)text;

	while (len) {
		char *to = buf_room(out, len + 64), *from = to;
		size_t room = len + 64, done = iconv(cd, &in, &len, &to, &room);

		out->len += (size_t)(to - from);
		if (done != (size_t)-1 || errno == E2BIG)
			continue;
		utf8_encode(out, 0xfffd);
		if (errno == EINVAL)
			break;
		in++;
		len--;
	}
}

enum fail charset_decode(struct call *c, const char *name, const char *text, size_t len,
	const char **out, size_t *out_len)
{
	__attribute__((cleanup(iconv_end))) iconv_t cd = (iconv_t)-1;
	struct buf raw = buf_in(&c->arena), clean;
	size_t i, start;

	for (i = 0; i < sizeof larger / sizeof *larger; i++)
		if (!strcasecmp(name, larger[i].label))
			name = larger[i].name;
	if (!strcasecmp(name, "utf-8") && utf8_valid(text, len) == len) {
		buf_add(&raw, text, len);
	} else {
		cd = iconv_open("UTF-8", name);
		if (cd == (iconv_t)-1)
			return fail(c, FAIL_INPUT, "the character set \"%s\" is not known", name);
		convert(cd, text, len, &raw);
	}
	start = raw.len >= 3 && !memcmp(raw.data, "\xef\xbb\xbf", 3) ? 3 : 0;
	clean = buf_in(&c->arena);
	buf_room(&clean, raw.len);
	for (i = start; i < raw.len; i++)
		if (raw.data[i])
			clean.data[clean.len++] = raw.data[i];
	clean.data[clean.len] = '\0';
	*out = clean.data;
	*out_len = clean.len;
	return FAIL_NONE;
}
