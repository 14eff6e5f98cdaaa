/* trae ready: the store can be used. */
#include "lib/model/counter.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct ready_reply {
	const char *status;
};

static enum fail run(struct call *c, const void *args)
{
	const struct ready_reply reply = {.status = "ready"};
	struct counters counters;

	(void)args;
	TRY(store_open_read(c));
	TRY(counters_read(c, &counters));
	return op_emit(c, &reply);
}

const struct op op_ready = {
	.name = "ready",
	.route = "GET /readyz",
	.effect = EFFECT_READ,
	.flags = OP_QUICK | OP_OPEN,
	.summary = "Say whether the store can be used",
	.about = "For watchdogs and load balancers: needs no key, reads the counters of the "
		"store.",
	.example = "trae ready",
	OP_NO_ARGS,
	OP_REPLY(struct ready_reply,
		FIELD(struct ready_reply, status, "ready", .required = true)),
	.run = run,
};
