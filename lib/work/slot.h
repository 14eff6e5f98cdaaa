/* A slot of the pool: one worker process and the tasks it was given. */
#ifndef WORK_SLOT_H
#define WORK_SLOT_H

#include "lib/base/buf.h"
#include "lib/json/json.h"
#include "lib/model/task.h"
#include "lib/os/child.h"

/* A task in the hands of a worker. */
struct job {
	struct arena arena;      /* all of this */
	const char *id, *operation, *resource;
	const char *line;        /* what the worker is told */
	int64_t attempt, timeout_ms;
	int64_t began_boot_ms;   /* when it became the first of its slot */
	json_t *end;             /* what the worker said of its end, owned */
	enum fail verdict;       /* FAIL_NONE, or how it ends whatever the worker says */
	const char *why;
	bool gone;               /* no longer ours: cancelled, or claimed by another */
	double progress, told_progress;
	const char *stage, *told_stage;
	struct job *next;
};

struct slot {
	const char *resource;
	struct child child;
	struct job *first, **last; /* in the order in which the worker runs them */
	size_t count;
	struct arena arena;        /* of the text that is no whole line yet, or not sent */
	struct buf said, unsent;
	int64_t kill_at_boot_ms;   /* 0: not stopping */
	int64_t idle_since_boot_ms;
};

void slot_init(struct slot *s, const char *resource);

/* Puts JOB behind the others and tells the worker, which is started when there is none. */
enum fail slot_give(struct call *c, struct slot *s, struct job *job);

/* Sends what the pipe did not take before. */
void slot_send(struct slot *s);

/* Reads what the worker says. Jobs that ended are moved to *ENDED; when the worker is gone the
 * first of the others ends with a verdict and the rest are moved to *ORPHANS. */
void slot_hear(struct slot *s, struct job ***ended, struct job ***orphans);

/* Asks the worker to stop, and kills it when it has not by GRACE_MS. */
void slot_stop(struct slot *s, int64_t grace_ms);
void slot_tick(struct slot *s);

void slot_release(struct slot *s);

struct job *job_new(const struct task *t);
void job_free(struct job *job);

#endif
