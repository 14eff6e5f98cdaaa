/* Idempotency: the same call under the same key is done once and answered the same. */
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/os/file.h"
#include "lib/os/lock.h"
#include "lib/policy/state.h"
#include "lib/store/store.h"

#define KEY_MS (24 * INT64_C(3600000))
#define KEY_LETTERS 255

/* A client that cannot send a key and repeats a call after it waited in vain means the same
 * call. */
#define SAME_MS INT64_C(600000)

/* Given keys and those made of the arguments never meet. */
#define GIVEN "key:"
#define MADE "same:"

struct earlier {
	const char *hash, *state, *replies, *owner;
};

static enum fail choose_key(struct call *c, struct policy_ask *a)
{
	const char *key = c->idempotency_key;

	for (const char *p = key; p && *p; p++)
		if (*p < ' ' || *p > '~' || p - key >= KEY_LETTERS)
			return fail(c, FAIL_INPUT, "an idempotency key is 1 to %d printable ASCII "
				"characters", KEY_LETTERS);
	if (key && a->secret)
		return fail(c, FAIL_USAGE, "%s answers with a secret, which is never kept: leave "
			"the idempotency key out", a->operation);
	if (key && !*key)
		return fail(c, FAIL_INPUT, "the idempotency key is empty");
	if (key)
		a->key = arena_printf(&c->arena, GIVEN "%s", key);
	else if (c->caller && (a->effect == EFFECT_SEND || a->effect == EFFECT_ACT ||
				      a->effect == EFFECT_SPEND))
		a->key = arena_printf(&c->arena, MADE "%s", a->hash);
	return FAIL_NONE;
}

static bool was_made(const struct policy_ask *a)
{
	return !strncmp(a->key, MADE, sizeof MADE - 1);
}

static enum fail find(struct call *c, const struct policy_ask *a, struct earlier *out)
{
	int64_t since = clock_now_ms() - (was_made(a) ? SAME_MS : KEY_MS);
	QUERY_AUTO q;
	enum fail f;

	*out = (struct earlier){0};
	TRY(query_start(c, SQL("select arguments_hash, state, replies, owner from idempotency"
		" where caller = $1 and operation = $2 and name = $3 and created_at > $4"),
		PARAMS(caller_id(c), a->operation, a->key, since), &q));
	if (query_next(c, &q, &f))
		*out = (struct earlier){query_text(c, &q, 0), query_text(c, &q, 1),
			query_text(c, &q, 2), query_text(c, &q, 3)};
	return f;
}

static enum fail answer_again(struct call *c, struct policy_ask *a, const struct earlier *e)
{
	json_t *replies;

	TRY(json_parse(c, e->replies, strlen(e->replies), &replies));
	a->replies = json_keep(c, replies);
	a->deduplicated = was_made(a);
	a->decision = "replayed";
	return FAIL_NONE;
}

/* What to do about an earlier call with the key. */
static enum fail judge(struct call *c, struct policy_ask *a, const struct earlier *e)
{
	if (!e->state)
		return FAIL_NONE;
	a->decision = "refused";
	if (strcmp(e->hash, a->hash))
		return fail(c, FAIL_REUSED, "this idempotency key came before with other "
			"arguments: use a new key for a new call");
	if (!strcmp(e->state, "done"))
		return answer_again(c, a, e);
	if (e->owner && lock_held(e->owner))
		return fail(c, FAIL_CONFLICT, "the call with this idempotency key still runs: ask "
			"again later");
	if (a->effect != EFFECT_WRITE)
		return fail(c, FAIL_UNKNOWN, "the call with this idempotency key was cut off: look "
			"whether it happened, then use a new key");
	/* What only writes here can be done again. */
	a->decision = "allowed";
	return FAIL_NONE;
}

static enum fail put(struct call *c, const struct policy_ask *a, const char *state,
	const char *replies, const char *owner)
{
	return store_run(c, SQL("insert into idempotency (caller, operation, name, arguments_hash,"
		" state, replies, owner, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)"
		" on conflict (caller, operation, name) do update set arguments_hash ="
		" excluded.arguments_hash, state = excluded.state, replies = excluded.replies,"
		" owner = excluded.owner, created_at = excluded.created_at"),
		PARAMS(caller_id(c), a->operation, a->key, a->hash, state, replies, owner,
			clock_now_ms()), NULL);
}

/* A call that does more than change the store is announced first, with a lock that shows whether it
 * still runs. */
static enum fail announce(struct call *c, struct policy_ask *a)
{
	const char *folder;

	TRY(path_absolute(c, arena_printf(&c->arena, "%s/run", path_dir(c, store_path(c))),
		&folder));
	TRY(dir_make(c, folder));
	a->lock_path = arena_printf(&c->arena, "%s/once-%s.lock", folder, id_new(&c->arena));
	TRY(lock_take(c, a->lock_path, true, 0, &a->lock));
	return put(c, a, "running", NULL, a->lock_path);
}

static enum fail look(struct call *c, struct policy_ask *a)
{
	struct earlier e;

	TRY(find(c, a, &e));
	TRY(judge(c, a, &e));
	return a->replies || a->atomic ? FAIL_NONE : announce(c, a);
}

enum fail once_begin(struct call *c, struct policy_ask *a)
{
	enum fail f = FAIL_NONE;

	TRY(choose_key(c, a));
	if (!a->key && !a->atomic)
		return FAIL_NONE;
	TRY(store_open(c));
	TRY(store_begin(c));
	a->opened = true;
	if (a->key)
		f = look(c, a);
	if (a->atomic && !f)
		return FAIL_NONE;
	a->opened = false;
	return store_end(c, f);
}

enum fail once_finish(struct call *c, struct policy_ask *a, enum fail f, const json_t *replies)
{
	if (!a->key || a->replies || (f && !a->lock_path))
		return FAIL_NONE;
	if (!f)
		return put(c, a, "done", json_text(c, replies, false), NULL);
	return store_run(c, SQL("delete from idempotency where caller = $1 and operation = $2"
		" and name = $3 and owner = $4"),
		PARAMS(caller_id(c), a->operation, a->key, a->lock_path), NULL);
}

void once_release(struct policy_ask *a)
{
	if (a->lock_path)
		unlink(a->lock_path);
	file_close(&a->lock);
	a->lock = -1;
}

enum fail once_prune(struct call *c)
{
	return store_run(c, SQL("delete from idempotency where created_at < $1"),
		PARAMS(clock_now_ms() - KEY_MS), NULL);
}
