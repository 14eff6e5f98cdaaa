/* What the files of the HTTP front share. */
#ifndef FRONT_HTTP_STATE_H
#define FRONT_HTTP_STATE_H

#include <pthread.h>

#include "lib/front/http.h"

/* Replies that may be given again for a while, by the place of their route. */
struct fresh {
	pthread_mutex_t lock;
	struct {
		char *text;
		size_t size;
		int64_t until_us;
	} list[128];
};

struct http {
	struct web_server *web, *second; /* NULL: does not listen */
	struct routes routes;
	struct lanes *lanes;
	struct mcp_door *mcp;
	struct call *shared;        /* whose configuration all requests use */
	struct policy *policy;
	const struct op *submit;    /* "task submit" */
	const char *public_url;
	const char *address;        /* that it is bound to, */
	bool any_address;           /* or all of this machine's */
	const char *hosts, *origins; /* settings server.hosts and server.origins */
	pthread_mutex_t lock;
	struct request *waiting;    /* for tasks to end */
	bool stopping;              /* nobody waits any more */
	struct fresh fresh;
	void (*queued)(void *to);   /* tells the pool; or NULL */
	void *queued_to;
};

/* request.c: a complete request of the web room. */
void request_take(struct http *h, struct web_exchange *x);

/* origin.c: reads the settings, before the first request. */
void origin_start(struct call *c, struct http *h, const char *address);
/* Refuses R (421) when this server does not know itself by the name in its Host, so that no page
 * reaches it by making its own name lead here (DNS rebinding), and (403) when it comes from a page
 * whose origin is not allowed. Sets R->origin when a page may read the answer. */
enum fail origin_check(struct request *r);
/* Whether HOST, a header of that name or NULL, is a name that leads here on this machine alone. */
bool origin_names_loopback(const char *host);
/* The headers (up to 3) by which a browser lets the page R->origin read the answer; how many. */
size_t origin_headers(const struct request *r, struct web_reply_header *out);
/* Answers the question that a browser asks before a request with METHODS, and frees R. */
void origin_preflight(struct request *r, const char *methods);

/* cut.c: makes REPLY short enough for ChatGPT: where it is longer than MAX characters, its longest
 * arrays and texts are cut, `truncated` is true and `next` the cursor that asks for what follows.
 * CURSOR is the one that came with the request, or NULL. A new reference. FAIL_USAGE for a cursor
 * that was not given by it. */
enum fail cut_reply(struct call *c, const json_t *reply, const char *cursor, size_t max,
	json_t **out);

/* fresh.c: the reply to R's route that is still fresh, copied into R->text; and a new one. */
bool fresh_find(struct request *r);
void fresh_keep(struct request *r, const char *text);
void fresh_free(struct http *h);

/* http.c: keeps R until its task has ended or its time is over. */
void http_wait(struct request *r);

#endif
