/* trae oauth revoke: shuts a client out again. */
#include "lib/op/op.h"
#include "lib/policy/oauth.h"

struct oauth_revoke_args {
	const char *id;
};

struct oauth_revoke_reply {
	const char *id;
	int64_t grants;
};

static enum fail run(struct call *c, const void *data)
{
	const struct oauth_revoke_args *args = data;
	struct oauth_revoke_reply reply = {.id = args->id};

	TRY(oauth_revoke(c, args->id, &reply.grants));
	return op_emit(c, &reply);
}

const struct op op_oauth_revoke = {
	.name = "oauth revoke",
	.effect = EFFECT_WRITE,
	.flags = OP_SHELL,
	.summary = "Shut a client out again",
	.about = "Ends a grant with all its tokens, or a client with all its grants. A server that "
		"runs holds to it within a second.",
	.example = "trae oauth revoke 7fKq2mXa",
	OP_ARGS(struct oauth_revoke_args,
		FIELD(struct oauth_revoke_args, id, "Grant or client; trae oauth list shows them",
			.required = true, .word = true, .complete = "oauth list")),
	OP_REPLY(struct oauth_revoke_reply,
		FIELD(struct oauth_revoke_reply, id, "What was revoked", .required = true),
		FIELD(struct oauth_revoke_reply, grants, "How many grants ended", .required = true)),
	.run = run,
};
