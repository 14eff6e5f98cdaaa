/* Runner: runs the queue in a thread of this process, once there is a task and nobody else who
 * would. */
#ifndef FRONT_RUNNER_H
#define FRONT_RUNNER_H

#include "lib/base/call.h"

struct runner;

/* An idle one. What C holds (configuration) must outlive it. */
enum fail runner_make(struct call *c, struct runner **out);

/* There is a new task. From any thread. */
void runner_wake(struct runner *r);

/* Gives back what still runs, and ends. */
void runner_end(struct runner *r);

#endif
