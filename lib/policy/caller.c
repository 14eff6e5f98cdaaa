/* Who calls: found out from a key, in the same time and with the same words whatever is wrong. */
#include <sodium.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/policy/api_key.h"
#include "lib/policy/state.h"
#include "lib/store/store.h"

static const struct caller master = {.id = CALLER_MASTER, .name = CALLER_MASTER,
	.role = ROLE_ADMIN, .rate = KEY_RATE};

static enum fail find(struct call *c, const char *id, struct api_key *out)
{
	enum fail f;

	TRY(store_open_read(c));
	f = api_key_find(c, id, out);
	/* A name that looks like an id is none, and a digest that is none fits no key. */
	if (f == FAIL_NONE && (strcmp(out->id, id) || strlen(out->hash) != MAC_HEX - 1))
		return FAIL_MISSING;
	return f;
}

/* Where C has no store open, in a call of its own: what is looked up here leaves none open. */
static enum fail look_up(struct call *c, const char *id, struct api_key *out)
{
	struct call own = {.store_path = c->store_path, .policy = policy_of(c)};
	enum fail f;

	if (c->store)
		return find(c, id, out);
	f = find(&own, id, out);
	if (f == FAIL_NONE) {
		out->id = arena_strdup(&c->arena, out->id);
		out->name = arena_strdup(&c->arena, out->name);
		out->hash = arena_strdup(&c->arena, out->hash);
		out->scopes = out->scopes ? arena_strdup(&c->arena, out->scopes) : NULL;
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
	return who;
}

/* Compares digests, so that not even the length of the right key shows. */
static bool is_master(struct policy *p, const char *text)
{
	char given[MAC_HEX], right[MAC_HEX];
	const char *bytes;
	size_t len;

	if (!p->master)
		return false;
	bytes = secret_reveal(p->master, &len);
	digest_hex(NULL, text, strlen(text), given);
	digest_hex(NULL, bytes, len, right);
	return !sodium_memcmp(given, right, sizeof given);
}

/* A key that is not there is compared too, with a digest that none has. */
static enum fail check(struct call *c, const char *text, const struct caller **out)
{
	static const char none[MAC_HEX] =
		"----------------------------------------------------------------";
	struct policy *p = policy_of(c);
	struct api_key k = {.hash = none};
	char given[MAC_HEX];
	const char *id;
	enum fail f = policy_secrets(c, false);
	bool right;

	digest_hex(p->pepper, text, strlen(text), given);
	if (f == FAIL_NONE && known_get(c, given, &k) && api_key_valid(&k, clock_now_ms())) {
		*out = caller_of(c, &k);
		return FAIL_NONE;
	}
	id = api_key_id_of(c, text);
	if (!id)
		return FAIL_AUTH;
	k = (struct api_key){.hash = none};
	if (f == FAIL_NONE)
		f = look_up(c, id, &k);
	if (f == FAIL_MISSING)
		fail_forget(c);
	else if (f != FAIL_NONE)
		return f;
	right = !sodium_memcmp(given, k.hash, sizeof given);
	if (!(right & api_key_valid(&k, clock_now_ms())))
		return FAIL_AUTH;
	known_put(c, &k);
	*out = caller_of(c, &k);
	return FAIL_NONE;
}

enum fail caller_from_key(struct call *c, const char *text, const char *peer,
	const struct caller **out)
{
	enum fail f;

	if (peer_shut(c, peer))
		return fail(c, FAIL_LIMIT, "too many wrong keys from this address: wait a minute");
	if (is_master(policy_of(c), text)) {
		*out = &master;
		return FAIL_NONE;
	}
	f = check(c, text, out);
	if (f != FAIL_AUTH)
		return f;
	peer_wrong(c, peer);
	policy_unknown(c, "-");
	return fail(c, f, "the API key is not valid: give one that trae key create showed");
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
	if (!strcmp(id, CALLER_MASTER)) {
		*out = &master;
		return FAIL_NONE;
	}
	if (!strncmp(id, CALLER_ASSISTANT, strlen(CALLER_ASSISTANT)))
		return assistant_from_id(c, id, out);
	f = look_up(c, id, &k);
	if (f != FAIL_NONE && f != FAIL_MISSING)
		return f;
	if (f || !api_key_valid(&k, clock_now_ms()))
		return fail(c, FAIL_AUTH, "the API key %s that asked for this is no longer valid",
			id);
	*out = caller_of(c, &k);
	return FAIL_NONE;
}

void policy_unknown(struct call *c, const char *what)
{
	count_add(policy_of(c), "-", channel_word(c->channel), what, "-", "unknown");
}
