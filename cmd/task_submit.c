/* trae task submit: puts work on the queue. */
#include <math.h>

#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/batch.h"
#include "lib/work/estimate.h"
#include "lib/work/submit.h"

struct task_submit_args {
	struct submission task;
	struct path batch;
	bool keep_going;
};

struct task_submit_reply {
	const char *id, *task_id, *status, *state, *progress_url, *estimated_completion, *batch_id;
	bool webhook_configured, deduplicated;
	int64_t submitted;
	double estimated_seconds;
	json_t *errors;
	const char *const *warnings;
};

static enum fail submit_batch(struct call *c, const struct task_submit_args *args)
{
	struct batch_made made;
	struct task_submit_reply reply = {.status = "accepted", .estimated_seconds = NUM_NULL};

	if (args->task.task_type)
		return fail(c, FAIL_USAGE, "give a task type or --batch, not both");
	TRY(batch_read(c, &args->batch, args->keep_going, &made));
	reply.id = reply.batch_id = made.id;
	reply.submitted = made.submitted;
	reply.errors = made.errors;
	reply.warnings = op_warnings(c);
	return op_emit(c, &reply);
}

static enum fail run(struct call *c, const void *data)
{
	const struct task_submit_args *args = data;
	struct task_submit_reply reply = {.status = "accepted", .submitted = 1,
		.estimated_seconds = NUM_NULL};
	struct task_ask ask;
	struct task t;
	bool there;

	TRY(store_open(c));
	if (args->batch.kind != PATH_NONE)
		return submit_batch(c, args);
	TRY(submission_ask(c, &args->task, &ask));
	reply.warnings = op_warnings(c);
	if (c->dry_run) {
		reply.submitted = 0;
		return op_emit(c, &reply);
	}
	TRY(submission_fits(c, &ask));
	TRY(task_put(c, &ask, &t, &there));
	TRY(estimate_s(c, &t, &reply.estimated_seconds));
	if (isfinite(reply.estimated_seconds))
		reply.estimated_completion = clock_text(&c->arena,
			clock_now_ms() + (int64_t)(reply.estimated_seconds * 1000));
	reply.id = reply.task_id = t.id;
	reply.state = t.state;
	reply.deduplicated = there;
	reply.webhook_configured = t.callback_url != NULL;
	reply.progress_url = arena_printf(&c->arena, "/api/v1/tasks/%s/progress", t.id);
	return op_emit(c, &reply);
}

static const struct field error_fields[] = {
	FIELD(struct batch_error, line, "Line or element, from 1", .required = true),
	FIELD(struct batch_error, message, "What is wrong with it", .required = true),
	{.name = NULL},
};

const struct op op_task_submit = {
	.name = "task submit",
	.route = "POST /api/v1/tasks",
	.effect = EFFECT_WRITE,
	.flags = OP_DRY | OP_NOW | OP_QUICK | OP_STORE | OP_LATER,
	.summary = "Put a task on the queue",
	.about = "It runs when a worker is free: under trae serve, or trae task work from "
		"cron. The task is on disk before its id is printed. --batch puts many in one "
		"transaction: JSON lines, a JSON array, a workflow with steps, or CSV with a "
		"header.",
	.example = "trae task submit video_creation --parameters '{\"script\":\"talk.md\"}' "
		"--priority high",
	.document = "id",
	OP_ARGS(struct task_submit_args,
		SUBMISSION_FIELD(struct task_submit_args, task, task_type,
			"Kind of work: video_creation, content_generation, or an operation",
			.word = true, .complete = "operations"),
		SUBMISSION_FIELDS(struct task_submit_args, task),
		FIELD(struct task_submit_args, batch, "File of tasks, or - for standard input"),
		FIELD(struct task_submit_args, keep_going, "With --batch: put the good ones "
			"although "
			"others are refused")),
	OP_REPLY(struct task_submit_reply,
		FIELD(struct task_submit_reply, id, "Identifier of the task, or of the batch"),
		FIELD(struct task_submit_reply, task_id, "Identifier of the task"),
		FIELD(struct task_submit_reply, status, "accepted", .required = true),
		FIELD(struct task_submit_reply, state, "pending, scheduled, blocked or paused"),
		FIELD(struct task_submit_reply, deduplicated, "It was there already",
			.required = true),
		FIELD(struct task_submit_reply, progress_url, "Where to ask how far it is"),
		FIELD(struct task_submit_reply, webhook_configured, "Its callback address is told",
			.required = true),
		FIELD(struct task_submit_reply, estimated_completion,
			"When it is expected to have ended; null: nothing to compute it from"),
		FIELD(struct task_submit_reply, estimated_seconds, "The same, in so many seconds"),
		FIELD(struct task_submit_reply, batch_id, "Identifier of the batch"),
		FIELD(struct task_submit_reply, submitted, "Tasks put", .required = true),
		FIELD(struct task_submit_reply, errors, "Refused lines of a batch", .array = true,
			.of = error_fields),
		FIELD(struct task_submit_reply, warnings, "What of its parameters is not used",
			.required = true)),
	.run = run,
};
