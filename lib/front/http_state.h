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
	struct web_server *web;
	struct routes routes;
	struct lanes *lanes;
	struct call *shared;        /* whose configuration all requests use */
	struct policy *policy;
	const struct op *submit;    /* "task submit" */
	const char *public_url;
	pthread_mutex_t lock;
	struct request *waiting;    /* for tasks to end */
	bool stopping;              /* nobody waits any more */
	struct fresh fresh;
};

/* request.c: a complete request of the web room. */
void request_take(struct http *h, struct web_exchange *x);

/* fresh.c: the reply to R's route that is still fresh, copied into R->text; and a new one. */
bool fresh_find(struct request *r);
void fresh_keep(struct request *r, const char *text);

/* http.c: keeps R until its task has ended or its time is over. */
void http_wait(struct request *r);

#endif
