/* The HTTP front: requests in, replies of the guides' form out. */
#ifndef FRONT_HTTP_H
#define FRONT_HTTP_H

#include "lib/front/route.h"
#include "lib/web/web.h"

struct http;

struct http_settings {
	const char *address;
	int port;
	int listen_fd;                  /* that a service manager listens at, or 0 */
	const char *second_address; /* of a second listener, for the third guide's clients */
	int second_port;            /* 0: none */
	const char *tls_cert, *tls_key; /* PEM texts, or NULL */
	const char *public_url;         /* where others reach it; NULL: at address and port */
	/* Called, from any thread, whenever tasks were put on the queue. May be NULL. */
	void (*queued)(void *to);
	void *to;
};

/* Starts to answer. What C holds (configuration) is shared by all requests and must outlive the
 * server. */
enum fail http_start(struct call *c, const struct http_settings *settings, struct http **out);

int http_port(const struct http *h);

/* Where others reach it. */
const char *http_public_url(const struct http *h);

/* Another certificate for connections to come. */
enum fail http_reload(struct call *c, struct http *h, const char *cert, const char *key);

/* Answers those that wait for tasks: called by the loop of serve, with a call of its own. */
void http_step(struct http *h, struct call *c);

/* Lets what is under way be answered, up to GRACE_MS, and ends. */
void http_stop(struct http *h, int64_t grace_ms);

/* --- Inside the front: one request on its way (request.c, perform.c, answer.c, lanes.c) --- */

struct request {
	struct http *http;
	struct web_exchange *x;
	struct call call;
	const struct route *route;
	json_t *args;
	json_t *replies;       /* what the operation said; NULL: nothing yet */
	json_t *warnings;      /* and remarked before it became a task; likewise */
	struct file file;      /* or the file that it handed over */
	const char *said;      /* the same as JSON text, where nothing here reads it */
	const char *text;      /* or what was said to the same request a moment ago */
	const char *id;        /* X-Request-ID, given or made */
	const char *origin;    /* the page that may read the answer, or NULL */
	const char *cursor;    /* where in a long answer an Action goes on */
	bool actions;          /* came below ACTIONS_PATH */
	int status;            /* of a failure, where its kind does not tell; or 0 */
	struct op_call *prepared; /* what is left of it to do, or NULL */
	size_t warned;         /* warnings that it began with */
	enum fail ended;       /* how its operation ended, until it is answered */
	const char *session;   /* Mcp-Session-Id that it is given, or NULL */
	const char *task_id;   /* of a long operation */
	int64_t started_us, wait_until_ms;
	int64_t queued_us;     /* since when it waits for a slow lane */
	bool wait_said;        /* by the caller */
	struct web_reply_header more[8]; /* headers of the answer besides those that all have */
	size_t more_count;
	struct request *next;
};

/* answer.c: gives the one answer and frees R. */
void answer_replies(struct request *r);
void answer_failure(struct request *r, enum fail f);
/* JSON as it is; "": none. */
void answer_text(struct request *r, int status, const char *json);
/* No operation has this path (ALLOW is ""), or not with this method. */
void answer_no_route(struct request *r, const char *allow);
void answer_accepted(struct request *r);
/* Adds a header to the answer to come; its texts have to live as long as R. */
void answer_header(struct request *r, const char *name, const char *value);
/* The answer of a task that ended, read from the store by C; false when it has not ended. */
bool answer_task(struct request *r, struct call *c);
/* A refusal of the web room or of the front, before there is a request. */
void answer_refusal(struct web_exchange *x, int status, enum fail f, const char *why);

/* dialect.c: how R is told that it failed, in the form that its operation's callers read. */
struct refusal {
	int status;
	const char *content_type, *text;
	bool page;
};
struct refusal dialect_refusal(struct request *r, enum fail f);
/* Whether those callers may send members that the operation does not know. */
bool dialect_lenient(enum dialect d);
/* Whether they read null as something else than an absent member. */
bool dialect_sparse(enum dialect dialect);

/* page.c: pages for a browser. */
const char *page_of_refusal(struct request *r, enum fail f, const char *why);
/* The Content-Security-Policy of the page HTML, whose forms may lead on to FORM_ACTION ("": not). */
const char *page_rules(struct call *c, const char *html, const char *form_action);
/* FAIL_DENIED for a form that a page of another site sent. */
enum fail page_came_from_here(struct request *r);

/* challenge.c: adds the header WWW-Authenticate where F asks for one. */
void challenge_add(struct request *r, enum fail f);

/* lanes.c: where work is done. Lanes are threads with a store of their own. */
struct lanes;
enum fail lanes_start(struct call *c, struct lanes **out);
void lanes_stop(struct lanes *l);
/* One after the other, as many as wait in one transaction, answered behind its commit. */
void lanes_write(struct lanes *l, struct request *r);
/* Beside each other, each in transactions of its own: what may take a while. */
void lanes_slow(struct lanes *l, struct request *r);
/* Refuses what was not begun for as long as callers wait: to be called often. */
void lanes_step(struct lanes *l);

/* request.c: who asks for WHAT, by the key that came with R. */
enum fail request_caller(struct request *r, const char *what);
/* Takes the idempotency key and the trace that stand in R's headers. */
void request_context(struct request *r);
/* Gives R the store that this thread of the server reads with; R lets go of it itself. */
enum fail request_store(struct request *r);

/* mcp_http.c: the door for assistants. Shut, nobody waits there any more; it ends when all have been
 * answered. */
struct mcp_door;
enum fail mcp_door_open(struct call *c, const struct http *h, struct mcp_door **out);
void mcp_door_shut(struct mcp_door *d);
void mcp_door_end(struct mcp_door *d);
#define MCP_PATH "/mcp"
/* A request for MCP_PATH. */
void mcp_take(struct request *r);

/* perform.c: does what can be done for R before it has a store. */
void request_prepare(struct request *r);
/* Runs the operation of R in its call. */
enum fail request_run(struct request *r);
/* LIST, `replies` or `warnings` of R, which is made when it is NULL. Borrowed. */
json_t *request_list(struct request *r, json_t **list);
/* Runs and answers R, which only looks into the store, at once and in this thread of the server. */
void request_look(struct request *r);
/* Runs the operation of R with the store of LANE, which stays open. */
enum fail request_run_with(struct request *r, struct call *lane);
/* As if R had not run, as its member `ended` says: nothing of it was committed. */
void request_rewind(struct request *r);
/* R failed for the reason that BY has. */
void request_failed(struct request *r, const struct call *by);
void request_free(struct request *r);

#endif
