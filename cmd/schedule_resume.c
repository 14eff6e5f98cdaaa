/* trae schedule resume: from its next time on. */
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/schedule_view.h"

struct schedule_resume_args {
	const char *name;
};

static enum fail run(struct call *c, const void *data)
{
	const struct schedule_resume_args *args = data;
	struct schedule_view view;
	struct schedule now;

	TRY(store_open(c));
	TRY(schedule_pause(c, args->name, false, &now));
	view = schedule_view(c, &now);
	return op_emit(c, &view);
}

const struct op op_schedule_resume = {
	.name = "schedule resume",
	.route = "POST /api/v1/schedules/{name}/resume",
	.effect = EFFECT_WRITE,
	.flags = OP_QUICK,
	.summary = "Let a schedule go on",
	.about = "From its next time on; times that it missed while it rested are not made "
		"up for.",
	.example = "trae schedule resume health",
	OP_ARGS(struct schedule_resume_args,
		FIELD(struct schedule_resume_args, name, "Its name", .word = true, .required = true,
			.complete = "schedule list")),
	OP_REPLY(struct schedule_view, SCHEDULE_VIEW_FIELDS),
	.run = run,
};
