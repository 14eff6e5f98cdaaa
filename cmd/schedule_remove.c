/* trae schedule remove: work that does not come again. */
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/schedule.h"

struct schedule_remove_args {
	const char *name;
};

struct schedule_remove_reply {
	const char *name;
};

static enum fail run(struct call *c, const void *data)
{
	const struct schedule_remove_args *args = data;
	const struct schedule_remove_reply reply = {args->name};

	TRY(store_open(c));
	TRY(schedule_remove(c, args->name));
	return op_emit(c, &reply);
}

const struct op op_schedule_remove = {
	.name = "schedule remove",
	.route = "DELETE /api/v1/schedules/{name}",
	.effect = EFFECT_WRITE,
	.flags = OP_QUICK | OP_ASK,
	.summary = "Remove a schedule",
	.about = "Tasks that it has put on the queue already stay there.",
	.example = "trae schedule remove health",
	OP_ARGS(struct schedule_remove_args,
		FIELD(struct schedule_remove_args, name, "Its name", .word = true, .required = true,
			.complete = "schedule list")),
	OP_REPLY(struct schedule_remove_reply,
		FIELD(struct schedule_remove_reply, name, "Schedule removed", .required = true)),
	.run = run,
};
