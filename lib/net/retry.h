/* Retry: whether and when a request is sent again. Pure decisions, no I/O. */
#ifndef NET_RETRY_H
#define NET_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#define RETRY_MAX 2
#define RETRY_NEVER (-1)

/* How one attempt went. Header values are NULL when the header was absent. */
struct retry_try {
	int attempt;               /* 0 for the first */
	int status;                /* HTTP status, or 0 when the connection broke */
	bool out_of_quota;         /* waiting does not help: the account is empty */
	const char *after_ms;      /* retry-after-ms: milliseconds */
	const char *after;         /* retry-after: seconds, or a date (RFC 9110 §10.2.3) */
	const char *should;        /* x-should-retry: true or false */
};

/* Milliseconds to wait before the next attempt, or RETRY_NEVER. Without a word of the server:
 * 0.5 s doubling to 8 s, less up to a quarter by RANDOM. A server that asks for more than a minute
 * is not asked again. NOW_MS is the time of day, for dates. */
int64_t retry_wait_ms(const struct retry_try *t, uint32_t random, int64_t now_ms);

/* Reads a retry-after header (may be NULL): seconds, or a date. False when it says nothing. */
bool retry_after(const char *text, int64_t now_ms, int64_t *wait_ms);

#endif
