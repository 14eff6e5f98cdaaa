/* trae event subscribe: has an address told of an event. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/event_change.h"

struct event_subscribe_args {
	struct event_wish wish;
	const char *secret;
	int64_t ttl_ms;
};

struct event_subscribe_reply {
	const char *id, *refresh_before, *cursor;
	bool truncated;
};

static enum fail run(struct call *c, const void *data)
{
	const struct event_subscribe_args *args = data;
	struct subscription s;

	TRY(store_open(c));
	TRY(event_renew(c, &args->wish, args->secret, args->ttl_ms, &s));
	return op_emit(c, &(struct event_subscribe_reply){.id = s.id,
		.refresh_before = clock_text(&c->arena, s.expires_at)});
}

const struct op op_event_subscribe = {
	.name = "event subscribe",
	.route = "POST /api/v1/events/subscriptions",
	.effect = EFFECT_WRITE,
	.summary = "Have an address told of an event",
	.about = "The address is asked first, by a challenge that it gives back. Asking again for the "
		"same makes it last longer; a day at most. Each event is one request, signed with "
		"the secret by Standard Webhooks, and comes again until it is taken.",
	.example = "trae event subscribe task.failed --url https://agent.example/hook",
	OP_ARGS(struct event_subscribe_args,
		EVENT_WISH(struct event_subscribe_args, wish),
		FIELD(struct event_subscribe_args, secret,
			"whsec_ and 24 to 64 bytes in base64, which sign what is told", .secret = true),
		FIELD(struct event_subscribe_args, ttl_ms, "Milliseconds that it lasts; a day at most",
			.min = 1, .max = 1e12)),
	OP_REPLY(struct event_subscribe_reply,
		FIELD(struct event_subscribe_reply, id, "Identifier: X-MCP-Subscription-Id of requests",
			.required = true),
		FIELD(struct event_subscribe_reply, refresh_before, "When it ends unless asked for again",
			.required = true),
		FIELD(struct event_subscribe_reply, cursor, "Null: what was before is not told"),
		FIELD(struct event_subscribe_reply, truncated, "False", .required = true)),
	.run = run,
};
