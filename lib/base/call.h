/* Call: what one invocation carries through all rooms, first argument of every function that can
 * fail. Whoever made it releases it once. */
#ifndef BASE_CALL_H
#define BASE_CALL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fail.h"

struct caller;
struct config;
struct json_t;
struct op_call;
struct policy;
struct rate;
struct secrets;
struct store;
struct tally;

/* By which way a call came in. Only the shell may name local paths. */
enum channel { CHANNEL_SHELL, CHANNEL_HTTP, CHANNEL_MCP, CHANNEL_QUEUE };

struct call {
	struct arena arena;       /* all that the call produces */
	const char *why;          /* reason of the failure, or NULL */
	const char *error;        /* the word that a protocol has for it, or NULL */
	enum channel channel;
	const struct caller *caller; /* of lib/policy; NULL: the owner at this machine */
	const char *idempotency_key; /* given beside the arguments, or NULL */
	const char *traceparent;  /* W3C trace context that came with it, kept on its tasks; or NULL */
	/* Where others reach the server that serves this call, as "https://trae.example"; NULL: no
	 * server does. */
	const char *public_url;
	const char *path;         /* of what is called there, while it is found out who calls; or NULL */
	const char *peer;         /* address that it came from; NULL: this machine */
	/* The operation that this call is part of, as putting its task on the queue is: the scopes of a
	 * key have to cover that one. NULL: it is for itself. */
	const char *serves;
	bool far;                 /* over the network: hears of no place on this machine */
	bool near;                /* from this machine itself, by no proxy */
	bool of_task;             /* a task runs: it was decided when it was put on the queue */
	bool rated;               /* it runs again, and was taken from the caller's rate before */
	bool replayed;            /* the answer is that of an earlier call with the same key */
	bool dry_run;             /* say what would happen, change nothing */
	int64_t deadline_boot_ms; /* on clock_boot_ms(); 0: none */

	/* Set from a signal handler or another thread; long work looks at it often. */
	volatile sig_atomic_t *cancelled;

	/* Where progress goes; NULL: nowhere. DONE of TOTAL (0: unknown), STAGE a word of the
	 * operation, TEXT one clause for a person. */
	void (*progress)(void *to, double done, double total, const char *stage, const char *text);
	/* Where remarks go that do not stop the work; NULL: nowhere. */
	void (*warn)(void *to, const char *text);
	void *talk_to;

	/* Opened by the rooms that own them on first use, and closed by call_release(). */
	struct config *config;
	struct store *store;
	const char *store_path;   /* from the configuration; NULL: where store_path() says */
	struct secrets *secrets;
	struct policy *policy;    /* given by a front that serves, else made on first use */
	const struct rate *rate;  /* what the caller has left; NULL: no limit */
	void (*store_close)(struct store *store);
	void (*secrets_close)(struct secrets *secrets);

	struct tally *tally;     /* of lib/model: counts that wait for the end of a transaction */
	struct op_call *op_call; /* of lib/op, while an operation runs */
	struct json_t *beside;   /* members beside the rows of its reply, of op_beside(); or NULL */
};

/* Frees the arena and closes what was opened. The struct may be used again after that. */
void call_release(struct call *c);

/* FAIL_INTERRUPTED when the caller asked to stop or the deadline has passed, else FAIL_NONE. */
enum fail call_check(struct call *c);

void call_progress(struct call *c, double done, double total, const char *stage, const char *text);
void call_warn(struct call *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
