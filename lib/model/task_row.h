/* What the files of tasks share: reading a row, and the one way in which its state changes. */
#ifndef MODEL_TASK_ROW_H
#define MODEL_TASK_ROW_H

#include "lib/model/task.h"
#include "lib/store/store.h"

#define TASK_COLUMNS                                                                               \
	" id, operation, arguments, state, channel, folder, agent, resource, unique_key, parent,"  \
	" backoff, stage, error_word, error_text, result, callback_url, metadata, caller,"         \
	" traceparent, progress, priority, attempt, retries, max_retries, retry_delay_s,"          \
	" timeout_s, created_at, run_at, started_at, completed_at, cpu_ms, memory_bytes "

/* The row of a query that gives TASK_COLUMNS. */
struct task task_read(struct call *c, struct query *q);

/* The word of a channel as it is stored. */
const char *task_channel(enum channel channel);

/* Moves T, as read in the transaction that is open, to state TO, with the values its members have
 * by now, and writes counters, log and callback. T is then as its row. What depends on a task that
 * ends has to be told with task_tell_dependents(). FAIL_CONFLICT when the row is not as T was
 * read. */
enum fail task_change(struct call *c, struct task *t, const char *to, const char *action,
	const char *detail);

/* Counters, log and callback of a change of T, which came from state FROM (NULL: it is new). */
enum fail task_moved(struct call *c, const char *from, const struct task *t, const char *action,
	const char *detail);
enum fail task_note(struct call *c, const char *id, const char *action, const char *detail);

/* Sets free what waited for T, when it completed, or cancels it. */
enum fail task_tell_dependents(struct call *c, const struct task *t);
/* Makes what was cancelled because it needed T, which is tried again, wait for it once more. */
enum fail task_revive_dependents(struct call *c, const struct task *t);

/* The state in which T waits: for its needs when BLOCKED, for its time, or for a worker. */
const char *task_waiting_state(const struct task *t, bool blocked);

/* *BLOCKED: a need of task ID has not completed; *HOPELESS: the id of one that never will, or
 * NULL. */
enum fail task_look_at_needs(struct call *c, const char *id, bool *blocked, const char **hopeless);

/* The folder run/ beside the store, made when absent. */
enum fail task_lock_folder(struct call *c, const char **out);

#endif
