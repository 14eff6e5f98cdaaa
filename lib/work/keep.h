/* Retention: what is kept how long. */
#ifndef WORK_KEEP_H
#define WORK_KEEP_H

#include <stdint.h>

#include "lib/base/call.h"

struct keep {
	int64_t tasks_ms, files_ms; /* 0: for ever */
};

/* How long things are kept, from the settings task.keep and file.keep. */
enum fail keep_read(struct call *c, struct keep *out);

/* Removes what is older: tasks that ended and their logs, logs of agents, and the files that
 * operations made in this program's own folder for callers who named no place. Files anywhere else
 * are their owner's and stay. */
enum fail keep_run(struct call *c, const struct keep *keep);

#endif
