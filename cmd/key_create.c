/* trae key create: lets somebody else call. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/policy/api_key.h"
#include "lib/text/duration.h"
#include "lib/work/scope.h"

struct key_create_args {
	const char *name, *role, *expires, *rate;
	const char *const *scopes;
};

struct key_create_reply {
	const char *id, *name, *role, *key, *scopes, *expires_at, *rotate_by;
	int64_t rate;
};

static enum fail read_rate(struct call *c, const char *text, int64_t *out)
{
	char *end;

	if (!strcmp(text, "none")) {
		*out = 0;
		return FAIL_NONE;
	}
	*out = strtoll(text, &end, 10);
	if (*end || *out < 1 || *out > KEY_RATE_MAX)
		return fail(c, FAIL_USAGE, "rate: calls in a minute, 1 to %d, or none",
			KEY_RATE_MAX);
	return FAIL_NONE;
}

static enum fail run(struct call *c, const void *data)
{
	const struct key_create_args *args = data;
	struct api_key k = {.name = args->name, .role = role_of(args->role)};
	struct key_create_reply reply = {0};
	int64_t lasts_ms;

	TRY(read_rate(c, args->rate, &k.rate));
	TRY(scope_words(c, args->scopes, &k.scopes));
	if (args->expires) {
		if (!duration_parse(args->expires, &lasts_ms))
			return fail(c, FAIL_USAGE, "expires: a time such as 90d, 12h or 30m is "
				"needed");
		k.expires_at = clock_now_ms() + lasts_ms;
	}
	TRY(api_key_create(c, &k, &reply.key));
	reply.id = k.id;
	reply.name = k.name;
	reply.role = role_word(k.role);
	reply.scopes = k.scopes;
	reply.rate = k.rate ? k.rate : INT_NULL;
	if (k.expires_at)
		reply.expires_at = clock_text(&c->arena, k.expires_at);
	reply.rotate_by = clock_text(&c->arena, k.created_at + KEY_ROTATE_MS);
	return op_emit(c, &reply);
}

const struct op op_key_create = {
	.name = "key create",
	.effect = EFFECT_WRITE,
	.flags = OP_SHELL,
	.summary = "Make an API key",
	.about = "The key is shown this once: only a digest of it is kept. A viewer reads; "
		"an operator also writes; a sender also sends, acts and spends; an admin also "
		"removes. From the first key on, calls are recorded: see trae audit list.",
	.example = "trae key create --name phone --role operator --expires 90d",
	OP_ARGS(struct key_create_args,
		FIELD(struct key_create_args, name, "Name by which you know it", .required = true,
			.min = 1, .max = KEY_NAME_CHARS),
		FIELD(struct key_create_args, role, "What it may cause", .required = true,
			.oneof = ROLE_WORDS),
		FIELD(struct key_create_args, expires, "How long it is valid, as in 90d; without "
			"it, until revoked"),
		FIELD(struct key_create_args, rate, "Calls in any minute, a fifth of them in any "
			"ten seconds; or none for no limit", .initial = "100"),
		FIELD(struct key_create_args, scopes,
			"Only these operations, or nouns such as task")),
	OP_REPLY(struct key_create_reply,
		FIELD(struct key_create_reply, id, "Identifier, part of the key", .required = true),
		FIELD(struct key_create_reply, name, "Its name", .required = true),
		FIELD(struct key_create_reply, role, "What it may cause", .required = true),
		FIELD(struct key_create_reply, key, "The key; shown this once", .required = true,
			.secret = true),
		FIELD(struct key_create_reply, scopes, "The operations it is for, null for all"),
		FIELD(struct key_create_reply, rate, "Calls in any minute, null for no limit"),
		FIELD(struct key_create_reply, expires_at, "When it ends, null for never"),
		FIELD(struct key_create_reply, rotate_by, "When to replace it", .required = true)),
	.run = run,
};
