/* trae event unsubscribe: has an address told of an event no more. */
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/event_change.h"

struct event_unsubscribe_args {
	struct event_wish wish;
};

struct event_unsubscribe_reply {
	const char *id;
};

static enum fail run(struct call *c, const void *data)
{
	const struct event_unsubscribe_args *args = data;
	struct subscription s;

	TRY(store_open(c));
	TRY(event_end(c, &args->wish, &s));
	return op_emit(c, &(struct event_unsubscribe_reply){.id = s.id});
}

const struct op op_event_unsubscribe = {
	.name = "event unsubscribe",
	.route = "POST /api/v1/events/subscriptions/end",
	.effect = EFFECT_WRITE,
	.summary = "Have an address told of an event no more",
	.about = "Named as it was asked for: the event, the address and what narrowed it. What still "
		"waits to be told is not told any more.",
	.example = "trae event unsubscribe task.failed --url https://agent.example/hook",
	OP_ARGS(struct event_unsubscribe_args, EVENT_WISH(struct event_unsubscribe_args, wish)),
	OP_REPLY(struct event_unsubscribe_reply,
		FIELD(struct event_unsubscribe_reply, id, "Identifier", .required = true)),
	.run = run,
};
