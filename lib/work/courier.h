/* Courier: delivers what lib/model/callback.h keeps in the outbox, several at a time. */
#ifndef WORK_COURIER_H
#define WORK_COURIER_H

#include <stdint.h>

#include "lib/base/call.h"

/* How many requests are on their way at once, and how many of them to one origin. */
#define COURIER_SLOTS 16
#define COURIER_EACH 4

/* A receiver has this long to answer. */
#define COURIER_TIMEOUT_MS 30000
#define EVENT_TIMEOUT_MS 10000 /* of an event */

struct courier;

/* An idle courier; nothing is sent before the first step. End it with courier_stop(). */
enum fail courier_start(struct call *c, struct courier **out);

/* What a step did; callbacks that failed are also told by call_warn(). */
struct courier_step {
	int delivered, failed, retrying; /* of those that came back */
	int under_way;                   /* now */
	int64_t next_at;                 /* when the next is due; 0: none waits */
};

/* Waits up to WAIT_MS for one that is under way to come back, records all that did, and sends off
 * what is due in the free slots. Each attempt is on disk before its request is sent, and comes with
 * the same id again when this process dies before its end is. FAIL_CONFIG when there is no place
 * for secrets, or none that opens: nothing is sent unsigned. With WAIT_MS 0, for a loop that turns
 * all the time, the outbox is looked into every 50 ms, and 5 s after a failure. */
enum fail courier_step(struct call *c, struct courier *k, int64_t wait_ms,
	struct courier_step *out);

/* A descriptor that is readable when something came back: for a loop that waits for more. */
int courier_fd(const struct courier *k);

/* Waits up to GRACE_MS for what is under way, breaks the rest off, records it and frees K. */
enum fail courier_stop(struct call *c, struct courier *k, int64_t grace_ms);

#endif
