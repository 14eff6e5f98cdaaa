/* Subscriptions as callers ask for them, checked. */
#ifndef WORK_EVENT_CHANGE_H
#define WORK_EVENT_CHANGE_H

#include "lib/model/event.h"

/* What a caller wants to be told, and where. */
struct event_wish {
	const char *name, *url;
	json_t *arguments;
};

#define EVENT_WISH_FIELD(T, S, m, ...)                                                             \
	{.name = #m, .offset = offsetof(T, S.m), .type = FIELD_TYPE(T, S.m), .help = __VA_ARGS__}

/* The fields of a struct T whose member S is a struct event_wish. */
#define EVENT_WISH(T, S)                                                                           \
	EVENT_WISH_FIELD(T, S, name, "Event", .required = true, .word = true,                      \
		.complete = "event list"),                                                         \
	EVENT_WISH_FIELD(T, S, url, "Address that is told", .required = true, .min = 1,            \
		.max = 2000),                                                                      \
	EVENT_WISH_FIELD(T, S, arguments, "What narrows it, as event list says", .free = true)

/* Makes or renews the caller's subscription for TTL_MS (INT_NULL: the longest), once the address has
 * taken a challenge signed with SECRET; one that has the secret already is not asked again. */
enum fail event_renew(struct call *c, const struct event_wish *wish, const char *secret,
	int64_t ttl_ms, struct subscription *out);

/* Ends it. FAIL_MISSING when the caller has none. */
enum fail event_end(struct call *c, const struct event_wish *wish, struct subscription *out);

#endif
