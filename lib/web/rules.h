/* Rules for request heads (RFC 9110, RFC 9112), stricter than they have to be: where two readers
 * could differ about where a request ends, it is refused. */
#ifndef WEB_RULES_H
#define WEB_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/web/target.h"

/* Reasons that are given in more than one place. */
#define WEB_BAD_HEAD "the request head is not as HTTP/1.1 asks"
#define WEB_LARGE_HEAD "the request head is too large"
#define WEB_LARGE_BODY "the body is too large"
#define WEB_BAD_LENGTH "Content-Length is no number"
#define WEB_BAD_VERSION "only HTTP/1.1 and HTTP/1.0 are spoken here"

struct web_framing {
	int64_t length;   /* of the body; -1: chunked */
	bool expects;     /* the client waits for 100 before it sends the body */
};

/* Judges method, version ("HTTP/1.1") and COUNT headers. AUTHORITY is that of the target, or NULL.
 * *OUT is written only when the verdict is 0. */
struct web_verdict rules_check(const char *method, const char *version, const char *authority,
	const struct web_field *headers, size_t count, struct web_framing *out);

#endif
