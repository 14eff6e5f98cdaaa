/* Clients: programs that ask the owner to be let in. */
#include <sodium.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/policy/oauth.h"
#include "lib/policy/state.h"
#include "lib/store/store.h"
#include "lib/text/utf8.h"

#define UNGRANTED_MAX 500
#define UNGRANTED_MS (24 * INT64_C(3600000))

enum fail oauth_fail(struct call *c, enum fail f, const char *error, const char *why)
{
	c->error = error;
	return fail(c, f, "%s", why);
}

/* All that nobody known asks for comes from one allowance. */
static enum fail take(struct call *c, const char *what)
{
	const struct caller anybody = {.id = what, .rate = 20};
	const struct rate *rate = c->rate;
	enum fail f = rate_take(c, &anybody, clock_boot_ms());

	c->rate = rate;
	if (f == FAIL_NONE)
		return f;
	fail_forget(c);
	return fail(c, f, "%s: more than 20 in a minute or 4 in ten seconds; try again later", what);
}

enum fail oauth_client_may_fetch(struct call *c)
{
	return take(c, "reading client metadata");
}

static enum fail check(struct call *c, struct oauth_client *k)
{
	size_t n = 0;

	k->name = utf8_plain(&c->arena, k->name, strlen(k->name), false);
	if (!*k->name || utf8_count(k->name, strlen(k->name)) > OAUTH_NAME_CHARS)
		return oauth_fail(c, FAIL_INPUT, "invalid_client_metadata",
			"client_name has 1 to 100 characters");
	while (k->redirects[n])
		TRY(oauth_redirect_check(c, k->redirects[n++]));
	if (!n || n > OAUTH_REDIRECTS)
		return oauth_fail(c, FAIL_INPUT, "invalid_redirect_uri",
			"redirect_uris has 1 to 20 elements");
	return FAIL_NONE;
}

static json_t *list_json(const char *const *texts)
{
	json_t *list = json_array();

	for (; *texts; texts++)
		json_array_append_new(list, json_string(*texts));
	return list;
}

static enum fail put(struct call *c, const struct oauth_client *k)
{
	const char *redirects = json_text(c, json_keep(c, list_json(k->redirects)), false);

	return store_run(c, SQL("insert into oauth_client (id, name, redirects, auth, secret_hash,"
		" created_at, fetched_at) values ($1, $2, $3, $4, $5, $6, nullif($7, 0))"
		" on conflict (id) do update set name = excluded.name,"
		" redirects = excluded.redirects, fetched_at = excluded.fetched_at"),
		PARAMS(k->id, k->name, redirects, k->auth, k->secret_hash, k->created_at,
			k->fetched_at), NULL);
}

/* Anybody may register: of those whom the owner granted nothing the newest are kept. */
static enum fail make_room(struct call *c)
{
	TRY(store_run(c, SQL("delete from oauth_client where created_at < $1 and not exists"
		" (select 1 from oauth_grant g where g.client = oauth_client.id)"),
		PARAMS(clock_now_ms() - UNGRANTED_MS), NULL));
	return store_run(c, SQL("delete from oauth_client where id in (select k.id from oauth_client k"
		" where not exists (select 1 from oauth_grant g where g.client = k.id)"
		" order by k.created_at desc, k.id limit 1000000 offset $1)"),
		PARAMS(UNGRANTED_MAX - 1), NULL);
}

static enum fail add(struct call *c, const struct oauth_client *k)
{
	TRY(make_room(c));
	return put(c, k);
}

enum fail oauth_register(struct call *c, struct oauth_client *k, const char **secret)
{
	const char *text = NULL;
	char *hash = ARENA_NEW(&c->arena, char, MAC_HEX);

	TRY(check(c, k));
	TRY(take(c, "registration"));
	TRY(store_open(c));
	TRY(policy_secrets(c, true));
	k->id = token_id_new(c);
	k->created_at = clock_now_ms();
	k->fetched_at = 0;
	if (strcmp(k->auth, "none")) {
		text = token_new(c, CLIENT_PREFIX, k->id);
		digest_hex(policy_of(c)->pepper, text, strlen(text), hash);
		k->secret_hash = hash;
	}
	TRY(store_begin(c));
	TRY(store_end(c, add(c, k)));
	*secret = text;
	return FAIL_NONE;
}

enum fail oauth_client_keep(struct call *c, struct oauth_client *k)
{
	TRY(check(c, k));
	TRY(store_open(c));
	k->created_at = k->fetched_at = clock_now_ms();
	TRY(store_begin(c));
	return store_end(c, add(c, k));
}

static enum fail read_redirects(struct call *c, const char *text, const char *const **out)
{
	const char **list;
	json_t *j = NULL;
	size_t n;

	TRY(json_parse(c, text, strlen(text), &j));
	json_keep(c, j);
	n = json_array_size(j);
	list = ARENA_NEW(&c->arena, const char *, n + 1);
	for (size_t i = 0; i < n; i++)
		list[i] = json_string_value(json_array_get(j, i));
	*out = list;
	return FAIL_NONE;
}

#define COLUMNS                                                                                    \
	"select id, name, redirects, auth, secret_hash, created_at, fetched_at from oauth_client "

static enum fail read_row(struct call *c, struct query *q, struct oauth_client *out)
{
	*out = (struct oauth_client){
		.id = query_text(c, q, 0),
		.name = query_text(c, q, 1),
		.auth = query_text(c, q, 3),
		.secret_hash = query_text(c, q, 4),
		.created_at = query_int(q, 5),
		.fetched_at = query_int(q, 6),
	};
	return read_redirects(c, query_text(c, q, 2), &out->redirects);
}

enum fail oauth_client_find(struct call *c, const char *id, struct oauth_client *out)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(store_open(c));
	TRY(query_start(c, SQL(COLUMNS "where id = $1"), PARAMS(id), &q));
	if (query_next(c, &q, &f))
		return read_row(c, &q, out);
	TRY(f);
	return fail(c, FAIL_MISSING, "no client has this client_id");
}

enum fail oauth_client_list(struct call *c, int limit, struct oauth_client **out, size_t *n)
{
	struct oauth_client *rows = ARENA_NEW(&c->arena, struct oauth_client, (size_t)limit);
	size_t count = 0;
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL(COLUMNS "where not exists (select 1 from oauth_grant g"
		" where g.client = oauth_client.id) order by created_at desc, id limit $1"),
		PARAMS(limit), &q));
	while (query_next(c, &q, &f))
		TRY(read_row(c, &q, &rows[count++]));
	TRY(f);
	*out = rows;
	*n = count;
	return FAIL_NONE;
}

enum fail oauth_client_prove(struct call *c, const char *id, const char *secret,
	struct oauth_client *out)
{
	struct oauth_client k;
	char given[MAC_HEX] = "";
	enum fail f;

	secret = secret && *secret ? secret : NULL;
	TRY(store_open(c));
	TRY(policy_secrets(c, true));
	f = oauth_client_find(c, id, &k);
	if (f == FAIL_MISSING) {
		fail_forget(c);
		return oauth_fail(c, FAIL_AUTH, "invalid_client", "the client is not known: register");
	}
	TRY(f);
	if (secret)
		digest_hex(policy_of(c)->pepper, secret, strlen(secret), given);
	if (!secret != !k.secret_hash || (secret && sodium_memcmp(given, k.secret_hash, MAC_HEX)))
		return oauth_fail(c, FAIL_AUTH, "invalid_client", "the client's secret is not right");
	*out = k;
	return FAIL_NONE;
}
