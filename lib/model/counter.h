/* Counters: numbers that status shows, kept in the transaction of each change and never counted. */
#ifndef MODEL_COUNTER_H
#define MODEL_COUNTER_H

#include <stdint.h>

#include "lib/base/call.h"

struct counters {
	int64_t files, file_bytes;
	int64_t tasks_running, tasks_completed, tasks_failed, tasks_interrupted;
	int64_t tasks_pending, tasks_scheduled, tasks_blocked, tasks_retrying, tasks_paused;
	int64_t tasks_approval_pending, tasks_dead_letter, tasks_cancelled;
	int64_t callbacks_pending;                     /* now */
	int64_t callbacks_delivered, callbacks_failed; /* ever */
};

/* All of them by one query, from an open store. */
enum fail counters_read(struct call *c, struct counters *out);

/* Adds N to the counter NAME, within the transaction of the change that it counts. */
enum fail counter_add(struct call *c, const char *name, int64_t n);

/* From here on what C adds is kept back, and written once for each counter by counters_write(), as
 * the last of the transaction that is open: for one that changes many rows and is given up whole
 * when F, how it went so far, is a failure. Returns F, or why they could not be written. */
void counters_hold(struct call *c);
/* How much is kept back for the counter NAME. */
int64_t counter_held(const struct call *c, const char *name);
enum fail counters_write(struct call *c, enum fail f);

#endif
