/* trae operations: the table itself. */
#include "lib/op/op.h"

struct operations_reply {
	const char *name, *effect, *route, *summary, *lacks;
	bool protocol;
};

static enum fail run(struct call *c, const void *args)
{
	(void)args;
	for (size_t i = 0; op_table[i]; i++) {
		struct operations_reply reply = {.name = op_table[i]->name,
			.effect = effect_word(op_table[i]->effect), .route = op_table[i]->route,
			.summary = op_table[i]->summary, .lacks = op_table[i]->lacks,
			.protocol = op_table[i]->flags & OP_PROTOCOL};

		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_operations = {
	.name = "operations",
	.route = "GET /api/v1/operations",
	.effect = EFFECT_READ,
	.flags = OP_ANYHOW | OP_QUICK,
	.summary = "List all operations",
	.about = "Name, effect class, HTTP route and purpose of everything that this program "
		"can do. An operation without a route is for the shell only.",
	.example = "trae operations --format '{{name}}'",
	.rows = "operations",
	OP_NO_ARGS,
	OP_REPLY(struct operations_reply,
		FIELD(struct operations_reply, name, "Name", .required = true),
		FIELD(struct operations_reply, effect, "What it does to the world", .required = true),
		FIELD(struct operations_reply, route, "HTTP method and path"),
		FIELD(struct operations_reply, summary, "Purpose", .required = true),
		FIELD(struct operations_reply, lacks, "Why this version cannot do it", .hidden = true),
		FIELD(struct operations_reply, protocol, "Whether it is part of a protocol over HTTP, "
			"in no document", .required = true, .hidden = true)),
	.run = run,
};
