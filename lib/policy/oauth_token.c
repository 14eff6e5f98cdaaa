/* The token endpoint: codes and refresh tokens are exchanged, once. */
#include <sodium.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/policy/oauth_state.h"
#include "lib/policy/state.h"
#include "lib/store/store.h"

#define VERIFIER_MIN 43 /* RFC 7636 4.1 */
#define VERIFIER_MAX 128

/* One exchange on its way. What is wrong with it is said behind the commit, which keeps that a grant
 * was revoked for it. */
struct exchange {
	const struct oauth_ask *ask;
	struct oauth_token token;
	const char *wrong, *error;
	struct oauth_tokens made;
};

static enum fail refuse(struct exchange *x, const char *error, const char *wrong)
{
	x->error = error;
	x->wrong = wrong;
	return FAIL_NONE;
}

/* The token in TEXT with PREFIX; its id is NULL when there is none. Not that of another client. */
static enum fail find(struct call *c, const char *prefix, const struct oauth_client *client,
	const char *text, struct oauth_token *out)
{
	const char *id = token_id_of(c, prefix, text);
	char given[MAC_HEX];
	QUERY_AUTO q;
	enum fail f;

	*out = (struct oauth_token){0};
	if (!id)
		return FAIL_NONE;
	TRY(query_start(c, SQL("select t.id, t.kind, t.hash, t.role, t.scopes, t.redirect,"
		" t.challenge, t.state, t.used_at, t.expires_at, g.id, g.client, g.name, g.role,"
		" g.scopes, g.resource, g.revoked_at from oauth_token t join oauth_grant g"
		" on g.id = t.grant_id where t.id = $1"), PARAMS(id), &q));
	if (!query_next(c, &q, &f))
		return f;
	*out = (struct oauth_token){.id = query_text(c, &q, 0), .kind = query_text(c, &q, 1),
		.hash = query_text(c, &q, 2), .role = role_of(query_text(c, &q, 3)),
		.scopes = query_text(c, &q, 4), .redirect = query_text(c, &q, 5),
		.challenge = query_text(c, &q, 6), .state = query_text(c, &q, 7),
		.used_at = query_int(&q, 8), .expires_at = query_int(&q, 9),
		.grant = {.id = query_text(c, &q, 10), .client = query_text(c, &q, 11),
			.name = query_text(c, &q, 12), .role = role_of(query_text(c, &q, 13)),
			.scopes = query_text(c, &q, 14), .resource = query_text(c, &q, 15),
			.revoked_at = query_int(&q, 16)}};
	digest_hex(policy_of(c)->pepper, text, strlen(text), given);
	if (strlen(out->hash) != MAC_HEX - 1 || sodium_memcmp(given, out->hash, MAC_HEX) ||
		strcmp(out->grant.client, client->id))
		out->id = NULL;
	return FAIL_NONE;
}

void oauth_know(struct call *c, const struct oauth_grant *g)
{
	struct caller *who = ARENA_NEW(&c->arena, struct caller, 1);

	*who = (struct caller){.id = oauth_caller_id(c, g->id), .name = g->name, .role = g->role,
		.scopes = g->scopes, .granted = true};
	c->caller = who;
}

static enum fail end_grant(struct call *c, struct exchange *x)
{
	oauth_know(c, &x->token.grant);
	TRY(store_run(c, SQL("update oauth_grant set revoked_at = $1 where id = $2"
		" and revoked_at is null"), PARAMS(clock_now_ms(), x->token.grant.id), NULL));
	return refuse(x, "invalid_grant", "it was used before: all that came of it is revoked, and "
		"the owner has to be asked anew");
}

static enum fail make(struct call *c, struct exchange *x, enum role role, const char *scopes)
{
	const struct oauth_token *from = &x->token;
	struct oauth_token t = {.kind = "access", .grant = from->grant, .role = role,
		.scopes = scopes, .made_of = from->id};
	int64_t now = clock_now_ms();

	oauth_know(c, &from->grant);
	x->made = (struct oauth_tokens){.role = role, .scopes = scopes};
	t.expires_at = now + ACCESS_MS;
	TRY(oauth_token_put(c, ACCESS_PREFIX, &t, &x->made.access));
	t.kind = "refresh";
	t.role = from->grant.role;
	t.scopes = from->grant.scopes;
	t.expires_at = now + REFRESH_MS;
	TRY(oauth_token_put(c, REFRESH_PREFIX, &t, &x->made.refresh));
	TRY(store_run(c, SQL("update oauth_token set state = 'used', used_at = $1 where id = $2"
		" and state = 'good'"), PARAMS(now, from->id), NULL));
	return store_run(c, SQL("update oauth_grant set used_at = $1 where id = $2"),
		PARAMS(now, from->grant.id), NULL);
}

static bool verifies(struct call *c, const char *verifier, const char *challenge)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-._~";
	size_t len = verifier ? strlen(verifier) : 0;
	const char *given;

	if (len < VERIFIER_MIN || len > VERIFIER_MAX || strspn(verifier, unreserved) != len)
		return false;
	given = sha256_base64(c, verifier, len, true);
	return strlen(given) == strlen(challenge) &&
		!sodium_memcmp(given, challenge, strlen(given));
}

/* What holds for codes and refresh tokens; x->wrong is set when something does not. */
static enum fail check(struct call *c, struct exchange *x, const char *prefix)
{
	struct oauth_token *t = &x->token;
	const char *resource = x->ask->resource;

