/* trae task prune: forgets tasks that ended long ago. */
#include "lib/base/clock.h"
#include "lib/model/task.h"
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/text/duration.h"

struct task_prune_args {
	const char *older_than;
};

struct task_prune_reply {
	int64_t removed, freed_bytes;
};

static enum fail run(struct call *c, const void *data)
{
	const struct task_prune_args *args = data;
	struct task_prune_reply reply = {0};
	int64_t age_ms, before;

	if (!duration_parse(args->older_than, &age_ms))
		return fail(c, FAIL_USAGE, "older_than: a duration such as 30d is needed, not "
			"\"%s\"",
			args->older_than);
	before = clock_now_ms() - age_ms;
	TRY(store_open(c));
	TRY(task_prune(c, before, before, &reply.removed));
	TRY(store_shrink(c, &reply.freed_bytes));
	return op_emit(c, &reply);
}

const struct op op_task_prune = {
	.name = "task prune",
	.route = "POST /api/v1/tasks/prune",
	.effect = EFFECT_DESTROY,
	.summary = "Forget tasks that ended long ago",
	.about = "With their logs; files they made stay. What an unfinished task needs is "
		"kept. The store gives the space back.",
	.example = "trae task prune --older-than 30d",
	OP_ARGS(struct task_prune_args,
		FIELD(struct task_prune_args, older_than, "How long ago they ended",
			.initial = "30d")),
	OP_REPLY(struct task_prune_reply,
		FIELD(struct task_prune_reply, removed, "Tasks removed", .required = true),
		FIELD(struct task_prune_reply, freed_bytes, "Bytes given back", .required = true)),
	.run = run,
};
