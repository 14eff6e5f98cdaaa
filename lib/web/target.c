/* The request target: path and query parameters, decoded once or refused. */
#include "lib/web/target.h"

#include <string.h>

#include "lib/text/utf8.h"

#define OK ((struct web_verdict){0})
#define BAD(text) ((struct web_verdict){400, text})

/* All of ASCII that is printed, but for the blank, # and \. */
static const bool plain[256] = {
	['!'] = 1, ['"'] = 1, ['$' ... '['] = 1, [']' ... '~'] = 1,
};

static int hex(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	ch |= 0x20;
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

/* Decodes TEXT, of ASCII alone, in place. In a path the slashes that separate must be the only
 * ones. */
static struct web_verdict decode(char *text, bool path)
{
	char *to = text;

	if (!strpbrk(text, path ? "%" : "%+"))
		return OK;
	for (const char *from = text; *from; from++) {
		int high, low;

		if (*from == '+' && !path) {
			*to++ = ' ';
			continue;
		}
		if (*from != '%') {
			*to++ = *from;
			continue;
		}
		high = hex(from[1]);
		low = high < 0 ? -1 : hex(from[2]);
		if (low < 0)
			return BAD("a % is followed by no two hexadecimal digits");
		*to = (char)(high << 4 | low);
		if (!*to)
			return BAD("there is an encoded NUL");
		if (path && (*to == '/' || *to == '\\'))
			return BAD("the path holds an encoded slash");
		if (path && ((unsigned char)*to < 0x20 || *to == 0x7f))
			return BAD("the path holds an encoded control character");
		to++;
		from += 2;
	}
	*to = '\0';
	if (utf8_valid(text, (size_t)(to - text)) != (size_t)(to - text))
		return BAD("it is not UTF-8 when it is decoded");
	return OK;
}

static bool has_dot_segment(const char *path)
{
	for (const char *at = strstr(path, "/."); at; at = strstr(at, "/.")) {
		at += at[2] == '.' ? 3 : 2;
		if (!*at || *at == '/')
			return true;
	}
	return false;
}

static struct web_verdict read_query(char *text, struct web_target *t)
{
	while (text) {
		char *next = strchr(text, '&'), *value;
		struct web_verdict v;

		if (next)
			*next++ = '\0';
		if (*text) {
			if (t->param_count == WEB_MAX_PARAMS)
				return BAD("the request has more than 64 parameters");
			value = strchr(text, '=');
			if (value)
				*value++ = '\0';
			v = decode(text, false);
			if (!v.status && value)
				v = decode(value, false);
			if (v.status)
				return v;
			t->params[t->param_count++] = (struct web_field){text, value ? value : ""};
		}
		text = next;
	}
	return OK;
}

/* Cuts "http://authority" off an absolute form: *TEXT becomes the path, which may be empty. */
static bool cut_authority(char **text, const char **authority)
{
	char *start = *text;
	size_t len;

	if (!strncasecmp(start, "http://", 7))
		start += 7;
	else if (!strncasecmp(start, "https://", 8))
		start += 8;
	else
		return false;
	len = strcspn(start, "/?");
	if (!len)
		return false;
	/* The authority moves one byte to the left, over a slash, to make room for its end. */
	memmove(start - 1, start, len);
	start[len - 1] = '\0';
	*authority = start - 1;
	*text = start + len;
	return true;
}

struct web_verdict target_read(char *text, struct web_target *out)
{
	struct web_target t;
	struct web_verdict v;
	const char *at = text;
	char *query;

	t.authority = NULL;
	t.param_count = 0;
	while (plain[(unsigned char)*at])
		at++;
	if (*at)
		return BAD("the request target holds a character that has to be percent-encoded");
	if (*text != '/' && strcmp(text, "*") && !cut_authority(&text, &t.authority))
		return BAD("the request target is no path");
	query = strchr(text, '?');
	if (query)
		*query++ = '\0';
	v = decode(text, true);
	if (v.status)
		return v;
	if (has_dot_segment(text))
		return BAD("the path holds a segment of dots");
	v = read_query(query, &t);
	if (v.status)
		return v;
	t.path = *text ? text : "/";
	out->path = t.path;
	out->authority = t.authority;
	out->param_count = t.param_count;
	memcpy(out->params, t.params, t.param_count * sizeof t.params[0]);
	return OK;
}

struct web_verdict target_read_form(char *text, struct web_target *out)
{
	struct web_target t = {.path = "", .authority = NULL, .param_count = 0};
	struct web_verdict v;

	for (const char *at = text; *at; at++)
		if ((unsigned char)*at <= 0x20 || (unsigned char)*at >= 0x7f)
			return BAD("the form holds a character that has to be percent-encoded");
	v = read_query(text, &t);
	if (!v.status)
		*out = t;
	return v;
}
