/* trae key revoke: ends an API key. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/policy/api_key.h"

struct key_revoke_args {
	const char *name;
};

struct key_revoke_reply {
	const char *id, *name, *revoked_at;
};

static enum fail run(struct call *c, const void *data)
{
	const struct key_revoke_args *args = data;
	struct key_revoke_reply reply;
	struct api_key k;

	TRY(api_key_revoke(c, args->name, &k));
	reply = (struct key_revoke_reply){k.id, k.name, clock_text(&c->arena, k.revoked_at)};
	return op_emit(c, &reply);
}

const struct op op_key_revoke = {
	.name = "key revoke",
	.effect = EFFECT_WRITE,
	.flags = OP_SHELL,
	.summary = "End an API key at once",
	.about = "A server that runs refuses it within a second. Give the id to end an old "
		"key that a rotation replaced. A revoked key cannot come back: make a new one.",
	.example = "trae key revoke phone",
	OP_ARGS(struct key_revoke_args,
		FIELD(struct key_revoke_args, name, "Name or id of the key", .word = true,
			.required = true, .complete = "key list")),
	OP_REPLY(struct key_revoke_reply,
		FIELD(struct key_revoke_reply, id, "Identifier", .required = true),
		FIELD(struct key_revoke_reply, name, "Its name", .required = true),
		FIELD(struct key_revoke_reply, revoked_at, "When it ended", .required = true)),
	.run = run,
};
