/* trae task wait: until a task has ended. */
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/text/duration.h"
#include "lib/work/task_view.h"

#define POLL_US 50000

struct task_wait_args {
	const char *task_id, *timeout;
};

static enum fail wait_for(struct call *c, const char *id, int64_t until_boot_ms, struct task *t)
{
	for (;;) {
		TRY(call_check(c));
		TRY(task_find(c, id, t));
		if (task_ended(t->state))
			return FAIL_NONE;
		if (until_boot_ms && clock_boot_ms() >= until_boot_ms)
			return fail(c, FAIL_BUSY, "task %s has not ended yet: it is %s", id,
				t->state);
		call_progress(c, t->progress, 1, t->stage ? t->stage : t->state, t->state);
		usleep(POLL_US);
	}
}

static enum fail run(struct call *c, const void *data)
{
	const struct task_wait_args *args = data;
	int64_t timeout_ms = 0;
	struct task_view view;
	struct task t;

	if (args->timeout && !duration_parse(args->timeout, &timeout_ms))
		return fail(c, FAIL_USAGE, "timeout: a duration such as 90s is needed, not \"%s\"",
			args->timeout);
	TRY(store_open_read(c));
	TRY(wait_for(c, args->task_id, timeout_ms ? clock_boot_ms() + timeout_ms : 0, &t));
	view = task_view(c, &t);
	TRY(op_emit(c, &view));
	if (!strcmp(t.state, "completed"))
		return FAIL_NONE;
	return fail(c, FAIL_TASK, "task %s ended as %s%s%s", t.id, t.state, t.error_text ? ": "
		"" : "",
		t.error_text ? t.error_text : "");
}

const struct op op_task_wait = {
	.name = "task wait",
	.effect = EFFECT_READ,
	.flags = OP_SHELL | OP_NOW,
	.summary = "Wait until a task has ended",
	.about = "Shows how it ended; exit status 1 when that was not well, 75 when it has "
		"not ended in time. Over HTTP, GET /api/v1/tasks/{task_id}?wait=40 does the same.",
	.example = "trae task wait 01936f2e-0000-7000-8000-000000000000 --timeout 10m",
	OP_ARGS(struct task_wait_args,
		FIELD(struct task_wait_args, task_id, "Identifier", .word = true, .required = true,
			.complete = "task list"),
		FIELD(struct task_wait_args, timeout, "Longest wait; default: none")),
	OP_REPLY(struct task_view, TASK_VIEW_SHORT),
	.run = run,
};
