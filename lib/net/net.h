/* Net: HTTP requests to other machines, under the rules that keep text from choosing the target.
 * The code is in the module net (libcurl), loaded on first use. */
#ifndef NET_NET_H
#define NET_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/call.h"

struct net_header {
	const char *name, *value; /* never logged */
	/* A credential: sent over https or to a loopback address, and to the origin of the request
	 * only. Authorization, Cookie and the like are so by their names. */
	bool secret;
};

struct net_request {
	const char *method;               /* "GET", "POST", ... */
	const char *url;
	const struct net_header *headers; /* ends with a NULL name; may be NULL */
	const void *body;
	size_t body_len;
	size_t max_bytes;                 /* of the decoded answer; more is FAIL_INPUT. 0: 16 MiB */
	int64_t timeout_ms;               /* for the whole request; 0: one minute */
	int idle_s;                       /* ends it when nothing comes for so long; 0: 30 */
	/* How many to follow, up to 3 and for GET only; each is checked as a URL of its own, one to
	 * another origin is never owner_named, one from https to http is refused, one past the
	 * last is a failure. 0: a redirect is an answer like any other. */
	int redirects;
	/* false: only addresses that are global (no loopback, private, link-local, mapped,
	 * translated or reserved ones), checked at connect time, ports 80 and 443. true: the owner
	 * named this base URL in the configuration. */
	bool owner_named;
	/* Receives the body of a 2xx answer as it comes, other bodies are kept; a failure ends the
	 * request. NULL: every body is kept. */
	enum fail (*data)(struct call *c, void *to, const char *data, size_t len);
	void *to;
};

struct net_reply {
	int status;                 /* HTTP status; every one is a success of net_request() */
	const char *url;            /* after redirects */
	const char *content_type;   /* as sent, or "" */
	const char *body;           /* NUL-terminated; "" when data() took it */
	size_t len;
	const struct net_header *headers; /* lower-case names; ends with a NULL name */
};

/* FAIL_INPUT for a URL or header that is none and for an answer that is too large, FAIL_DENIED for
 * a target that is not allowed, FAIL_REMOTE when the far side cannot be reached, is too slow or
 * breaks off, FAIL_INTERRUPTED when the call is stopped, FAIL_CONFIG when the module is not
 * installed, FAIL_USAGE for anything but GET and HEAD in a dry run. */
enum fail net_request(struct call *c, const struct net_request *request, struct net_reply *out);

/* Value of header NAME (lower case) in REPLY, or NULL. */
const char *net_header(const struct net_reply *reply, const char *name);

/* True for what this room would take as a URL: http:// or https://, any case. */
bool net_is_url(const char *text);

#endif
