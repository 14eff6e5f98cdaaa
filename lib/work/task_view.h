/* What callers are shown of a task. */
#ifndef WORK_TASK_VIEW_H
#define WORK_TASK_VIEW_H

#include "lib/field/field.h"
#include "lib/model/task.h"

struct task_view {
	const char *task_id, *status, *state, *task_type, *operation, *priority, *assigned_agent;
	const char *created_at, *run_at, *started_at, *completed_at, *stage, *error, *error_word;
	const char *batch_id, *traceparent, *callback_url;
	double execution_time_seconds, progress_percent;
	int64_t retry_count, max_retries, attempt;
	json_t *result, *parameters, *metadata, *resource_usage;
	const char *const *depends_on;
};

struct task_view task_view(struct call *c, const struct task *t);

/* The word for a priority number, or the number as text where it has none. */
const char *priority_word(struct call *c, int64_t priority);

/* Members of what task_usage() gives. */
extern const struct field task_usage_fields[];

/* Rows of lists leave out what is long: parameters, result, metadata. */
#define TASK_VIEW_SHORT                                                                            \
	FIELD(struct task_view, task_id, "Identifier", .required = true),                          \
	FIELD(struct task_view, status, "pending, processing, completed, failed or cancelled",     \
		.required = true),                                                                 \
	FIELD(struct task_view, state, "The exact state, as scheduled, retrying or dead_letter",   \
		.required = true),                                                                 \
	FIELD(struct task_view, task_type, "Kind of work", .required = true),                      \
	FIELD(struct task_view, priority, "critical, high, medium, low, background, or a number",  \
		.required = true),                                                                 \
	FIELD(struct task_view, progress_percent, "How far it is"),                                \
	FIELD(struct task_view, created_at, "When it was put", .required = true),                  \
	FIELD(struct task_view, error, "Why it failed"),                                           \
	FIELD(struct task_view, started_at, "When its latest attempt started", .hidden = true),    \
	FIELD(struct task_view, completed_at, "When it ended", .hidden = true),                    \
	FIELD(struct task_view, execution_time_seconds, "How long that attempt ran",               \
		.hidden = true),                                                                   \
	FIELD(struct task_view, assigned_agent, "Agent that does it", .hidden = true),             \
	FIELD(struct task_view, retry_count, "How often it failed and was tried again",            \
		.required = true, .hidden = true),                                                 \
	FIELD(struct task_view, operation, "Operation it runs", .required = true, .hidden = true)

#define TASK_VIEW_WHOLE                                                                            \
	TASK_VIEW_SHORT,                                                                           \
	FIELD(struct task_view, stage, "What it does now"),                                        \
	FIELD(struct task_view, run_at, "From when on it may start"),                              \
	FIELD(struct task_view, attempt, "Attempts started", .required = true),                    \
	FIELD(struct task_view, max_retries, "Retries allowed", .required = true),                 \
	FIELD(struct task_view, depends_on, "Tasks it waits for", .required = true),               \
	FIELD(struct task_view, batch_id, "Batch it came with"),                                   \
	FIELD(struct task_view, error_word, "Word of the failure"),                                \
	FIELD(struct task_view, callback_url, "Address that is told how it goes"),                 \
	FIELD(struct task_view, traceparent, "Trace context it came with"),                        \
	FIELD(struct task_view, parameters, "Arguments of the operation", .free = true),           \
	FIELD(struct task_view, metadata, "What was kept with it", .free = true),                  \
	FIELD(struct task_view, resource_usage, "What its latest attempt took",                    \
		.of = task_usage_fields),                                                          \
	FIELD(struct task_view, result, "What the operation replied", .free = true)

#endif
