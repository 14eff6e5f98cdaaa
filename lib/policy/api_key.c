/* API keys: their records. */
#include "lib/policy/api_key.h"

#include <ctype.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/policy/state.h"
#include "lib/store/store.h"

bool api_key_valid(const struct api_key *k, int64_t now_ms)
{
	return !k->revoked_at && (!k->expires_at || now_ms < k->expires_at);
}

const char *api_key_state(const struct api_key *k, int64_t now_ms)
{
	if (k->revoked_at)
		return "revoked";
	if (!api_key_valid(k, now_ms))
		return "expired";
	return k->replaced_by ? "rotated" : "active";
}

static enum fail check(struct call *c, const struct api_key *k)
{
	size_t len = strlen(k->name);

	if (!len || len > KEY_NAME_CHARS)
		return fail(c, FAIL_INPUT, "a key's name has 1 to %d characters", KEY_NAME_CHARS);
	for (const char *p = k->name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-", *p))
			return fail(c, FAIL_INPUT, "a key's name is of letters, digits and . _ -");
	if (k->scopes && strlen(k->scopes) > KEY_SCOPES_CHARS)
		return fail(c, FAIL_INPUT, "the scopes of a key have at most %d characters",
			KEY_SCOPES_CHARS);
	return FAIL_NONE;
}

#define COLUMNS                                                                                    \
	"select id, name, role, scopes, hash, rate, created_at, expires_at, revoked_at,"           \
	" replaced_by from api_key "

static struct api_key read_row(struct call *c, struct query *q)
{
	return (struct api_key){
		.id = query_text(c, q, 0),
		.name = query_text(c, q, 1),
		.role = role_of(query_text(c, q, 2)),
		.scopes = query_text(c, q, 3),
		.hash = query_text(c, q, 4),
		.rate = query_int(q, 5),
		.created_at = query_int(q, 6),
		.expires_at = query_int(q, 7),
		.revoked_at = query_int(q, 8),
		.replaced_by = query_text(c, q, 9),
	};
}

static enum fail read_one(struct call *c, struct query *q, const char *name, struct api_key *out)
{
	enum fail f;

	if (query_next(c, q, &f)) {
		*out = read_row(c, q);
		return FAIL_NONE;
	}
	TRY(f);
	return fail(c, FAIL_MISSING, "no API key %s; trae key list shows them", name);
}

enum fail api_key_find(struct call *c, const char *name, struct api_key *out)
{
	QUERY_AUTO q;

	/* An id names one key for ever; a name passes to the key that a rotation made. */
	TRY(query_start(c, SQL(COLUMNS "where id = $1 or name = $1 order by"
		" case when id = $1 then 0 when revoked_at is null and replaced_by is null then 1"
		" else 2 end, created_at desc limit 1"), PARAMS(name), &q));
	return read_one(c, &q, name, out);
}

enum fail api_key_list(struct call *c, int limit, struct api_key **out, size_t *n)
{
	struct api_key *rows = ARENA_NEW(&c->arena, struct api_key, (size_t)limit);
	size_t count = 0;
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL(COLUMNS "order by created_at desc, id limit $1"), PARAMS(limit),
		&q));
	while (query_next(c, &q, &f))
		rows[count++] = read_row(c, &q);
	TRY(f);
	*out = rows;
	*n = count;
	return FAIL_NONE;
}

static enum fail insert(struct call *c, struct api_key *k, const char **text)
{
	struct policy *p = policy_of(c);
	char *hash = ARENA_NEW(&c->arena, char, MAC_HEX);

	k->id = token_id_new(c);
	k->created_at = clock_now_ms();
	k->hash = hash;
	*text = token_new(c, KEY_PREFIX, k->id);
	digest_hex(p->pepper, *text, strlen(*text), hash);
	return store_run(c, SQL("insert into api_key (id, name, role, scopes, hash, rate, "
		"created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, nullif($8, 0))"),
		PARAMS(k->id, k->name, role_word(k->role), k->scopes, k->hash, k->rate,
			k->created_at, k->expires_at), NULL);
}

enum fail api_key_create(struct call *c, struct api_key *k, const char **text)
{
	enum fail f;

	TRY(check(c, k));
	TRY(store_open(c));
	TRY(policy_secrets(c, true));
	f = insert(c, k, text);
	if (f == FAIL_CONFLICT) {
		fail_forget(c);
		return fail(c, f, "there is an API key called %s: revoke or rotate it, or choose "
			"another name", k->name);
	}
	return f;
}

/* The old row goes first: two keys in use cannot share a name. */
static enum fail replace(struct call *c, struct api_key *old, struct api_key *k, int64_t until,
	const char **text)
{
	TRY(store_run(c, SQL("update api_key set expires_at = $1, replaced_by = 'next'"
		" where id = $2"), PARAMS(until, old->id), NULL));
	TRY(insert(c, k, text));
	old->expires_at = until;
	old->replaced_by = k->id;
	return store_run(c, SQL("update api_key set replaced_by = $1 where id = $2"),
		PARAMS(k->id, old->id), NULL);
}

enum fail api_key_rotate(struct call *c, const char *name, int64_t overlap_ms, struct api_key *old,
	struct api_key *k, const char **text)
{
	int64_t now = clock_now_ms(), until = now + overlap_ms;

	TRY(store_open(c));
	TRY(policy_secrets(c, true));
	TRY(api_key_find(c, name, old));
	if (old->replaced_by || !api_key_valid(old, now))
		return fail(c, FAIL_CONFLICT, "the API key %s is %s: only one in use can be "
			"rotated", name, api_key_state(old, now));
	if (old->expires_at && old->expires_at < until)
		until = old->expires_at;
	*k = (struct api_key){.name = old->name, .role = old->role, .scopes = old->scopes,
		.rate = old->rate};
	TRY(store_begin(c));
	TRY(store_end(c, replace(c, old, k, until, text)));
	known_forget(policy_of(c));
	return FAIL_NONE;
}

enum fail api_key_revoke(struct call *c, const char *name, struct api_key *out)
{
	struct api_key k;

	TRY(store_open(c));
	TRY(api_key_find(c, name, &k));
	if (k.revoked_at)
		return fail(c, FAIL_CONFLICT, "the API key %s is revoked already", name);
	k.revoked_at = clock_now_ms();
	TRY(store_run(c, SQL("update api_key set revoked_at = $1 where id = $2"),
		PARAMS(k.revoked_at, k.id), NULL));
	known_forget(policy_of(c));
	*out = k;
	return FAIL_NONE;
}
