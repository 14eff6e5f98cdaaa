/* trae batch submit: many tasks in one request. */
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/batch.h"
#include "lib/work/submit.h"

struct batch_submit_args {
	json_t *tasks;
	const char *text;
	bool keep_going;
};

struct batch_submit_reply {
	const char *batch_id, *status;
	int64_t submitted;
	const char *const *task_ids;
	json_t *errors;
};

static enum fail run(struct call *c, const void *data)
{
	const struct batch_submit_args *args = data;
	struct batch_submit_reply reply = {.status = "accepted"};
	struct batch_made made;

	TRY(store_open(c));
	if (!args->tasks == !args->text)
		return fail(c, FAIL_USAGE, "tasks or text is needed, and not both");
	if (args->text)
		TRY(batch_text(c, args->text, args->keep_going, &made));
	else
		TRY(batch_put(c, args->tasks, args->keep_going, &made));
	reply.batch_id = made.id;
	reply.submitted = made.submitted;
	reply.task_ids = made.ids;
	reply.errors = made.errors;
	return op_emit(c, &reply);
}

static const struct field error_fields[] = {
	FIELD(struct batch_error, line, "Element, from 1", .required = true),
	FIELD(struct batch_error, message, "What is wrong with it", .required = true),
	{.name = NULL},
};

const struct op op_batch_submit = {
	.name = "batch submit",
	.route = "POST /api/v1/batch",
	.effect = EFFECT_WRITE,
	.flags = OP_DRY | OP_NOW | OP_QUICK,
	.summary = "Put many tasks on the queue in one go",
	.about = "In one transaction, all or none. Each has the members of task submit; "
		"depends_on may name the step_id of others in the list, so that it is a workflow. "
		"With keep_going those that are refused are left out and told by number.",
	.example = "trae batch submit --tasks '[{\"task_type\":\"system_query\"}]'",
	.document = "batch_id",
	.upload = "text",
	OP_ARGS(struct batch_submit_args,
		FIELD(struct batch_submit_args, tasks, "The tasks, as JSON; @FILE reads them",
			.array = true, .of = batch_task_fields),
		FIELD(struct batch_submit_args, text, "The same as JSON lines, an array, a workflow "
			"with steps, or CSV with a header", .min = 1, .max = 32 << 20),
		FIELD(struct batch_submit_args, keep_going, "Put the good ones although others are "
			"refused")),
	OP_REPLY(struct batch_submit_reply,
		FIELD(struct batch_submit_reply, batch_id, "Identifier of the batch"),
		FIELD(struct batch_submit_reply, status, "accepted", .required = true),
		FIELD(struct batch_submit_reply, submitted, "Tasks put", .required = true),
		FIELD(struct batch_submit_reply, task_ids, "Their identifiers", .required = true),
		FIELD(struct batch_submit_reply, errors, "Tasks refused", .array = true,
			.of = error_fields)),
	.run = run,
};
