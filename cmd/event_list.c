/* trae event list: what others may ask to be told of. */
#include "lib/model/event.h"
#include "lib/op/op.h"

struct event_list_reply {
	const char *name, *description;
	const char *const *delivery;
	json_t *inputSchema, *payloadSchema;
};

static enum fail run(struct call *c, const void *args)
{
	static const char *const webhook[] = {"webhook", NULL};

	(void)args;
	for (const struct event_kind *k = event_kinds; k->name; k++)
		TRY(op_emit(c, &(struct event_list_reply){.name = k->name, .description = k->about,
			.delivery = webhook,
			.inputSchema = json_keep(c, field_schema(k->arguments, true)),
			.payloadSchema = json_keep(c, field_schema(k->payload, false))}));
	return FAIL_NONE;
}

const struct op op_event_list = {
	.name = "event list",
	.route = "GET /api/v1/events",
	.effect = EFFECT_READ,
	.flags = OP_QUICK,
	.summary = "List the events that others may be told of",
	.about = "Each with what it can be narrowed to and what is told of it. They are told by "
		"signed requests (Standard Webhooks) to an address that asked; see event subscribe.",
	.example = "trae event list",
	.rows = "events",
	OP_NO_ARGS,
	OP_REPLY(struct event_list_reply,
		FIELD(struct event_list_reply, name, "Name", .required = true),
		FIELD(struct event_list_reply, description, "When it happens", .required = true),
		FIELD(struct event_list_reply, delivery, "How it is told", .required = true),
		FIELD(struct event_list_reply, inputSchema, "JSON Schema of what narrows it",
			.required = true, .free = true, .hidden = true),
		FIELD(struct event_list_reply, payloadSchema, "JSON Schema of what is told",
			.required = true, .free = true, .hidden = true)),
	.run = run,
};
