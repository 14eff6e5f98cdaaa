/* trae schedule list: what comes again and again. */
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/schedule_view.h"

static enum fail run(struct call *c, const void *args)
{
	struct schedule *list;
	size_t n;

	(void)args;
	TRY(store_open(c));
	TRY(schedule_list(c, &list, &n));
	for (size_t i = 0; i < n; i++) {
		struct schedule_view view = schedule_view(c, &list[i]);

		TRY(op_emit(c, &view));
	}
	return FAIL_NONE;
}

const struct op op_schedule_list = {
	.name = "schedule list",
	.route = "GET /api/v1/schedules",
	.effect = EFFECT_READ,
	.flags = OP_QUICK,
	.summary = "List the schedules",
	.about = "By name, with the time at which each is next put on the queue.",
	.example = "trae schedule list",
	.rows = "schedules",
	OP_NO_ARGS,
	OP_REPLY(struct schedule_view, SCHEDULE_VIEW_FIELDS),
	.run = run,
};
