/* Callbacks: which are due, and what people and programs see of the outbox. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/model/callback.h"
#include "lib/model/counter.h"
#include "lib/store/store.h"

/* Rows that one transaction removes, so that none holds others up for long. */
#define PRUNE_MAX 500

#define COLUMNS                                                                                    \
	"select id, task_id, event, url, origin, body, state, error, attempt, created_at,"         \
	" next_at, sent_at, done_at, http_status, response_ms, first_attempt,"  \
	" subscription_id from callback "

static struct callback read_row(struct call *c, struct query *q)
{
	return (struct callback){
		.id = query_text(c, q, 0),
		.task_id = query_text(c, q, 1),
		.event = query_text(c, q, 2),
		.url = query_text(c, q, 3),
		.origin = query_text(c, q, 4),
		.body = query_text(c, q, 5),
		.state = query_text(c, q, 6),
		.error = query_text(c, q, 7),
		.attempt = query_int(q, 8),
		.created_at = query_int(q, 9),
		.next_at = query_int(q, 10),
		.sent_at = query_int(q, 11),
		.done_at = query_int(q, 12),
		.http_status = query_int(q, 13),
		.response_ms = query_int(q, 14),
		.first_attempt = query_int(q, 15),
		.subscription_id = query_text(c, q, 16),
	};
}

struct origin {
	const char *name;
	bool failing;
};

/* Origins with something due and a closed circuit, the longest unserved first. */
static enum fail find_origins(struct call *c, int64_t now_ms, size_t max, struct origin *out,
	size_t *n)
{
	QUERY_AUTO q;
	enum fail f;

	*n = 0;
	TRY(query_start(c, SQL("select origin, failures from callback_origin where pending > 0"
		" and open_until <= $1 and exists (select 1 from callback"
		" where callback.origin = callback_origin.origin and callback.state = 'pending'"
		" and callback.next_at <= $2) order by served_at, origin limit $3"),
		PARAMS(now_ms, now_ms, max), &q));
	while (query_next(c, &q, &f))
		out[(*n)++] = (struct origin){query_text(c, &q, 0), query_int(&q, 1) > 0};
	return f;
}

static enum fail find_due(struct call *c, int64_t now_ms, const char *origin, size_t max,
	struct callback *out, size_t *n)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL(COLUMNS "where origin = $1 and state = 'pending' and next_at <= $2"
		" order by next_at, id limit $3"), PARAMS(origin, now_ms, max), &q));
	while (query_next(c, &q, &f))
		out[(*n)++] = read_row(c, &q);
	return f;
}

enum fail callback_due(struct call *c, int64_t now_ms, size_t max, size_t each,
	struct callback **out, size_t *n)
{
	struct origin *origins = ARENA_NEW(&c->arena, struct origin, max);
	struct callback *due = ARENA_NEW(&c->arena, struct callback, max);
	size_t origin_count, count = 0;

	TRY(find_origins(c, now_ms, max, origins, &origin_count));
	for (size_t i = 0; i < origin_count && count < max; i++) {
		size_t most = origins[i].failing ? 1 : each;

		TRY(find_due(c, now_ms, origins[i].name, most < max - count ? most : max - count,
			due, &count));
	}
	*out = due;
	*n = count;
	return FAIL_NONE;
}

enum fail callback_next(struct call *c, int64_t *next_at)
{
	QUERY_AUTO q;
	enum fail f;

	*next_at = 0;
	TRY(query_start(c, SQL("select min(case when d.next_at > d.open_until then d.next_at"
		" else d.open_until end) from (select callback_origin.open_until as open_until,"
		" (select min(callback.next_at) from callback"
		" where callback.origin = callback_origin.origin and callback.state = 'pending')"
		" as next_at from callback_origin where callback_origin.pending > 0) as d"),
		NO_PARAMS, &q));
	while (query_next(c, &q, &f))
		*next_at = query_int(&q, 0);
	return f;
}

enum fail callback_find(struct call *c, const char *id, struct callback *out)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL(COLUMNS "where id = $1"), PARAMS(id), &q));
	if (query_next(c, &q, &f)) {
		*out = read_row(c, &q);
		return FAIL_NONE;
	}
	TRY(f);
	return fail(c, FAIL_MISSING, "no callback %s", id);
}

enum fail callback_list(struct call *c, int limit, const char *after, const char *state,
	const char *task_id, struct callback **out, size_t *n)
{
	struct callback *rows = ARENA_NEW(&c->arena, struct callback, (size_t)limit);
	size_t count = 0;
	QUERY_AUTO q;
	enum fail f;

	if (after)
		TRY(query_start(c, SQL(COLUMNS "where (cast($1 as text) is null or state = $1)"
			" and (cast($2 as text) is null or task_id = $2) and (created_at, id) <"
			" (select created_at, id from callback where id = $3)"
			" order by created_at desc, id desc limit $4"),
			PARAMS(state, task_id, after, limit), &q));
	else
		TRY(query_start(c, SQL(COLUMNS "where (cast($1 as text) is null or state = $1)"
			" and (cast($2 as text) is null or task_id = $2)"
			" order by created_at desc, id desc limit $3"),
			PARAMS(state, task_id, limit), &q));
	while (query_next(c, &q, &f))
		rows[count++] = read_row(c, &q);
	TRY(f);
	*out = rows;
	*n = count;
	return FAIL_NONE;
}

static enum fail redeliver(struct call *c, const char *id)
{
	struct callback k;
	int64_t waits;

	TRY(callback_find(c, id, &k));
	waits = !strcmp(k.state, "pending");
	TRY(store_run(c, SQL("update callback set state = 'pending', first_attempt = attempt,"
		" next_at = $1, done_at = null where id = $2"), PARAMS(clock_now_ms(), id), NULL));
	TRY(store_run(c, SQL("delete from callback_gone where url = $1"), PARAMS(k.url), NULL));
	TRY(store_run(c, SQL("insert into callback_origin (origin, pending) values ($1, $2)"
		" on conflict (origin) do update set pending = callback_origin.pending +"
		" excluded.pending, failures = 0, open_until = 0"), PARAMS(k.origin, 1 - waits),
		NULL));
	return counter_add(c, "callback_pending", 1 - waits);
}

enum fail callback_redeliver(struct call *c, const char *id)
{
	TRY(store_begin(c));
	return store_end(c, redeliver(c, id));
}

enum fail callback_prune(struct call *c, int64_t before_ms, int64_t *removed)
{
	int64_t sum = 0, some;

	do {
		TRY(call_check(c));
		TRY(store_run(c, SQL("delete from callback where id in (select id from callback"
			" where state <> 'pending' and done_at < $1 limit $2)"),
			PARAMS(before_ms, PRUNE_MAX), &some));
		sum += some;
	} while (some);
	TRY(store_run(c, SQL("delete from callback_origin where pending = 0 and failures = 0"
		" and served_at < $1"), PARAMS(before_ms), NULL));
	*removed = sum;
	return FAIL_NONE;
}
