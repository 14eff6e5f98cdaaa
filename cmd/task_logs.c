/* trae task logs: what happened to a task, line by line. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/model/task.h"
#include "lib/store/store.h"

struct task_logs_args {
	const char *task_id;
	int64_t after;
};

struct task_logs_reply {
	const char *at, *action, *detail;
};

static enum fail run(struct call *c, const void *data)
{
	const struct task_logs_args *args = data;
	struct task_log *lines;
	struct task t;
	size_t n;

	TRY(store_open(c));
	TRY(task_find(c, args->task_id, &t));
	TRY(task_logs(c, t.id, args->after, &lines, &n));
	for (size_t i = 0; i < n; i++) {
		struct task_logs_reply reply = {clock_text(&c->arena, lines[i].at), lines[i].action,
			lines[i].detail};

		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_task_logs = {
	.name = "task logs",
	.route = "GET /api/v1/tasks/{task_id}/logs",
	.effect = EFFECT_READ,
	.flags = OP_QUICK,
	.summary = "Show what happened to a task",
	.about = "Each change of its state with its time and reason, oldest first, at most "
		"1,000 lines.",
	.example = "trae task logs 01936f2e-0000-7000-8000-000000000000",
	.rows = "lines",
	OP_ARGS(struct task_logs_args,
		FIELD(struct task_logs_args, task_id, "Identifier", .word = true, .required = true,
			.complete = "task list"),
		FIELD(struct task_logs_args, after, "Only lines behind this one, counted from 1",
			.initial = "0", .max = 1e9)),
	OP_REPLY(struct task_logs_reply,
		FIELD(struct task_logs_reply, at, "When", .required = true),
		FIELD(struct task_logs_reply, action, "What", .required = true),
		FIELD(struct task_logs_reply, detail, "Why")),
	.run = run,
};
