/* trae task cancel: it never runs, or stops. */
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/task_view.h"

struct task_cancel_args {
	const char *task_id;
};

struct task_cancel_reply {
	const char *task_id, *status, *state, *message;
};

static enum fail run(struct call *c, const void *data)
{
	const struct task_cancel_args *args = data;
	struct task_cancel_reply reply;
	struct task t;

	TRY(store_open(c));
	TRY(task_cancel(c, args->task_id, &t));
	reply = (struct task_cancel_reply){.task_id = t.id, .status = task_status(t.state),
		.state = t.state, .message = "Task cancelled"};
	return op_emit(c, &reply);
}

const struct op op_task_cancel = {
	.name = "task cancel",
	.route = "DELETE /api/v1/tasks/{task_id}",
	.effect = EFFECT_WRITE,
	.flags = OP_QUICK | OP_NOW,
	.summary = "Cancel a task",
	.about = "One that waits never starts; one that runs is stopped within seconds. "
		"Tasks that need it are cancelled too. What has ended cannot be cancelled.",
	.example = "trae task cancel 01936f2e-0000-7000-8000-000000000000",
	OP_ARGS(struct task_cancel_args,
		FIELD(struct task_cancel_args, task_id, "Identifier", .word = true,
			.required = true,
			.complete = "task list")),
	OP_REPLY(struct task_cancel_reply,
		FIELD(struct task_cancel_reply, task_id, "Identifier", .required = true),
		FIELD(struct task_cancel_reply, status, "Public status", .required = true),
		FIELD(struct task_cancel_reply, state, "Exact state", .required = true),
		FIELD(struct task_cancel_reply, message, "What was done", .required = true)),
	.run = run,
};
