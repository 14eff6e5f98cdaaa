/* Rounds: what agents do of themselves, at their intervals, while this process lives. */
#ifndef WORK_ROUNDS_H
#define WORK_ROUNDS_H

#include "lib/base/call.h"

struct rounds;

/* Starts a thread with a call and a store handle of its own, since a round may wait for services.
 * FAILED(TO, AGENT, WHY) is called in that thread for a round that failed; the next one is tried
 * when it is due. May be NULL. The store has been opened by C. */
enum fail rounds_start(struct call *c, void (*failed)(void *to, const char *agent, const char *why),
	void *to, struct rounds **out);

/* Breaks a round off, waits for the thread and frees it. NULL is fine. */
void rounds_stop(struct rounds *r);

#endif
