/* The pool: claims tasks, has workers run them, and records how they end. It is the only one who
 * writes these changes; workers hand over what they have to say. Used from one thread, the one that
 * started it. */
#ifndef WORK_POOL_H
#define WORK_POOL_H

#include "lib/base/call.h"

struct pool;

struct pool_options {
	int64_t jobs;       /* workers for light work and for the network, and half as many that
	                       render; 0: as many as the machine has processors */
	int64_t lease_ms;   /* 0: TASK_LEASE_MS */
	int64_t most;       /* tasks to claim in all; 0: no limit */
};

/* How a pool stands. */
struct pool_facts {
	int64_t running;            /* tasks in the hands of workers */
	int64_t completed, failed;  /* since the start; retries count as failed */
	int64_t workers;            /* processes alive */
	int64_t races;              /* ends that came too late */
	bool idle;                  /* nothing runs and nothing was there to claim */
};

/* Opens the store of C once more, for the pool alone (a caller that is asked to stop must still be
 * able to write how its tasks ended), and takes the lock that says this process works. *OUT is the
 * caller's. */
enum fail pool_start(struct call *c, const struct pool_options *options, struct pool **out);

/* One round: takes what workers say, writes what ended and claims what is free in one transaction,
 * and looks after leases, timeouts, cancelled tasks, delayed tasks and those of dead processes when
 * that is due. Waits up to TIMEOUT_MS for something to do. After a failure (a full disk) nothing is
 * lost: the next round tries again. Memory of C does not grow by it. */
enum fail pool_step(struct call *c, struct pool *p, int64_t timeout_ms);

/* Ends the wait of pool_step() soon: there may be a new task. From any thread or a signal
 * handler. */
void pool_wake(struct pool *p);

/* Claims nothing more and steps until what runs has ended, up to GRACE_MS; what has not is stopped
 * and given back. */
enum fail pool_drain(struct call *c, struct pool *p, int64_t grace_ms);

struct pool_facts pool_facts(const struct pool *p);

/* How many tasks of RESOURCE run at once: in this process's pool, else in one of default size. */
int64_t pool_slots(const char *resource);

/* Ends the workers and releases the lock. */
void pool_free(struct pool *p);

#endif
