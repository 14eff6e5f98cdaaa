/* trae health: this process answers. */
#include "lib/op/op.h"

struct health_reply {
	const char *status;
};

static enum fail run(struct call *c, const void *args)
{
	const struct health_reply reply = {.status = "healthy"};

	(void)args;
	return op_emit(c, &reply);
}

const struct op op_health = {
	.name = "health",
	.route = "GET /healthz",
	OP_ALIASES({"GET /health", .id = "health_health_get", .dialect = DIALECT_DETAIL}),
	.effect = EFFECT_READ,
	.flags = OP_ANYHOW | OP_QUICK | OP_OPEN,
	.summary = "Say that this process answers",
	.about = "For watchdogs and load balancers: needs no key and looks at nothing else.",
	.example = "trae health",
	OP_NO_ARGS,
	OP_REPLY(struct health_reply,
		FIELD(struct health_reply, status, "healthy", .required = true)),
	.run = run,
};
