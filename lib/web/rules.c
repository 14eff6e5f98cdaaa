/* Rules for request heads. */
#include "lib/web/rules.h"

#include <string.h>
#include <strings.h>

#define OK ((struct web_verdict){0})
#define NO(status, why) ((struct web_verdict){status, why})
#define BAD(why) NO(400, why)

/* The longest length that is read: 15 digits. */
#define MAX_DIGITS 15

/* Headers that mean something only once. */
enum single {
	HOST, CONTENT_LENGTH, TRANSFER_ENCODING, AUTHORIZATION, CONTENT_TYPE, CONTENT_ENCODING,
	EXPECT, ORIGIN, X_API_KEY, IDEMPOTENCY_KEY, SINGLES
};

static const char *const single_names[SINGLES] = {
	[HOST] = "host",
	[CONTENT_LENGTH] = "content-length",
	[TRANSFER_ENCODING] = "transfer-encoding",
	[AUTHORIZATION] = "authorization",
	[CONTENT_TYPE] = "content-type",
	[CONTENT_ENCODING] = "content-encoding",
	[EXPECT] = "expect",
	[ORIGIN] = "origin",
	[X_API_KEY] = "x-api-key",
	[IDEMPOTENCY_KEY] = "idempotency-key",
};

static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

/* tchar of RFC 9110 §5.6.2. */
static const bool token[256] = {
	['!'] = 1, ['#'] = 1, ['$'] = 1, ['%'] = 1, ['&'] = 1, ['\''] = 1, ['*'] = 1, ['+'] = 1,
	['-'] = 1, ['.'] = 1, ['^'] = 1, ['_'] = 1, ['`'] = 1, ['|'] = 1, ['~'] = 1,
	['0' ... '9'] = 1, ['a' ... 'z'] = 1, ['A' ... 'Z'] = 1,
};

static bool is_token(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (token[*at])
		at++;
	return !*at && *text;
}

/* field-vchar, obs-text and blanks of RFC 9110 §5.5. */
static const bool value[256] = {
	['\t'] = 1, [0x20 ... 0x7e] = 1, [0x80 ... 0xff] = 1,
};

static bool is_value(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (value[*at])
		at++;
	return !*at;
}

/* unreserved of RFC 3986 §2.3. */
static const bool name[256] = {
	['-'] = 1, ['.'] = 1, ['_'] = 1, ['~'] = 1,
	['0' ... '9'] = 1, ['a' ... 'z'] = 1, ['A' ... 'Z'] = 1,
};

/* reg-name, IPv4 or bracketed IPv6, and a port (RFC 3986 §3.2): no user, no list, no space. */
static bool is_host(const char *text)
{
	const char *at = text;

	if (*at == '[') {
		at += 1 + strspn(at + 1, "0123456789abcdefABCDEF:.");
		if (*at++ != ']')
			return false;
	} else {
		while (name[(unsigned char)*at])
			at++;
	}
	if (at == text || !*at)
		return at != text;
	return *at == ':' && !at[1 + strspn(at + 1, "0123456789")];
}

static struct web_verdict collect(const struct web_field *headers, size_t count,
	const char *found[SINGLES])
{
	for (size_t i = 0; i < count; i++) {
		if (!is_token(headers[i].name))
			return BAD("a header name is no token");
		if (!is_value(headers[i].value))
			return BAD("a header holds a control character");
		for (int s = 0; s < SINGLES; s++) {
			if (!field_is(&headers[i], single_names[s]))
				continue;
			if (found[s])
				return s == HOST ? BAD("Host is given twice") :
					s == CONTENT_LENGTH ? BAD("Content-Length is given twice") :
					s == TRANSFER_ENCODING ?
					BAD("Transfer-Encoding is given twice") :
					BAD("a header that may stand once is given twice");
			found[s] = headers[i].value;
		}
	}
	return OK;
}

static struct web_verdict check_line(const char *method, const char *version)
{
	if (!is_token(method))
		return BAD("the method is no token");
	if (strcmp(version, "HTTP/1.1") && strcmp(version, "HTTP/1.0"))
		return NO(505, WEB_BAD_VERSION);
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (!strcmp(method, methods[i]))
			return OK;
	return NO(501, "this method is not known here");
}

static struct web_verdict check_host(const char *host, const char *authority, bool old)
{
	if (!host)
		return old ? OK : BAD("Host is missing");
	if (!is_host(host))
		return BAD("Host is no name or address");
	if (authority && strcasecmp(host, authority))
		return BAD("Host and the request target name different hosts");
	return OK;
}

static struct web_verdict check_length(const char *text, int64_t *out)
{
	size_t digits = strspn(text, "0123456789");
	int64_t length = 0;

	if (!digits || text[digits])
		return BAD(WEB_BAD_LENGTH);
	if (digits > MAX_DIGITS)
		return NO(413, "Content-Length is too large");
	for (const char *at = text; *at; at++)
		length = length * 10 + (*at - '0');
	*out = length;
	return OK;
}

static struct web_verdict check_framing(const char *method, bool old, const char *found[SINGLES],
	struct web_framing *out)
{
	const char *length = found[CONTENT_LENGTH], *coding = found[TRANSFER_ENCODING];

	if (coding && old)
		return BAD("Transfer-Encoding is not part of HTTP/1.0");
	if (coding && length)
		return BAD("Content-Length and Transfer-Encoding are both given");
	if (coding && strcasecmp(coding, "chunked"))
		return NO(501, "the only Transfer-Encoding known here is chunked");
	if (coding)
		out->length = -1;
	if (length)
		return check_length(length, &out->length);
	if (old && !strcmp(method, "POST"))
		return NO(411, "a POST in HTTP/1.0 needs Content-Length");
	return OK;
}

struct web_verdict rules_check(const char *method, const char *version, const char *authority,
	const struct web_field *headers, size_t count, struct web_framing *out)
{
	const char *found[SINGLES] = {NULL};
	struct web_framing f = {0};
	struct web_verdict v = check_line(method, version);
	bool old = !strcmp(version, "HTTP/1.0");

	if (!v.status)
		v = collect(headers, count, found);
	if (!v.status)
		v = check_host(found[HOST], authority, old);
	if (!v.status)
		v = check_framing(method, old, found, &f);
	if (v.status)
		return v;
	if (found[CONTENT_ENCODING] && strcasecmp(found[CONTENT_ENCODING], "identity"))
		return NO(415, "a body with a Content-Encoding is not read here");
	if (found[EXPECT] && strcasecmp(found[EXPECT], "100-continue"))
		return NO(417, "the only Expect known here is 100-continue");
	f.expects = found[EXPECT] && !old;
	*out = f;
	return OK;
}
