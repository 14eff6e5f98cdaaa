/* trae callback deliver: sends what is due, for cron where no server runs. */
#include "lib/base/clock.h"
#include "lib/model/counter.h"
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/courier.h"

#define STEP_MS 1000

struct callback_deliver_reply {
	int64_t delivered, retrying, failed, pending;
	const char *next_at;
};

static enum fail deliver(struct call *c, struct courier *k, struct callback_deliver_reply *reply)
{
	struct courier_step s;

	do {
		TRY(call_check(c));
		TRY(courier_step(c, k, STEP_MS, &s));
		reply->delivered += s.delivered;
		reply->retrying += s.retrying;
		reply->failed += s.failed;
	} while (s.under_way || (s.next_at && s.next_at <= clock_now_ms()));
	reply->next_at = s.next_at ? clock_text(&c->arena, s.next_at) : NULL;
	return FAIL_NONE;
}

static enum fail run(struct call *c, const void *data)
{
	struct callback_deliver_reply reply = {0};
	struct counters counters;
	struct courier *k;
	enum fail f, stopped;

	(void)data;
	TRY(courier_start(c, &k));
	f = deliver(c, k, &reply);
	stopped = courier_stop(c, k, 0);
	TRY(f);
	TRY(stopped);
	TRY(counters_read(c, &counters));
	reply.pending = counters.callbacks_pending;
	return op_emit(c, &reply);
}

const struct op op_callback_deliver = {
	.name = "callback deliver",
	.effect = EFFECT_SEND,
	.flags = OP_SHELL,
	.summary = "Send the callbacks that are due",
	.about = "Once, until nothing is due: for cron on a machine where no trae serve "
		"runs, which does it by itself. Safe beside a server: each callback is claimed "
		"before it is sent. Failures are told as warnings and tried again later.",
	.example = "trae callback deliver",
	OP_NO_ARGS,
	OP_REPLY(struct callback_deliver_reply,
		FIELD(struct callback_deliver_reply, delivered, "Taken by their receivers",
			.required = true),
		FIELD(struct callback_deliver_reply, retrying, "Failed, to be sent again",
			.required = true),
		FIELD(struct callback_deliver_reply, failed, "Given up", .required = true),
		FIELD(struct callback_deliver_reply, pending, "That wait now", .required = true),
		FIELD(struct callback_deliver_reply, next_at, "When the next is due")),
	.run = run,
};
