/* Who calls: found out from a key, in the same time and with the same words whatever is wrong. */
#include <sodium.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/policy/api_key.h"
#include "lib/policy/issuer.h"
#include "lib/policy/oauth.h"
#include "lib/policy/state.h"
#include "lib/store/store.h"

static const struct caller master = {.id = CALLER_MASTER, .name = CALLER_MASTER,
	.role = ROLE_ADMIN, .rate = KEY_RATE};

/* May do what the guide's service does: read and send mail, start and stop applications. */
static const struct caller backend = {.id = CALLER_BACKEND, .name = "API_KEY", .role = ROLE_SENDER,
	.scopes = "gmail,app", .rate = KEY_RATE};

static enum fail find(struct call *c, const char *id, bool key, struct api_key *out)
{
	enum fail f;

	TRY(store_open_read(c));
	f = key ? api_key_find(c, id, out) : oauth_access_find(c, id, out);
	/* A name that looks like an id is none, and a digest that is none fits no key. */
	if (f == FAIL_NONE && (strcmp(out->id, id) || strlen(out->hash) != MAC_HEX - 1))
		return FAIL_MISSING;
	return f;
}

static const char *copy(struct call *c, const char *text)
{
	return text ? arena_strdup(&c->arena, text) : NULL;
}

/* Where C has no store open, in a call of its own: what is looked up here leaves none open. */
static enum fail look_up(struct call *c, const char *id, bool key, struct api_key *out)
{
	struct call own = {.store_path = c->store_path, .policy = policy_of(c)};
	enum fail f;

	if (c->store)
		return find(c, id, key, out);
	f = find(&own, id, key, out);
	if (f == FAIL_NONE) {
		out->id = copy(c, out->id);
		out->name = copy(c, out->name);
		out->hash = copy(c, out->hash);
		out->scopes = copy(c, out->scopes);
		out->grant = copy(c, out->grant);
		out->resource = copy(c, out->resource);
		out->replaced_by = NULL;
	} else if (f != FAIL_MISSING) {
		f = fail(c, f, "%s", own.why ? own.why : fail_kind(f)->meaning);
	}
	call_release(&own);
	return f;
}

static const struct caller *caller_of(struct call *c, const struct api_key *k)
{
	struct caller *who = ARENA_NEW(&c->arena, struct caller, 1);

	*who = (struct caller){.id = k->id, .name = k->name, .role = k->role, .scopes = k->scopes,
		.rate = k->rate, .expires_at = k->expires_at,
		.rotate_at = k->created_at + KEY_ROTATE_MS};
	if (k->grant) {
		who->id = oauth_caller_id(c, k->grant);
		who->rotate_at = 0;
		who->granted = true;
	}
	return who;
}

/* Compares digests, so that not even the length of the right key shows. */
static bool is_secret(const struct secret *secret, const char *text)
{
	char given[MAC_HEX], right[MAC_HEX];
	const char *bytes;
	size_t len;

	if (!secret)
		return false;
	bytes = secret_reveal(secret, &len);
	digest_hex(NULL, text, strlen(text), given);
	digest_hex(NULL, bytes, len, right);
	return !sodium_memcmp(given, right, sizeof given);
}

bool caller_means(const struct call *c, const char *resource)
{
	size_t host = strlen(c->public_url), len;

	if (strncmp(resource, c->public_url, host))
		return false;
	resource += host;
	len = strlen(resource);
	return !strncmp(resource, c->path, len) && (!c->path[len] || c->path[len] == '/');
}

/* A key that is not there is compared too, with a digest that none has. */
static enum fail find_right(struct call *c, const char *text, struct api_key *out)
{
	static const char none[MAC_HEX] =
		"----------------------------------------------------------------";
	const char *id = token_id_of(c, KEY_PREFIX, text);
	bool key = id != NULL;
	char given[MAC_HEX];
	enum fail f = policy_secrets(c, false);

