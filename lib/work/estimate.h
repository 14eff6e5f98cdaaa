/* Estimates: when a task that is put now will have ended. */
#ifndef WORK_ESTIMATE_H
#define WORK_ESTIMATE_H

#include "lib/model/task.h"

/* In how many seconds T, just put, is expected to have ended, by the rule of trae-api(7): the
 * median run of its operation, once for each round of the pool's slots that is before it, from the
 * time it is due. NUM_NULL without a completed run, while it waits for something else than a
 * worker, and when too many are before it to be counted. What it looks up is at most a second old. */
enum fail estimate_s(struct call *c, const struct task *t, double *out);

#endif
