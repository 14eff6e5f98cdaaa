/* trae task list: what is and was on the queue. */
#include "lib/base/clock.h"
#include "lib/op/kind.h"
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/text/when.h"
#include "lib/work/task_view.h"

struct task_list_args {
	const char *status, *task_type, *batch, *created_after, *created_before;
	int64_t limit, offset;
};

static enum fail read_time(struct call *c, const char *name, const char *text, int64_t *out)
{
	if (text && !when_parse(text, clock_now_ms(), out))
		return fail(c, FAIL_USAGE, "%s: a time such as 2026-11-20T18:00:00Z is needed, not "
			"\"%s\"", name, text);
	return FAIL_NONE;
}

static enum fail run(struct call *c, const void *data)
{
	const struct task_list_args *args = data;
	struct task_filter filter = {.status = args->status, .parent = args->batch,
		.limit = args->limit + 1, .offset = args->offset};
	struct pagination page = {.limit = args->limit, .offset = args->offset};
	const struct op *op;
	struct task *tasks;
	size_t n;

	TRY(read_time(c, "created_after", args->created_after, &filter.created_after));
	TRY(read_time(c, "created_before", args->created_before, &filter.created_before));
	if (args->task_type) {
		TRY(kind_find(c, args->task_type, NULL, &op));
		filter.operation = op->name;
	}
	TRY(store_open(c));
	TRY(task_page(c, &filter, &tasks, &n, &page.total));
	page.has_more = (int64_t)n > args->limit;
	op_page(c, &page);
	for (size_t i = 0; i < n - page.has_more; i++) {
		struct task_view view = task_view(c, &tasks[i]);

		TRY(op_emit(c, &view));
	}
	return FAIL_NONE;
}

const struct op op_task_list = {
	.name = "task list",
	.route = "GET /api/v1/tasks",
	.effect = EFFECT_READ,
	.flags = OP_QUICK,
	.summary = "List tasks, newest first",
	.about = "Those that wait, run and have ended, also runs in the foreground of a "
		"shell. task show tells all of one.",
	.example = "trae task list --status failed --limit 10",
	.rows = "tasks",
	OP_PAGED,
	OP_ARGS(struct task_list_args,
		FIELD(struct task_list_args, status, "Only these", .oneof = ONEOF("pending",
			"processing", "completed", "failed", "cancelled")),
		FIELD(struct task_list_args, task_type, "Only this kind of work"),
		FIELD(struct task_list_args, batch, "Only those of the batch with this id"),
		FIELD(struct task_list_args, created_after, "Only younger ones (RFC 3339)"),
		FIELD(struct task_list_args, created_before, "Only older ones (RFC 3339)"),
		FIELD(struct task_list_args, limit, "Most tasks shown", .initial = "50", .min = 1,
			.max = 200),
		FIELD(struct task_list_args, offset, "So many are passed over", .initial = "0",
			.max = 1e9)),
	OP_REPLY(struct task_view, TASK_VIEW_SHORT),
	.run = run,
};
