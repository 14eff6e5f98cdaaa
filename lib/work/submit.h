/* Submissions: what a caller says of a task, checked and made one that the queue takes. */
#ifndef WORK_SUBMIT_H
#define WORK_SUBMIT_H

#include "lib/model/task.h"
#include "lib/op/op.h"

struct submission {
	const char *task_type;     /* of the guides, or an operation */
	json_t *parameters;        /* its arguments, or NULL */
	const char *priority, *callback_url, *task_id, *backoff, *unique_key, *run_at, *agent;
	json_t *retry_policy, *metadata;
	const char *const *depends_on;
	int64_t timeout, max_retries, retry_delay_s;
	bool paused;
};

#define SUBMISSION_FIELD(T, S, m, ...)                                                             \
	{.name = #m, .offset = offsetof(T, S.m), .type = FIELD_TYPE(T, S.m), .help = __VA_ARGS__}

/* The fields of a struct T whose member S is a struct submission, all but task_type. */
#define SUBMISSION_FIELDS(T, S)                                                                    \
	SUBMISSION_FIELD(T, S, parameters, "Arguments of the operation, as JSON; @FILE reads them",\
		.free = true),                                                                     \
	SUBMISSION_FIELD(T, S, priority,                                                           \
		"critical, high, normal, low, background, or 1 (most urgent) to 10",               \
		.initial = "normal", .or_number = true),                                           \
	SUBMISSION_FIELD(T, S, callback_url, "Address that is told how it goes", .max = 2000),     \
	SUBMISSION_FIELD(T, S, run_at, "Not before this time (RFC 3339), or in so long: 10m"),     \
	SUBMISSION_FIELD(T, S, depends_on, "Ids of tasks that have to complete first"),            \
	SUBMISSION_FIELD(T, S, timeout, "Seconds that one attempt may take", .min = 1,             \
		.max = 86400),                                                                     \
	SUBMISSION_FIELD(T, S, max_retries, "Attempts after the first that failed; default 3",     \
		.max = 100),                                                                       \
	SUBMISSION_FIELD(T, S, backoff, "How the delay between attempts grows",                    \
		.oneof = ONEOF("exponential", "linear", "fixed")),                                 \
	SUBMISSION_FIELD(T, S, retry_delay_s, "Seconds before the second attempt; default 5",      \
		.max = 1800),                                                                      \
	SUBMISSION_FIELD(T, S, retry_policy, "max_retries and backoff_strategy, as the guides say",\
		.of = submission_retry_fields),                                                    \
	SUBMISSION_FIELD(T, S, task_id, "Id of the task; asking twice with one is one task",       \
		.min = 1, .max = 128),                                                             \
	SUBMISSION_FIELD(T, S, unique_key, "At most one unfinished task has this key", .max = 200),\
	SUBMISSION_FIELD(T, S, agent, "Agent that does it; default: the one for the operation",    \
		.complete = "agent list"),                                                         \
	SUBMISSION_FIELD(T, S, metadata, "Anything, kept with the task", .free = true),            \
	SUBMISSION_FIELD(T, S, paused, "Waits for task resume")

extern const struct field submission_retry_fields[];

/* Checks S against the operation that it names, and what the caller may do, and makes *OUT of it.
 * FAIL_USAGE, FAIL_DENIED, FAIL_CONFIG say what is wrong. */
enum fail submission_ask(struct call *c, const struct submission *s, struct task_ask *out);

/* At most so many unfinished tasks of a kind has one API key: 10 that render, 5 that go out for
 * what they read (research). FAIL_LIMIT when ASK would be one more; the owner, and keys without a
 * rate, may have any number. */
enum fail submission_fits(struct call *c, const struct task_ask *ask);

/* A priority word or number as the queue's: 1 to 10. */
enum fail priority_read(struct call *c, const char *text, int64_t *out);

#endif
