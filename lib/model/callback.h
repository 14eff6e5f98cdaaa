/* Callbacks: the outbox of what tasks tell the addresses that their callers named. A row is written
 * in the transaction of the change that it tells, and delivered by lib/work/courier.h. */
#ifndef MODEL_CALLBACK_H
#define MODEL_CALLBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/json/json.h"
#include "lib/model/task.h"

struct callback {
	const char *id;      /* X-TRAE-Delivery and webhook-id, the same at every attempt */
	const char *task_id; /* NULL for what no task tells */
	const char *event;   /* as in "task.completed" */
	const char *url, *origin;
	const char *body;    /* the bytes that are sent and signed */
	const char *state;   /* "pending", "delivered" or "failed" */
	const char *error;   /* why the last attempt failed, or NULL */
	int64_t attempt;     /* how many were made: the number that fences late answers */
	int64_t first_attempt; /* how many of them do not count for the schedule */
	int64_t created_at, next_at, sent_at, done_at; /* 0: not yet */
	int64_t http_status; /* of the last answer; 0: none came */
	int64_t response_ms;
	const char *subscription_id; /* of lib/model/event.h, or NULL */
};

/* Attempts in all: the first and the nine repetitions that Standard Webhooks 1.0.0 recommends. */
#define CALLBACK_ATTEMPTS 10

/* Standard Webhooks advises against larger bodies: a result that would make one is left out, with
 * "result_omitted" in its place. */
#define CALLBACK_BODY_BYTES 20000

/* Refuses (FAIL_INPUT) a URL that a callback may not go to: anything but https on port 443 or 80,
 * and addresses and names that are not public, unless HOSTS (setting callback.hosts, may be NULL)
 * names its host or host:port. Opens nothing: what a name leads to is looked at when the connection
 * is made. *LISTED (may be NULL): HOSTS names it. */
enum fail callback_check(struct call *c, const char *url, const char *hosts, bool *listed);

/* Puts EVENT ("task.completed") of T in the outbox, in the transaction that is open; nothing
 * happens when T has no callback_url. A "task.progress" that still waits is replaced. */
enum fail callback_enqueue(struct call *c, const struct task *t, const char *event);

/* Puts EVENT with BODY in the outbox for URL, in the transaction that is open. TASK_ID may be NULL.
 * At an address that is gone it is recorded as failed. */
enum fail callback_put(struct call *c, const char *url, const char *event, const char *task_id,
	const json_t *body);

/* Puts K, of which id, event, url and body are set and task_id and subscription_id may be, in the
 * outbox likewise. */
enum fail callback_add(struct call *c, struct callback *k);

/* Up to MAX callbacks that are due at NOW_MS, of any origin at most EACH, those first whose origin
 * waited longest; one whose circuit is open gives none, one whose circuit was open gives one. */
enum fail callback_due(struct call *c, int64_t now_ms, size_t max, size_t each,
	struct callback **out, size_t *n);

/* Claims K for an attempt: counts it and keeps others away until LEASE_MS from now, so that the
 * intent is on disk before anything is sent. *CLAIMED is false when someone else was faster. */
enum fail callback_claim(struct call *c, struct callback *k, int64_t now_ms, int64_t lease_ms,
	bool *claimed);

enum callback_outcome {
	CALLBACK_DELIVERED,
	CALLBACK_RETRY,    /* again after a wait, unless this was the last attempt */
	CALLBACK_REFUSED,  /* never again */
	CALLBACK_GONE,     /* 410: nor anything else for this URL */
	CALLBACK_RELEASED, /* the attempt was broken off by this side and does not count */
};
struct callback_result {
	enum callback_outcome outcome;
	int http_status;
	int64_t response_ms;
	int64_t wait_ms;   /* that the far side asked for at least; 0: none */
	const char *error; /* NULL when delivered */
};

/* Records how the attempt of K ended; in the transaction that is open. What came of another attempt
 * than the present one is dropped. */
enum fail callback_finish(struct call *c, const struct callback *k,
	const struct callback_result *r);

/* When the next callback is due; 0 when none waits. */
enum fail callback_next(struct call *c, int64_t *next_at);

/* Milliseconds until attempt number ATTEMPT + 1, after ATTEMPT have failed: 5 s, 5 min, 30 min,
 * 2 h, 5 h, 10 h, 14 h, 20 h, 24 h (Standard Webhooks 1.0.0, "Retry schedule"), and up to a fifth
 * more by RANDOM. -1 when there is none. */
int64_t callback_wait_ms(int64_t attempt, uint32_t random);

enum fail callback_find(struct call *c, const char *id, struct callback *out);

/* At most LIMIT callbacks, newest first, those older than the callback AFTER, of STATE and of
 * TASK_ID only (each may be NULL). */
enum fail callback_list(struct call *c, int limit, const char *after, const char *state,
	const char *task_id, struct callback **out, size_t *n);

/* Makes the callback due now with all its attempts before it, closes the circuit of its origin and
 * forgets that its URL was gone. It keeps its id: a receiver that had it knows it again. */
enum fail callback_redeliver(struct call *c, const char *id);

/* Removes what was delivered or given up before BEFORE_MS, in several transactions. */
enum fail callback_prune(struct call *c, int64_t before_ms, int64_t *removed);

#endif
