/* Schedules: tasks put on the queue again and again. */
#ifndef WORK_SCHEDULE_H
#define WORK_SCHEDULE_H

#include "lib/work/submit.h"

struct schedule {
	const char *id, *name, *every, *operation, *arguments, *channel, *folder, *catch_up;
	const char *callback_url, *caller;
	int64_t priority, created_at, next_at, last_at; /* last_at 0: never yet */
	bool paused;
};

/* Records a schedule NAME that puts ASK as EVERY says (a duration or fields of cron) from now on.
 * CATCH_UP is "skip", "once" or "all": what becomes of times at which nobody worked. FAIL_CONFLICT
 * when the name is taken. */
enum fail schedule_add(struct call *c, const char *name, const char *every, const char *catch_up,
	const struct task_ask *ask, struct schedule *out);

/* The schedule with that name; FAIL_MISSING when there is none. */
enum fail schedule_find(struct call *c, const char *name, struct schedule *out);

/* All schedules by name. *OUT is in C's arena. */
enum fail schedule_list(struct call *c, struct schedule **out, size_t *n);

enum fail schedule_remove(struct call *c, const char *name);

/* Pauses it, or lets it go on: then from the next time on, whatever was missed. */
enum fail schedule_pause(struct call *c, const char *name, bool paused, struct schedule *out);

/* Puts the tasks of all schedules that are due, each in one transaction with the schedule's next
 * time: whoever else does the same finds it done. */
enum fail schedule_run(struct call *c);

#endif
