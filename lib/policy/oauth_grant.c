/* Grants: what the owner lets a client do. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/policy/oauth_state.h"
#include "lib/policy/state.h"
#include "lib/store/store.h"

#define CALLER "oauth:"
/* How long what has ended is kept: a token that comes again is known as one that was used. */
#define ENDED_MS (2 * INT64_C(86400000))

const char *oauth_caller_id(struct call *c, const char *grant)
{
	return arena_printf(&c->arena, CALLER "%s", grant);
}

const char *oauth_grant_of(const char *caller_id)
{
	return strncmp(caller_id, CALLER, sizeof CALLER - 1) ? NULL : caller_id + sizeof CALLER - 1;
}

enum fail oauth_token_put(struct call *c, const char *prefix, const struct oauth_token *t,
	const char **text)
{
	const char *id = token_id_new(c), *made = token_new(c, prefix, id);
	char hash[MAC_HEX];

	digest_hex(policy_of(c)->pepper, made, strlen(made), hash);
	TRY(store_run(c, SQL("insert into oauth_token (id, grant_id, kind, hash, role, scopes,"
		" redirect, challenge, made_of, expires_at)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"),
		PARAMS(id, t->grant.id, t->kind, hash, role_word(t->role), t->scopes, t->redirect,
			t->challenge, t->made_of, t->expires_at), NULL));
	*text = made;
	return FAIL_NONE;
}

static enum fail put(struct call *c, const struct oauth_grant *g, const struct oauth_token *t,
	const char **code)
{
	TRY(store_run(c, SQL("insert into oauth_grant (id, client, name, role, scopes, resource,"
		" created_at) values ($1, $2, $3, $4, $5, $6, $7)"),
		PARAMS(g->id, g->client, g->name, role_word(g->role), g->scopes, g->resource,
			g->created_at), NULL));
	return oauth_token_put(c, CODE_PREFIX, t, code);
}

enum fail oauth_grant_make(struct call *c, struct oauth_grant *g, const char *redirect,
	const char *challenge, const char **code)
{
	struct oauth_token t = {.kind = "code", .role = g->role, .scopes = g->scopes,
		.redirect = redirect, .challenge = challenge};

	TRY(store_open(c));
	TRY(policy_secrets(c, true));
	g->id = token_id_new(c);
	g->created_at = clock_now_ms();
	t.grant = *g;
	t.expires_at = g->created_at + CODE_MS;
	TRY(store_begin(c));
	TRY(store_end(c, put(c, g, &t, code)));
	oauth_know(c, g);
	return FAIL_NONE;
}

enum fail oauth_grant_list(struct call *c, int limit, struct oauth_grant **out, size_t *n)
{
	struct oauth_grant *rows = ARENA_NEW(&c->arena, struct oauth_grant, (size_t)limit);
	size_t count = 0;
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select id, client, name, role, scopes, resource, created_at,"
		" used_at, revoked_at from oauth_grant order by created_at desc, id limit $1"),
		PARAMS(limit), &q));
	while (query_next(c, &q, &f))
		rows[count++] = (struct oauth_grant){.id = query_text(c, &q, 0),
			.client = query_text(c, &q, 1), .name = query_text(c, &q, 2),
			.role = role_of(query_text(c, &q, 3)), .scopes = query_text(c, &q, 4),
			.resource = query_text(c, &q, 5), .created_at = query_int(&q, 6),
			.used_at = query_int(&q, 7), .revoked_at = query_int(&q, 8)};
	TRY(f);
	*out = rows;
	*n = count;
	return FAIL_NONE;
}

static enum fail end(struct call *c, const char *id, int64_t *grants, int64_t *clients)
{
	TRY(store_run(c, SQL("update oauth_grant set revoked_at = $1"
		" where (id = $2 or client = $2) and revoked_at is null"),
		PARAMS(clock_now_ms(), id), grants));
	return store_run(c, SQL("delete from oauth_client where id = $1"), PARAMS(id), clients);
}

enum fail oauth_revoke(struct call *c, const char *id, int64_t *grants)
{
	int64_t clients;

	TRY(store_open(c));
	TRY(store_begin(c));
	TRY(store_end(c, end(c, id, grants, &clients)));
	known_forget(policy_of(c));
	if (!*grants && !clients)
		return fail(c, FAIL_MISSING, "no grant or client %s that is not revoked; trae oauth "
			"list shows them", id);
	return FAIL_NONE;
}

static enum fail prune(struct call *c, int64_t before)
{
	TRY(store_run(c, SQL("delete from oauth_token where expires_at < $1"), PARAMS(before), NULL));
	return store_run(c, SQL("delete from oauth_grant where created_at < $1 and not exists"
		" (select 1 from oauth_token t where t.grant_id = oauth_grant.id)"), PARAMS(before),
		NULL);
}

enum fail oauth_prune(struct call *c)
{
	TRY(store_begin(c));
	return store_end(c, prune(c, clock_now_ms() - ENDED_MS));
}

enum fail oauth_access_find(struct call *c, const char *id, struct api_key *out)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select t.id, g.name, t.role, t.scopes, t.hash, t.expires_at,"
		" g.revoked_at, g.id, g.resource from oauth_token t join oauth_grant g"
		" on g.id = t.grant_id where t.id = $1 and t.kind = 'access'"), PARAMS(id), &q));
	if (!query_next(c, &q, &f)) {
		TRY(f);
		return fail(c, FAIL_MISSING, "no such access token");
	}
	*out = (struct api_key){.id = query_text(c, &q, 0), .name = query_text(c, &q, 1),
		.role = role_of(query_text(c, &q, 2)), .scopes = query_text(c, &q, 3),
		.hash = query_text(c, &q, 4), .expires_at = query_int(&q, 5),
		.revoked_at = query_int(&q, 6), .grant = query_text(c, &q, 7),
		.resource = query_text(c, &q, 8), .rate = KEY_RATE};
	return FAIL_NONE;
}

enum fail oauth_grant_key(struct call *c, const char *id, struct api_key *out)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(store_open_read(c));
	TRY(query_start(c, SQL("select name, role, scopes, revoked_at, resource from oauth_grant"
		" where id = $1"), PARAMS(id), &q));
	if (!query_next(c, &q, &f)) {
		TRY(f);
		return fail(c, FAIL_MISSING, "no such grant");
	}
	*out = (struct api_key){.id = id, .grant = id, .name = query_text(c, &q, 0),
		.role = role_of(query_text(c, &q, 1)), .scopes = query_text(c, &q, 2),
		.revoked_at = query_int(&q, 3), .resource = query_text(c, &q, 4), .rate = KEY_RATE};
	return FAIL_NONE;
}
