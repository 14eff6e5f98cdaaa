/* trae callback redeliver: sends a callback once more. */
#include "lib/model/callback.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct callback_redeliver_args {
	const char *id;
};

struct callback_redeliver_reply {
	const char *id, *event, *state;
};

static enum fail run(struct call *c, const void *data)
{
	const struct callback_redeliver_args *args = data;
	struct callback_redeliver_reply reply = {0};
	struct callback k;

	TRY(store_open(c));
	TRY(callback_redeliver(c, args->id));
	TRY(callback_find(c, args->id, &k));
	reply.id = k.id;
	reply.event = k.event;
	reply.state = k.state;
	return op_emit(c, &reply);
}

const struct op op_callback_redeliver = {
	.name = "callback redeliver",
	.route = "POST /api/v1/callbacks/{id}/redeliver",
	.effect = EFFECT_SEND,
	.summary = "Send a callback once more",
	.about = "It is due at once, with all its attempts before it, and goes out with the "
		"next trae callback deliver or by trae serve. A URL that had answered 410 is used "
		"again. Body and id stay the same, so a receiver can tell that it had it.",
	.example = "trae callback redeliver 0197f3c0-5a1e-7b3c-8d2e-1f4a5b6c7d8e",
	OP_ARGS(struct callback_redeliver_args,
		FIELD(struct callback_redeliver_args, id, "Identifier", .word = true,
			.required = true, .complete = "callback list")),
	OP_REPLY(struct callback_redeliver_reply,
		FIELD(struct callback_redeliver_reply, id, "Identifier", .required = true),
		FIELD(struct callback_redeliver_reply, event, "What is told", .required = true),
		FIELD(struct callback_redeliver_reply, state, "pending", .required = true)),
	.run = run,
};
