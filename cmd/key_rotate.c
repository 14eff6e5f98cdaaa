/* trae key rotate: a new key in place of an old one, which goes on for a while. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/policy/api_key.h"
#include "lib/text/duration.h"

struct key_rotate_args {
	const char *name, *overlap;
};

struct key_rotate_reply {
	const char *id, *name, *role, *key, *rotate_by, *old_id, *old_expires_at;
};

static enum fail run(struct call *c, const void *data)
{
	const struct key_rotate_args *args = data;
	struct key_rotate_reply reply = {0};
	struct api_key old, k;
	int64_t overlap_ms = 0;

	if (strcmp(args->overlap, "0") && !duration_parse(args->overlap, &overlap_ms))
		return fail(c, FAIL_USAGE, "overlap: a time such as 7d, 1h or 0 is needed");
	TRY(api_key_rotate(c, args->name, overlap_ms, &old, &k, &reply.key));
	reply.id = k.id;
	reply.name = k.name;
	reply.role = role_word(k.role);
	reply.rotate_by = clock_text(&c->arena, k.created_at + KEY_ROTATE_MS);
	reply.old_id = old.id;
	reply.old_expires_at = clock_text(&c->arena, old.expires_at);
	return op_emit(c, &reply);
}

const struct op op_key_rotate = {
	.name = "key rotate",
	.effect = EFFECT_WRITE,
	.flags = OP_SHELL,
	.summary = "Replace an API key by a new one",
	.about = "The new key has the name, role, scopes and rate of the old one, which "
		"stays valid for the time of --overlap, so that clients can change over. The key "
		"is shown this once.",
	.example = "trae key rotate phone --overlap 2d",
	OP_ARGS(struct key_rotate_args,
		FIELD(struct key_rotate_args, name, "Name or id of the key", .word = true,
			.required = true, .complete = "key list"),
		FIELD(struct key_rotate_args, overlap, "How long the old one stays valid",
			.initial = "7d")),
	OP_REPLY(struct key_rotate_reply,
		FIELD(struct key_rotate_reply, id, "Identifier of the new key", .required = true),
		FIELD(struct key_rotate_reply, name, "Its name", .required = true),
		FIELD(struct key_rotate_reply, role, "What it may cause", .required = true),
		FIELD(struct key_rotate_reply, key, "The new key; shown this once",
			.required = true,
			.secret = true),
		FIELD(struct key_rotate_reply, rotate_by, "When to replace it in turn",
			.required = true),
		FIELD(struct key_rotate_reply, old_id, "Identifier of the old key",
			.required = true),
		FIELD(struct key_rotate_reply, old_expires_at, "When the old key ends",
			.required = true)),
	.run = run,
};
