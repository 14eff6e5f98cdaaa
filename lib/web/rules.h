/* Rules for request heads (RFC 9110, RFC 9112), stricter than they have to be: where two readers
 * could differ about where a request ends, it is refused. */
#ifndef WEB_RULES_H
#define WEB_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/web/target.h"

struct web_framing {
	int64_t length;   /* of the body; -1: chunked */
	bool expects;     /* the client waits for 100 before it sends the body */
};

/* Judges method, version ("HTTP/1.1") and COUNT headers. AUTHORITY is that of the target, or NULL.
 * *OUT is written only when the verdict is 0. */
struct web_verdict rules_check(const char *method, const char *version, const char *authority,
	const struct web_field *headers, size_t count, struct web_framing *out);

#endif
