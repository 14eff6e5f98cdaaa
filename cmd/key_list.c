/* trae key list: who else may call. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/policy/api_key.h"
#include "lib/store/store.h"

struct key_list_args {
	int64_t limit;
	bool all;
};

struct key_list_reply {
	const char *id, *name, *role, *state, *scopes, *created_at, *expires_at, *rotate_by;
	int64_t rate;
};

static enum fail say(struct call *c, const struct api_key *k, int64_t now)
{
	struct key_list_reply reply = {.id = k->id, .name = k->name, .role = role_word(k->role),
		.state = api_key_state(k, now), .scopes = k->scopes,
		.rate = k->rate ? k->rate : INT_NULL,
		.created_at = clock_text(&c->arena, k->created_at),
		.rotate_by = clock_text(&c->arena, k->created_at + KEY_ROTATE_MS)};

	if (k->expires_at)
		reply.expires_at = clock_text(&c->arena, k->expires_at);
	if (api_key_valid(k, now) && !k->replaced_by && now > k->created_at + KEY_ROTATE_MS)
		call_warn(c, "the key %s is older than 90 days: trae key rotate %s", k->name,
			k->name);
	return op_emit(c, &reply);
}

static enum fail run(struct call *c, const void *data)
{
	const struct key_list_args *args = data;
	int64_t now = clock_now_ms();
	struct api_key *keys;
	size_t n;

	TRY(store_open(c));
	TRY(api_key_list(c, (int)args->limit, &keys, &n));
	for (size_t i = 0; i < n; i++)
		if (args->all || api_key_valid(&keys[i], now))
			TRY(say(c, &keys[i], now));
	return FAIL_NONE;
}

const struct op op_key_list = {
	.name = "key list",
	.effect = EFFECT_READ,
	.flags = OP_SHELL,
	.summary = "List the API keys",
	.about = "Newest first: those that are valid, or with --all also those that have "
		"expired or were revoked. The keys themselves are kept nowhere. One that is older "
		"than 90 days is remarked on.",
	.example = "trae key list",
	.rows = "keys",
	OP_ARGS(struct key_list_args,
		FIELD(struct key_list_args, all, "Also those no longer valid", .letter = 'a'),
		FIELD(struct key_list_args, limit, "Most keys shown", .initial = "200", .min = 1,
			.max = 1000)),
	OP_REPLY(struct key_list_reply,
		FIELD(struct key_list_reply, id, "Identifier", .required = true),
		FIELD(struct key_list_reply, name, "Its name", .required = true),
		FIELD(struct key_list_reply, role, "What it may cause", .required = true),
		FIELD(struct key_list_reply, state, "active, rotated, expired or revoked",
			.required = true),
		FIELD(struct key_list_reply, rate, "Calls in any minute, null for no limit"),
		FIELD(struct key_list_reply, scopes, "The operations it is for, null for all"),
		FIELD(struct key_list_reply, expires_at, "When it ends, null for never"),
		FIELD(struct key_list_reply, rotate_by, "When to replace it", .required = true),
		FIELD(struct key_list_reply, created_at, "When it was made", .required = true,
			.hidden = true)),
	.run = run,
};