	if (f == FAIL_MISSING) {
		fail_forget(c);
		return FAIL_AUTH;
	}
	TRY(f);
	digest_hex(policy_of(c)->pepper, text, strlen(text), given);
	*out = (struct api_key){.hash = none};
	if (!id)
		id = token_id_of(c, ACCESS_PREFIX, text);
	if (!id)
		return FAIL_AUTH;
	f = look_up(c, id, key, out);
	if (f == FAIL_MISSING)
		fail_forget(c);
	else if (f != FAIL_NONE)
		return f;
	if (sodium_memcmp(given, out->hash, MAC_HEX) | !api_key_valid(out, clock_now_ms()))
		return FAIL_AUTH;
	known_put(c, text, out);
	return FAIL_NONE;
}

static enum fail check(struct call *c, const char *text, const struct caller **out)
{
	struct api_key k;

	if (!known_get(c, text, &k) || !api_key_valid(&k, clock_now_ms()))
		TRY(find_right(c, text, &k));
	if (k.resource && c->path && !caller_means(c, k.resource))
		return FAIL_AUTH;
	*out = caller_of(c, &k);
	return FAIL_NONE;
}

enum fail caller_from_key(struct call *c, const char *text, const char *peer,
	const struct caller **out)
{
	enum fail f;

	if (peer_shut(c, peer))
		return fail(c, FAIL_LIMIT, "too many wrong keys from this address: wait a minute");
	if (is_secret(policy_of(c)->master, text)) {
		*out = &master;
		return FAIL_NONE;
	}
	if (is_secret(policy_of(c)->backend, text)) {
		*out = &backend;
		return FAIL_NONE;
	}
	f = issuer_may_know(policy_of(c), text) ? issuer_caller(c, text, out) : check(c, text, out);
	if (f != FAIL_AUTH)
		return f;
	peer_wrong(c, peer);
	policy_unknown(c, "-");
	return fail(c, f, "the API key or token is not valid: give one that trae key create showed");
}

enum fail caller_of_assistant(struct call *c, enum role role, const char *scopes,
	const struct caller **out)
{
	struct caller *who = ARENA_NEW(&c->arena, struct caller, 1);

	if (scopes && strlen(scopes) > KEY_SCOPES_CHARS)
		return fail(c, FAIL_USAGE, "scopes: at most %d characters", KEY_SCOPES_CHARS);
	*who = (struct caller){.name = "assistant", .role = role, .rate = ASSISTANT_RATE,
		.scopes = scopes ? arena_strdup(&c->arena, scopes) : NULL,
		.id = arena_printf(&c->arena, CALLER_ASSISTANT "%s%s%s", role_word(role),
			scopes ? ":" : "", scopes ? scopes : "")};
	*out = who;
	return FAIL_NONE;
}

/* Such a caller back from its id. */
static enum fail assistant_from_id(struct call *c, const char *id, const struct caller **out)
{
	const char *role = id + strlen(CALLER_ASSISTANT), *colon = strchr(role, ':');
	size_t len = colon ? (size_t)(colon - role) : strlen(role);

	return caller_of_assistant(c, role_of(arena_memdup(&c->arena, role, len)),
		colon ? colon + 1 : NULL, out);
}

enum fail caller_from_id(struct call *c, const char *id, const struct caller **out)
{
	struct api_key k;
	enum fail f;

	if (!strcmp(id, CALLER_OWNER)) {
		*out = NULL;
		return FAIL_NONE;
	}
	if (!strcmp(id, CALLER_MASTER) || !strcmp(id, CALLER_BACKEND)) {
		*out = *id == *CALLER_MASTER ? &master : &backend;
		return FAIL_NONE;
	}
	if (!strncmp(id, CALLER_ASSISTANT, strlen(CALLER_ASSISTANT)))
		return assistant_from_id(c, id, out);
	TRY(issuer_caller_from_id(c, id, out));
	if (*out)
		return FAIL_NONE;
	if (oauth_grant_of(id))
		f = oauth_grant_key(c, oauth_grant_of(id), &k);
	else
		f = look_up(c, id, true, &k);
	if (f != FAIL_NONE && f != FAIL_MISSING)
		return f;
	if (f || !api_key_valid(&k, clock_now_ms()))
		return fail(c, FAIL_AUTH, "the key or grant %s that asked for this is no longer valid",
			id);
	*out = caller_of(c, &k);
	return FAIL_NONE;
}

void policy_unknown(struct call *c, const char *what)
{
	count_add(policy_of(c), "-", channel_word(c->channel), what, "-", "unknown");
}
