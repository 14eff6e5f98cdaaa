/* trae task pause: it waits until it is resumed. */
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/task_view.h"

struct task_pause_args {
	const char *task_id;
};

struct task_pause_reply {
	const char *task_id, *status, *state, *message;
};

static enum fail run(struct call *c, const void *data)
{
	const struct task_pause_args *args = data;
	struct task_pause_reply reply;
	struct task t;

	TRY(store_open(c));
	TRY(task_pause(c, args->task_id, &t));
	reply = (struct task_pause_reply){.task_id = t.id, .status = task_status(t.state),
		.state = t.state, .message = "Task paused"};
	return op_emit(c, &reply);
}

const struct op op_task_pause = {
	.name = "task pause",
	.route = "POST /api/v1/tasks/{task_id}/pause",
	.effect = EFFECT_WRITE,
	.flags = OP_QUICK | OP_NOW,
	.summary = "Keep a waiting task from starting",
	.about = "Until task resume. One that runs already goes on: cancel stops it.",
	.example = "trae task pause 01936f2e-0000-7000-8000-000000000000",
	OP_ARGS(struct task_pause_args,
		FIELD(struct task_pause_args, task_id, "Identifier", .word = true, .required = true,
			.complete = "task list")),
	OP_REPLY(struct task_pause_reply,
		FIELD(struct task_pause_reply, task_id, "Identifier", .required = true),
		FIELD(struct task_pause_reply, status, "Public status", .required = true),
		FIELD(struct task_pause_reply, state, "Exact state", .required = true),
		FIELD(struct task_pause_reply, message, "What was done", .required = true)),
	.run = run,
};
