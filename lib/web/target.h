/* The request target: path and query parameters, decoded once or refused (RFC 9112 §3.2). */
#ifndef WEB_TARGET_H
#define WEB_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <strings.h>

#define WEB_MAX_PARAMS 64

struct web_field {
	const char *name, *value;
};

/* Whether the header F is the one called NAME. Most names differ in the first letter. */
static inline bool field_is(const struct web_field *f, const char *name)
{
	return (f->name[0] | 0x20) == (name[0] | 0x20) && !strcasecmp(f->name, name);
}

/* Why a request is refused; status 0: it is not. */
struct web_verdict {
	int status;
	const char *why;
};

struct web_target {
	const char *path;
	const char *authority; /* of a target in absolute form, else NULL */
	struct web_field params[WEB_MAX_PARAMS];
	size_t param_count;
};

/* Reads TEXT ("/a/b?c=d", "http://host/a", "*"), which is decoded in place and has to live as long
 * as *OUT; *OUT is written only when the verdict is 0. Refused are: control bytes, spaces,
 * backslashes, a fragment, escapes that are none, an encoded slash or NUL, dot segments written in
 * any way, and what decodes to no UTF-8. */
struct web_verdict target_read(char *text, struct web_target *out);

/* Reads TEXT, a body of type application/x-www-form-urlencoded, into the parameters of *OUT; decoded in
 * place as a query is. */
struct web_verdict target_read_form(char *text, struct web_target *out);

#endif
