/* Tasks: runs of operations, in the foreground of a command or on the queue, while they wait, run
 * and after it. Every change of state, its counters, its line in the task's log and its callback
 * are one transaction. */
#ifndef MODEL_TASK_H
#define MODEL_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/call.h"
#include "lib/model/file.h"
#include "lib/os/spent.h"

struct task {
	const char *id;
	const char *operation;  /* as in "video render" */
	const char *arguments;  /* a JSON object */
	/* "pending", "scheduled", "blocked", "running", "retrying", "paused", "approval_pending";
	 * ended: "completed", "failed", "dead_letter", "cancelled", "interrupted" */
	const char *state;
	const char *channel;    /* by which it came in: "shell", "http", "mcp" or "queue" */
	const char *folder;     /* working folder of the shell that put it, or NULL */
	const char *agent;      /* name, or "" */
	const char *resource;   /* "light", "net" or "render": which slots it needs */
	const char *unique_key; /* of which one unfinished task exists at a time, or NULL */
	const char *parent;     /* id of the batch it came with, or NULL */
	const char *backoff;    /* "exponential", "linear" or "fixed" */
	const char *stage;      /* the last one told, or NULL */
	const char *error_word, *error_text; /* of fail_kind(), NULL unless it failed */
	const char *result;     /* a JSON value, or NULL */
	const char *callback_url, *metadata, *caller, *traceparent; /* or NULL */
	struct spent spent;      /* by its latest attempt that ended; zero: not measured */
	double progress;        /* 0 to 1 */
	int64_t priority;       /* 1, the most urgent, to 10 */
	int64_t attempt;        /* how often it was started: the number that fences late workers */
	int64_t retries;        /* how often it failed and was tried again */
	int64_t max_retries;
	int64_t retry_delay_s;  /* before the first of them */
	int64_t timeout_s;      /* for each attempt; 0: none */
	int64_t created_at, run_at, started_at, completed_at; /* 0: not yet; run_at: not queued */
};

/* True for the states in which nothing more happens by itself. */
bool task_ended(const char *state);
/* The word of the public status: pending, processing, completed, failed or cancelled. */
const char *task_status(const char *state);

/* --- Tasks in the foreground --- */

/* A task that this process runs. The lock file run/ID.lock beside the store is held for as long as
 * the process lives, so that others can tell. Declare it with TASK_RUN_AUTO: a task whose variable
 * ends without task_end() is found interrupted by the next task_reap(). */
struct task_run {
	const char *id;
	const char *lock_path;
	int lock; /* -1: none */
	struct spent begun;
};
void task_run_release(struct task_run *run);
#define TASK_RUN_AUTO __attribute__((cleanup(task_run_release))) struct task_run
#define TASK_RUN_NONE ((struct task_run){.lock = -1})

/* Records a task of OPERATION with the JSON text ARGUMENTS as running. */
enum fail task_begin(struct call *c, const char *operation, const char *arguments,
	struct task_run *out);

/* Records how far it is (0 to 1) and its stage. Each call is a durable write: the caller says this
 * a few times a minute, not with every frame. FAIL_INTERRUPTED when somebody cancelled the task. */
enum fail task_progress(struct call *c, const struct task_run *run, double progress,
	const char *stage);
/* Only looks: FAIL_INTERRUPTED when somebody cancelled it. */
enum fail task_check(struct call *c, const struct task_run *run);

/* Records how it ended, and the N files it made, in one transaction: completed for FAIL_NONE,
 * interrupted for FAIL_INTERRUPTED, else failed with the word of ENDED and the text WHY. RESULT is
 * JSON or NULL. The files get their ids and the task's. Releases RUN when it succeeds. */
enum fail task_end(struct call *c, struct task_run *run, enum fail ended, const char *why,
	const char *result, struct file *files, size_t n);

/* --- The queue --- */

/* What is put on the queue. Zero and NULL mean the default. */
struct task_ask {
	const char *id;          /* of the caller's choice; the same again is the same task */
	const char *operation, *arguments;
	const char *folder;
	const char *agent, *resource, *unique_key, *parent, *backoff;
	const char *callback_url, *metadata, *caller, *traceparent;
	const char *const *needs; /* ids of tasks that have to complete first, ended by NULL */
	int64_t priority;        /* 0: 5 */
	int64_t run_at;          /* 0: at once */
	int64_t max_retries;     /* below 0: TASK_RETRIES */
	int64_t retry_delay_s;   /* below 0: TASK_RETRY_DELAY_S */
	int64_t timeout_s;
	bool paused;             /* waits for task_resume() */
	bool approval;           /* waits for an approval */
};
#define TASK_RETRIES 3
#define TASK_RETRY_DELAY_S 5

