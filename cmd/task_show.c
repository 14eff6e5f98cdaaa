/* trae task show: all about one task. */
#include "lib/model/task_result.h"
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/task_view.h"

struct task_show_args {
	const char *task_id;
};

static enum fail run(struct call *c, const void *data)
{
	const struct task_show_args *args = data;
	struct task_view view;
	struct task t;

	TRY(store_open(c));
	TRY(task_find(c, args->task_id, &t));
	view = task_view(c, &t);
	TRY(task_needs(c, t.id, &view.depends_on));
	/* A path of this machine is for whoever sits at it. */
	if (c->channel != CHANNEL_SHELL)
		TRY(task_result(c, &t, &view.result));
	return op_emit(c, &view);
}

const struct op op_task_show = {
	.name = "task show",
	.route = "GET /api/v1/tasks/{task_id}",
	.effect = EFFECT_READ,
	.flags = OP_QUICK | OP_WAIT,
	.summary = "Show one task",
	.about = "Its state, progress, parameters and, when it has ended, its result or why "
		"it failed.",
	.example = "trae task show 01936f2e-0000-7000-8000-000000000000 --json",
	OP_ARGS(struct task_show_args,
		FIELD(struct task_show_args, task_id, "Identifier", .word = true, .required = true,
			.complete = "task list")),
	OP_REPLY(struct task_view, TASK_VIEW_WHOLE),
	.run = run,
};
