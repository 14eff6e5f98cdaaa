/* trae oauth pair: the code by which the owner proves himself in a browser. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/policy/oauth.h"
#include "lib/text/duration.h"

#define MOST_MS INT64_C(3600000)

struct oauth_pair_args {
	const char *expires;
};

struct oauth_pair_reply {
	const char *code, *expires_at;
};

static enum fail run(struct call *c, const void *data)
{
	const struct oauth_pair_args *args = data;
	struct oauth_pair_reply reply;
	int64_t lasts_ms, until;

	if (!duration_parse(args->expires, &lasts_ms) || lasts_ms > MOST_MS)
		return fail(c, FAIL_USAGE, "expires: a time up to 1h is needed, such as 10m");
	TRY(oauth_pair(c, lasts_ms, &reply.code, &until));
	reply.expires_at = clock_text(&c->arena, until);
	return op_emit(c, &reply);
}

const struct op op_oauth_pair = {
	.name = "oauth pair",
	.effect = EFFECT_WRITE,
	.flags = OP_SHELL,
	.summary = "Show the code that lets one client in",
	.about = "Type it into the page that opens when an assistant connects. It is good once, "
		"until it expires or five wrong ones were tried, and ends the one shown before.",
	.example = "trae oauth pair",
	OP_ARGS(struct oauth_pair_args,
		FIELD(struct oauth_pair_args, expires, "How long it is good", .initial = "10m")),
	OP_REPLY(struct oauth_pair_reply,
		FIELD(struct oauth_pair_reply, code, "The code", .required = true, .secret = true),
		FIELD(struct oauth_pair_reply, expires_at, "Until when", .required = true)),
	.run = run,
};
