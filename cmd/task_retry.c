/* trae task retry: once more from the start. */
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/task_view.h"

struct task_retry_args {
	const char *task_id;
};

struct task_retry_reply {
	const char *task_id, *status, *state, *message;
};

static enum fail run(struct call *c, const void *data)
{
	const struct task_retry_args *args = data;
	struct task_retry_reply reply;
	struct task t;

	TRY(store_open(c));
	TRY(task_retry(c, args->task_id, &t));
	reply = (struct task_retry_reply){.task_id = t.id, .status = task_status(t.state),
		.state = t.state, .message = "Task put on the queue again"};
	return op_emit(c, &reply);
}

const struct op op_task_retry = {
	.name = "task retry",
	.route = "POST /api/v1/tasks/{task_id}/retry",
	.effect = EFFECT_WRITE,
	.flags = OP_QUICK | OP_NOW,
	.summary = "Run a failed or cancelled task again",
	.about = "With all its retries anew, under the same id. Tasks that were cancelled "
		"because it failed wait for it again.",
	.example = "trae task retry 01936f2e-0000-7000-8000-000000000000",
	OP_ARGS(struct task_retry_args,
		FIELD(struct task_retry_args, task_id, "Identifier", .word = true, .required = true,
			.complete = "task list")),
	OP_REPLY(struct task_retry_reply,
		FIELD(struct task_retry_reply, task_id, "Identifier", .required = true),
		FIELD(struct task_retry_reply, status, "Public status", .required = true),
		FIELD(struct task_retry_reply, state, "Exact state", .required = true),
		FIELD(struct task_retry_reply, message, "What was done", .required = true)),
	.run = run,
};
