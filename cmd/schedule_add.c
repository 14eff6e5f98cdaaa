/* trae schedule add: work that comes again and again. */
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/schedule_view.h"

struct schedule_add_args {
	const char *name, *task_type, *every, *catch_up, *priority, *callback_url;
	json_t *parameters;
};

static enum fail run(struct call *c, const void *data)
{
	const struct schedule_add_args *args = data;
	const struct submission task = {.task_type = args->task_type,
		.parameters = args->parameters, .priority = args->priority,
		.callback_url = args->callback_url, .timeout = INT_NULL, .max_retries = INT_NULL,
		.retry_delay_s = INT_NULL};
	struct schedule_view view;
	struct schedule made;
	struct task_ask ask;

	TRY(store_open(c));
	TRY(submission_ask(c, &task, &ask));
	TRY(schedule_add(c, args->name, args->every, args->catch_up, &ask, &made));
	view = schedule_view(c, &made);
	return op_emit(c, &view);
}

const struct op op_schedule_add = {
	.name = "schedule add",
	.route = "POST /api/v1/schedules",
	.effect = EFFECT_WRITE,
	.flags = OP_QUICK,
	.summary = "Put work on the queue again and again",
	.about = "Every so often (15m), hourly, daily, or by the five fields of cron in "
		"local time. Under trae serve and trae task work. Times at which neither ran are "
		"skipped, made up for once, or all.",
	.example = "trae schedule add health system_query --every 15m",
	OP_ARGS(struct schedule_add_args,
		FIELD(struct schedule_add_args, name, "What to call it", .word = true,
			.required = true, .min = 1, .max = 100),
		FIELD(struct schedule_add_args, task_type, "Kind of work", .word = true,
			.required = true, .complete = "operations"),
		FIELD(struct schedule_add_args, every, "15m, daily, or \"30 6 * * 1-5\"",
			.required = true),
		FIELD(struct schedule_add_args, parameters,
			"Arguments of the operation, as JSON; @FILE reads them", .free = true),
		FIELD(struct schedule_add_args, catch_up, "What becomes of missed times",
			.initial = "once", .oneof = ONEOF("skip", "once", "all")),
		FIELD(struct schedule_add_args, priority, "critical, high, normal, low, "
			"background, "
			"or 1 to 10", .initial = "normal", .or_number = true),
		FIELD(struct schedule_add_args, callback_url, "Address that is told how it goes",
			.max = 2000)),
	OP_REPLY(struct schedule_view, SCHEDULE_VIEW_FIELDS),
	.run = run,
};