	TRY(find(c, prefix, x->ask->client, x->ask->token, t));
	if (!t->id)
		return refuse(x, "invalid_grant", "it is not known, or not this client's");
	if (t->grant.revoked_at)
		return refuse(x, "invalid_grant", "the owner's grant is revoked");
	if (resource && strcmp(resource, t->grant.resource))
		return refuse(x, "invalid_target", "the grant is for another resource");
	return FAIL_NONE;
}

static enum fail redeem(struct call *c, struct exchange *x)
{
	struct oauth_token *t = &x->token;

	TRY(check(c, x, CODE_PREFIX));
	if (x->wrong)
		return FAIL_NONE;
	if (strcmp(t->state, "good"))
		return end_grant(c, x);
	if (clock_now_ms() >= t->expires_at)
		return refuse(x, "invalid_grant", "the code is older than a minute");
	if (x->ask->redirect && strcmp(x->ask->redirect, t->redirect))
		return refuse(x, "invalid_grant", "redirect_uri is not the one of the request");
	if (!verifies(c, x->ask->verifier, t->challenge))
		return refuse(x, "invalid_grant", "code_verifier is not that of the code_challenge");
	return make(c, x, t->grant.role, t->grant.scopes);
}

/* Whether what was given for T may be given anew, because it seems to have got lost. */
static enum fail may_repeat(struct call *c, const struct oauth_token *t, bool *out)
{
	QUERY_AUTO q;
	enum fail f;

	*out = !strcmp(t->state, "used") && clock_now_ms() - t->used_at <= RETRY_MS;
	if (!*out)
		return FAIL_NONE;
	TRY(query_start(c, SQL("select 1 from oauth_token where made_of = $1 and state = 'used'"),
		PARAMS(t->id), &q));
	*out = !query_next(c, &q, &f);
	return f;
}

static enum fail replace(struct call *c, const struct oauth_token *t)
{
	TRY(store_run(c, SQL("delete from oauth_token where made_of = $1 and kind = 'access'"),
		PARAMS(t->id), NULL));
	return store_run(c, SQL("update oauth_token set state = 'replaced' where made_of = $1"
		" and kind = 'refresh'"), PARAMS(t->id), NULL);
}

/* Whether every scope of LIST stands in ALL or below one that does; NULL: all. */
static bool within(const char *list, const char *all)
{
	if (!all)
		return true;
	while (list && *list) {
		size_t len = strcspn(list, ",");
		bool found = false;

		for (const char *p = all; *p; p += strcspn(p, ","), p += *p == ',') {
			size_t n = strcspn(p, ",");

			found |= n <= len && !strncmp(p, list, n) && (n == len || list[n] == ' ');
		}
		if (!found)
			return false;
		list += len + (list[len] == ',');
	}
	return list != NULL;
}

static enum fail refresh(struct call *c, struct exchange *x)
{
	const struct oauth_ask *ask = x->ask;
	struct oauth_token *t = &x->token;
	const char *scopes;
	bool again;

	TRY(check(c, x, REFRESH_PREFIX));
	if (x->wrong)
		return FAIL_NONE;
	TRY(may_repeat(c, t, &again));
	if (strcmp(t->state, "good") && !again)
		return end_grant(c, x);
	if (clock_now_ms() >= t->expires_at)
		return refuse(x, "invalid_grant", "the refresh token has expired");
	if (ask->narrower && (ask->role > t->grant.role ||
				     (ask->scopes && !within(ask->scopes, t->grant.scopes))))
		return refuse(x, "invalid_scope", "the owner granted less than is asked for");
	if (again)
		TRY(replace(c, t));
	scopes = ask->narrower && ask->scopes ? ask->scopes : t->grant.scopes;
	return make(c, x, ask->narrower ? ask->role : t->grant.role, scopes);
}

static enum fail finish(struct call *c, const struct oauth_ask *ask,
	enum fail (*step)(struct call *c, struct exchange *x), struct oauth_tokens *out)
{
	struct exchange x = {.ask = ask};

	TRY(store_open(c));
	TRY(policy_secrets(c, true));
	TRY(store_begin(c));
	TRY(store_end(c, step(c, &x)));
	/* Known when a grant was met and changed: nonsense has no key looked up anew. */
	if (c->caller)
		known_forget(policy_of(c));
	if (x.wrong)
		return oauth_fail(c, FAIL_DENIED, x.error, x.wrong);
	*out = x.made;
	return FAIL_NONE;
}

enum fail oauth_redeem(struct call *c, const struct oauth_ask *ask, struct oauth_tokens *out)
{
	return finish(c, ask, redeem, out);
}

enum fail oauth_refresh(struct call *c, const struct oauth_ask *ask, struct oauth_tokens *out)
{
	return finish(c, ask, refresh, out);
}

enum fail oauth_withdraw(struct call *c, const struct oauth_client *client, const char *token)
{
	struct oauth_token t;

	TRY(store_open(c));
	TRY(policy_secrets(c, true));
	TRY(find(c, ACCESS_PREFIX, client, token, &t));
	if (t.id)
		TRY(store_run(c, SQL("delete from oauth_token where id = $1"), PARAMS(t.id), NULL));
	else
		TRY(find(c, REFRESH_PREFIX, client, token, &t));
	if (t.id && !strcmp(t.kind, "refresh"))
		TRY(store_run(c, SQL("update oauth_grant set revoked_at = $1 where id = $2"
			" and revoked_at is null"), PARAMS(clock_now_ms(), t.grant.id), NULL));
	if (!t.id)
		return FAIL_NONE;
	oauth_know(c, &t.grant);
	known_forget(policy_of(c));
	return FAIL_NONE;
}
