/* trae task resume: it takes its place again. */
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/task_view.h"

struct task_resume_args {
	const char *task_id;
};

struct task_resume_reply {
	const char *task_id, *status, *state, *message;
};

static enum fail run(struct call *c, const void *data)
{
	const struct task_resume_args *args = data;
	struct task_resume_reply reply;
	struct task t;

	TRY(store_open(c));
	TRY(task_resume(c, args->task_id, &t));
	reply = (struct task_resume_reply){.task_id = t.id, .status = task_status(t.state),
		.state = t.state, .message = "Task resumed"};
	return op_emit(c, &reply);
}

const struct op op_task_resume = {
	.name = "task resume",
	.route = "POST /api/v1/tasks/{task_id}/resume",
	.effect = EFFECT_WRITE,
	.flags = OP_QUICK | OP_NOW,
	.summary = "Let a paused task start",
	.about = "It takes its place in the queue again by priority and age.",
	.example = "trae task resume 01936f2e-0000-7000-8000-000000000000",
	OP_ARGS(struct task_resume_args,
		FIELD(struct task_resume_args, task_id, "Identifier", .word = true,
			.required = true,
			.complete = "task list")),
	OP_REPLY(struct task_resume_reply,
		FIELD(struct task_resume_reply, task_id, "Identifier", .required = true),
		FIELD(struct task_resume_reply, status, "Public status", .required = true),
		FIELD(struct task_resume_reply, state, "Exact state", .required = true),
		FIELD(struct task_resume_reply, message, "What was done", .required = true)),
	.run = run,
};
