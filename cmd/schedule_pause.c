/* trae schedule pause: nothing is put until it is resumed. */
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/schedule_view.h"

struct schedule_pause_args {
	const char *name;
};

static enum fail run(struct call *c, const void *data)
{
	const struct schedule_pause_args *args = data;
	struct schedule_view view;
	struct schedule now;

	TRY(store_open(c));
	TRY(schedule_pause(c, args->name, true, &now));
	view = schedule_view(c, &now);
	return op_emit(c, &view);
}

const struct op op_schedule_pause = {
	.name = "schedule pause",
	.route = "POST /api/v1/schedules/{name}/pause",
	.effect = EFFECT_WRITE,
	.flags = OP_QUICK,
	.summary = "Let a schedule rest",
	.about = "Until schedule resume nothing of it is put on the queue.",
	.example = "trae schedule pause health",
	OP_ARGS(struct schedule_pause_args,
		FIELD(struct schedule_pause_args, name, "Its name", .word = true, .required = true,
			.complete = "schedule list")),
	OP_REPLY(struct schedule_view, SCHEDULE_VIEW_FIELDS),
	.run = run,
};
