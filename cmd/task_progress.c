/* trae task progress: how far a task is. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/model/task_result.h"
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/task_view.h"

struct task_progress_args {
	const char *task_id;
};

struct task_progress_reply {
	const char *task_id, *status, *state;
	json_t *progress, *resource_usage;
};

struct progress {
	const char *current_stage, *current_operation;
	double completion_percent, estimated_remaining_seconds;
};

static const struct field progress_fields[] = {
	FIELD(struct progress, current_stage, "Stage it is in"),
	FIELD(struct progress, completion_percent, "How far it is", .required = true),
	FIELD(struct progress, estimated_remaining_seconds,
		"From the time taken so far and how far that got; null before a twentieth is done"),
	FIELD(struct progress, current_operation, "Operation that runs", .required = true),
	{.name = NULL},
};

static double remaining_s(const struct task *t)
{
	double taken = (double)(clock_now_ms() - t->started_at) / 1000;

	if (strcmp(t->state, "running") || t->progress < 0.05 || taken < 0)
		return NUM_NULL;
	return taken * (1 - t->progress) / t->progress;
}

static enum fail run(struct call *c, const void *data)
{
	const struct task_progress_args *args = data;
	struct task_progress_reply reply;
	struct progress progress;
	struct task t;

	TRY(store_open(c));
	TRY(task_find(c, args->task_id, &t));
	progress = (struct progress){.current_stage = t.stage, .current_operation = t.operation,
		.completion_percent = t.progress * 100,
		.estimated_remaining_seconds = remaining_s(&t)};
	reply = (struct task_progress_reply){.task_id = t.id, .status = task_status(t.state),
		.state = t.state, .resource_usage = task_usage(c, &t),
		.progress = json_keep(c, field_emit(c, progress_fields, &progress))};
	return op_emit(c, &reply);
}

const struct op op_task_progress = {
	.name = "task progress",
	.route = "GET /api/v1/tasks/{task_id}/progress",
	.effect = EFFECT_READ,
	.flags = OP_QUICK,
	.summary = "Show how far a task is",
	.about = "The stage it is in, how much is done, and how long the rest will take at "
		"that pace.",
	.example = "trae task progress 01936f2e-0000-7000-8000-000000000000",
	OP_ALIASES({"GET /api/v1/video/progress/{task_id}", .id = "video_progress"}),
	OP_ARGS(struct task_progress_args,
		FIELD(struct task_progress_args, task_id, "Identifier", .word = true,
			.required = true,
			.complete = "task list")),
	OP_REPLY(struct task_progress_reply,
		FIELD(struct task_progress_reply, task_id, "Identifier", .required = true),
		FIELD(struct task_progress_reply, status, "Public status", .required = true),
		FIELD(struct task_progress_reply, state, "Exact state", .required = true),
		FIELD(struct task_progress_reply, progress, "How far it is", .required = true,
			.of = progress_fields),
		FIELD(struct task_progress_reply, resource_usage, "What its latest attempt took",
			.of = task_usage_fields)),
	.run = run,
};
