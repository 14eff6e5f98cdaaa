/* trae service: which service answers here. */
#include "lib/op/op.h"

struct service_reply {
	const char *status, *service, *version;
};

static enum fail run(struct call *c, const void *args)
{
	const struct service_reply reply = {.status = "online", .service = "GPT Backend API",
		.version = "1.0.0"};

	(void)args;
	return op_emit(c, &reply);
}

const struct op op_service = {
	.name = "service",
	.route = "GET /api/v1/service",
	OP_ALIASES({"GET /", .id = "root__get", .dialect = DIALECT_DETAIL}),
	.effect = EFFECT_READ,
	.flags = OP_ANYHOW | OP_QUICK | OP_OPEN,
	.summary = "Say by which name clients know this service",
	.about = "Name and version of the interface that clients of the GPT backend look for at its "
		"root, before they ask for mail or programs. trae status tells how things stand.",
	.example = "trae service",
	OP_NO_ARGS,
	OP_REPLY(struct service_reply,
		FIELD(struct service_reply, status, "online", .required = true),
		FIELD(struct service_reply, service, "Name of the interface", .required = true),
		FIELD(struct service_reply, version, "Its version", .required = true)),
	.run = run,
};
