/* Tasks: every run of a long operation, while it runs and after it. */
#ifndef MODEL_TASK_H
#define MODEL_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/call.h"
#include "lib/model/file.h"

struct task {
	const char *id;
	const char *operation;  /* as in "video render" */
	const char *arguments;  /* a JSON object */
	const char *state;      /* "running", "completed", "failed" or "interrupted" */
	const char *channel;    /* "shell", "http", "mcp" or "queue" */
	const char *stage;      /* the last one told, or NULL */
	const char *error_word, *error_text; /* of fail_kind(), NULL unless it failed */
	const char *result;     /* a JSON value, or NULL */
	double progress;        /* 0 to 1 */
	int64_t created_at, started_at, completed_at; /* 0: not yet */
};

/* A task that this process runs. The lock file run/ID.lock beside the store is held for as long as
 * the process lives, so that others can tell. Declare it with TASK_RUN_AUTO: a task whose variable
 * ends without task_end() is found interrupted by the next task_reap(). */
struct task_run {
	const char *id;
	const char *lock_path;
	int lock; /* -1: none */
};
void task_run_release(struct task_run *run);
#define TASK_RUN_AUTO __attribute__((cleanup(task_run_release))) struct task_run
#define TASK_RUN_NONE ((struct task_run){.lock = -1})

/* Records a task of OPERATION with the JSON text ARGUMENTS as running. */
enum fail task_begin(struct call *c, const char *operation, const char *arguments,
	struct task_run *out);

/* Records how far it is (0 to 1) and its stage. Each call is a durable write: the caller says this
 * a few times a minute, not with every frame. */
enum fail task_progress(struct call *c, const struct task_run *run, double progress,
	const char *stage);

/* Records how it ended, and the N files it made, in one transaction: completed for FAIL_NONE,
 * interrupted for FAIL_INTERRUPTED, else failed with the word of ENDED and the text WHY. RESULT is
 * JSON or NULL. The files get their ids and the task's. Releases RUN when it succeeds. */
enum fail task_end(struct call *c, struct task_run *run, enum fail ended, const char *why,
	const char *result, struct file *files, size_t n);

/* Makes the tasks interrupted that are recorded as running but whose process is gone; *REAPED (may
 * be NULL) is how many. */
enum fail task_reap(struct call *c, int64_t *reaped);

/* The task with that id; FAIL_MISSING when there is none. */
enum fail task_find(struct call *c, const char *id, struct task *out);

/* At most LIMIT tasks, newest first, those older than the task AFTER (NULL: from the newest), of
 * STATE only (NULL: all). *OUT is in C's arena. */
enum fail task_list(struct call *c, int limit, const char *after, const char *state,
	struct task **out, size_t *n);

#endif
