/* trae oauth list: whom the owner let in by OAuth, and who waits. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/policy/oauth.h"
#include "lib/store/store.h"

struct oauth_list_args {
	int64_t limit;
	bool all;
};

struct oauth_list_reply {
	const char *id, *name, *role, *state, *scopes, *client, *resource, *used_at, *created_at;
};

static const char *when(struct call *c, int64_t at)
{
	return at ? clock_text(&c->arena, at) : NULL;
}

static enum fail say_grants(struct call *c, const struct oauth_list_args *args)
{
	struct oauth_grant *grants;
	size_t n;

	TRY(oauth_grant_list(c, (int)args->limit, &grants, &n));
	for (size_t i = 0; i < n; i++) {
		const struct oauth_grant *g = &grants[i];
		const struct oauth_list_reply reply = {.id = g->id, .name = g->name,
			.role = role_word(g->role), .state = g->revoked_at ? "revoked" : "granted",
			.scopes = g->scopes, .client = g->client, .resource = g->resource,
			.used_at = when(c, g->used_at), .created_at = when(c, g->created_at)};

		if (args->all || !g->revoked_at)
			TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

static enum fail run(struct call *c, const void *data)
{
	const struct oauth_list_args *args = data;
	struct oauth_client *clients;
	size_t n;

	TRY(store_open(c));
	TRY(say_grants(c, args));
	if (!args->all)
		return FAIL_NONE;
	TRY(oauth_client_list(c, (int)args->limit, &clients, &n));
	for (size_t i = 0; i < n; i++) {
		const struct oauth_list_reply reply = {.id = clients[i].id, .name = clients[i].name,
			.state = "waiting", .client = clients[i].id,
			.created_at = when(c, clients[i].created_at)};

		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_oauth_list = {
	.name = "oauth list",
	.effect = EFFECT_READ,
	.flags = OP_SHELL,
	.summary = "List what was granted to clients",
	.about = "Newest first: grants that hold, or with --all also those that were revoked and "
		"clients that the owner granted nothing.",
	.example = "trae oauth list",
	.rows = "grants",
	OP_ARGS(struct oauth_list_args,
		FIELD(struct oauth_list_args, all, "Also what is revoked or only waits", .letter = 'a'),
		FIELD(struct oauth_list_args, limit, "Most rows of each kind", .initial = "200",
			.min = 1, .max = 1000)),
	OP_REPLY(struct oauth_list_reply,
		FIELD(struct oauth_list_reply, id, "Identifier of the grant, or of a client that waits",
			.required = true),
		FIELD(struct oauth_list_reply, name, "What the client calls itself", .required = true),
		FIELD(struct oauth_list_reply, role, "What it may cause, null for one that waits"),
		FIELD(struct oauth_list_reply, state, "granted, revoked or waiting", .required = true),
		FIELD(struct oauth_list_reply, scopes, "The operations it is for, null for all"),
		FIELD(struct oauth_list_reply, resource, "What its tokens are for"),
		FIELD(struct oauth_list_reply, used_at, "When it last came for a token"),
		FIELD(struct oauth_list_reply, client, "Id of the client", .required = true,
			.hidden = true),
		FIELD(struct oauth_list_reply, created_at, "When it was granted", .required = true,
			.hidden = true)),
	.run = run,
};