/* Puts a task on the queue, in the open transaction or one of its own; *OUT is the task as it
 * stands. With an id or unique_key that an unfinished task has already, that one is given and
 * *THERE (may be NULL) set; FAIL_REUSED when operation or arguments of that id differ. FAIL_MISSING
 * for an unknown need, FAIL_CONFLICT for one that ended otherwise than completed. */
enum fail task_put(struct call *c, const struct task_ask *ask, struct task *out, bool *there);

/* Who runs tasks: a lock file held as long as the process lives, and a lease on the boot clock. */
struct task_owner {
	const char *lock_path;
	const char *boot_id;
	int64_t lease_ms;
	int lock; /* -1: none */
};
#define TASK_LEASE_MS 60000
/* Takes the lock run/NAME-ID.lock beside the store. */
enum fail task_owner_take(struct call *c, const char *name, int64_t lease_ms,
	struct task_owner *out);
void task_owner_release(struct task_owner *owner);
/* Prolongs the leases of all that OWNER runs. */
enum fail task_heartbeat(struct call *c, const struct task_owner *owner);

/* Takes up to MOST tasks of RESOURCE whose agents take work and have places free, the most urgent
 * first, in one transaction. OUT has room for MOST; *N of them are set. */
enum fail task_claim(struct call *c, const struct task_owner *owner, const char *resource,
	size_t most, struct task *out, size_t *n);

/* How an attempt ended. */
struct task_end {
	enum fail ended;
	const char *why;        /* NULL for FAIL_NONE */
	const char *result;     /* JSON or NULL */
	struct file *files;
	size_t files_count;
	struct spent spent;
	bool again;             /* worth another attempt: not so for refused arguments */
};
/* Records the end of attempt ATTEMPT of task ID, if OWNER still holds it: completed; or retrying
 * with a delay while retries are left, then dead_letter; or failed; dependent tasks follow. *TAKEN
 * is false, and the log of the task says job_race, when it belongs to a newer attempt. */
enum fail task_finish(struct call *c, const struct task_owner *owner, const char *id,
	int64_t attempt, const struct task_end *end, bool *taken);

/* Records progress of an attempt, if OWNER still holds it. */
enum fail task_advance(struct call *c, const struct task_owner *owner, const char *id,
	int64_t attempt, double progress, const char *stage);

/* Gives a claimed task back unharmed, for a worker that stops. */
enum fail task_give_back(struct call *c, const struct task_owner *owner, const char *id,
	int64_t attempt);

/* Makes what was put off and is now due pending; *NEXT_AT (0: none) is when the next is due. */
enum fail task_promote(struct call *c, int64_t *next_at);

/* Makes the tasks whose process is gone, or whose lease has run out, pending again, or interrupted
 * when they ran in the foreground; *REAPED (may be NULL) is how many. */
enum fail task_reap(struct call *c, int64_t *reaped);

/* By hand. Each is FAIL_CONFLICT when the state of the task forbids it; *OUT is the task as it then
 * stands. A task that runs is stopped by whoever runs it as soon as that sees the new state. */
enum fail task_cancel(struct call *c, const char *id, struct task *out);
enum fail task_retry(struct call *c, const char *id, struct task *out);
enum fail task_pause(struct call *c, const char *id, struct task *out);
enum fail task_resume(struct call *c, const char *id, struct task *out);

/* Removes tasks that ended before BEFORE and their logs, and log lines older than LOG_BEFORE. What
 * an unfinished task needs stays. *REMOVED tasks. */
enum fail task_prune(struct call *c, int64_t before, int64_t log_before, int64_t *removed);

/* --- Looking --- */

/* The task with that id; FAIL_MISSING when there is none. */
enum fail task_find(struct call *c, const char *id, struct task *out);

/* At most LIMIT tasks, newest first, those older than the task AFTER (NULL: from the newest), of
 * STATE only (NULL: all). *OUT is in C's arena. */
enum fail task_list(struct call *c, int limit, const char *after, const char *state,
	struct task **out, size_t *n);

/* Which tasks a page shows; zero and NULL mean any. */
struct task_filter {
	const char *status;      /* public: pending, processing, completed, failed or cancelled */
	const char *operation, *parent;
	int64_t created_after, created_before;
	int64_t limit, offset;
};
/* A page of tasks, newest first, and how many there are in all, counted up to 10,001 (TOTAL may be
 * NULL). */
enum fail task_page(struct call *c, const struct task_filter *filter, struct task **out, size_t *n,
	int64_t *total);

/* The ids of those that OWNER runs, ended by NULL. */
enum fail task_running(struct call *c, const struct task_owner *owner, const char *const **out);

struct task_log {
	int64_t at;
	const char *action, *detail;
};
/* The log of a task, oldest first, behind the first AFTER lines, at most 1,000 of them. */
enum fail task_logs(struct call *c, const char *id, int64_t after, struct task_log **out,
	size_t *n);

/* What a task waits for, ended by NULL. */
enum fail task_needs(struct call *c, const char *id, const char *const **out);

#endif
