/* Callbacks: the outbox of what tasks tell the addresses that their callers named. */
#include "lib/model/callback.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/model/counter.h"
#include "lib/model/task_result.h"
#include "lib/net/guard.h"
#include "lib/store/store.h"

/* After so many failures in a row an origin is left alone: half a minute, doubling to an hour. */
#define CIRCUIT_FAILURES 5
#define CIRCUIT_FIRST_MS 30000
#define CIRCUIT_LONGEST_MS 3600000
/* Far sides may ask for a day at most. */
#define PATIENCE_MS (24 * 3600000LL)

/* Adds N to what waits for ORIGIN. */
static enum fail count_pending(struct call *c, const char *origin, int64_t n)
{
	TRY(store_run(c, SQL("insert into callback_origin (origin, pending) values ($1, $2)"
		" on conflict (origin) do update set pending = callback_origin.pending +"
		" excluded.pending"), PARAMS(origin, n), NULL));
	return counter_add(c, "callback_pending", n);
}

static enum fail is_gone(struct call *c, const char *url, bool *gone)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select 1 from callback_gone where url = $1"), PARAMS(url), &q));
	*gone = query_next(c, &q, &f);
	return *gone ? FAIL_NONE : f;
}

static enum fail insert(struct call *c, const struct callback *k)
{
	bool failed = !strcmp(k->state, "failed");

	TRY(store_run(c, SQL("insert into callback (id, task_id, event, url, origin, body, state,"
		" created_at, next_at, error, subscription_id)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"),
		PARAMS(k->id, k->task_id, k->event, k->url, k->origin, k->body, k->state,
			k->created_at, k->next_at, k->error, k->subscription_id), NULL));
	if (!failed)
		return count_pending(c, k->origin, 1);
	TRY(store_run(c, SQL("update callback set done_at = created_at where id = $1"),
		PARAMS(k->id), NULL));
	return counter_add(c, "callback_failed", 1);
}

enum fail callback_add(struct call *c, struct callback *k)
{
	struct guard_url parts;
	bool gone;

	k->state = "pending";
	k->created_at = k->next_at = clock_now_ms();
	TRY(guard_url(c, k->url, &parts));
	k->origin = parts.origin;
	TRY(is_gone(c, k->url, &gone));
	if (gone) {
		k->state = "failed";
		k->error = "the receiver has answered 410 Gone; `trae callback redeliver` with this "
			"id tries it again";
	}
	return insert(c, k);
}

enum fail callback_put(struct call *c, const char *url, const char *event, const char *task_id,
	const json_t *body)
{
	struct callback k = {.id = id_new(&c->arena), .task_id = task_id, .event = event,
		.url = url, .body = json_text(c, body, false)};

	return callback_add(c, &k);
}

static json_t *seconds_of(const struct task *t)
{
	if (!t->started_at || !t->completed_at)
		return json_null();
	return json_real((double)(t->completed_at - t->started_at) / 1000);
}

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

/* A result that is too large is had from GET /api/v1/tasks/ID. */
static void limit_body(struct call *c, json_t *body)
{
	if (strlen(json_text(c, body, false)) <= CALLBACK_BODY_BYTES)
		return;
	json_object_set_new(body, "result", json_null());
	json_object_set_new(body, "result_omitted", json_true());
}

static enum fail body_of(struct call *c, const struct task *t, const char *event, json_t **out)
{
	json_t *body = json_keep(c, json_object()), *result, *usage = task_usage(c, t);

	TRY(task_result(c, t, &result));

	json_object_set_new(body, "event", json_string(event));
	json_object_set_new(body, "timestamp", json_string(clock_text(&c->arena, clock_now_ms())));
	json_object_set_new(body, "task_id", json_string(t->id));
	json_object_set_new(body, "status", json_string(task_status(t->state)));
	json_object_set_new(body, "result", result ? json_incref(result) : json_null());
	json_object_set_new(body, "error", json_lossy(c, t->error_text));
	json_object_set_new(body, "execution_time_seconds", seconds_of(t));
	json_object_set_new(body, "resource_usage", usage ? json_incref(usage) : json_null());
	if (!strcmp(event, "task.progress")) {
		json_t *progress = json_object();

		json_object_set_new(progress, "current_stage", text_or_null(t->stage));
		json_object_set_new(progress, "completion_percent", json_real(t->progress * 100));
		json_object_set_new(body, "progress", progress);
	}
	limit_body(c, body);
	*out = body;
	return FAIL_NONE;
}

/* Progress that nobody was told yet is out of date now. */
static enum fail drop_progress(struct call *c, const struct task *t)
{
	struct guard_url parts;
	int64_t dropped;

	TRY(store_run(c, SQL("delete from callback where task_id = $1 and event = 'task.progress'"
		" and state = 'pending' and attempt = 0"), PARAMS(t->id), &dropped));
	if (!dropped)
		return FAIL_NONE;
	TRY(guard_url(c, t->callback_url, &parts));
	return count_pending(c, parts.origin, -dropped);
}

enum fail callback_enqueue(struct call *c, const struct task *t, const char *event)
{
	json_t *body;

	if (!t->callback_url)
		return FAIL_NONE;
	if (!strcmp(event, "task.progress"))
		TRY(drop_progress(c, t));
	TRY(body_of(c, t, event, &body));
	return callback_put(c, t->callback_url, event, t->id, body);
}

enum fail callback_claim(struct call *c, struct callback *k, int64_t now_ms, int64_t lease_ms,
	bool *claimed)
{
	int64_t rows;

	TRY(store_run(c, SQL("update callback set attempt = attempt + 1, sent_at = $1, next_at = $2"
		" where id = $3 and attempt = $4 and next_at = $5 and state = 'pending'"),
		PARAMS(now_ms, now_ms + lease_ms, k->id, k->attempt, k->next_at), &rows));
	*claimed = rows == 1;
	if (!*claimed)
		return FAIL_NONE;
	k->attempt++;
	k->sent_at = now_ms;
	k->next_at = now_ms + lease_ms;
	return store_run(c, SQL("update callback_origin set served_at = $1 where origin = $2"),
		PARAMS(now_ms, k->origin), NULL);
}

int64_t callback_wait_ms(int64_t attempt, uint32_t random)
{
	static const int64_t waits_s[CALLBACK_ATTEMPTS - 1] = {5, 5 * 60, 30 * 60, 2 * 3600,
		5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600};
	int64_t ms;

	if (attempt < 1 || attempt >= CALLBACK_ATTEMPTS)
		return -1;
	ms = waits_s[attempt - 1] * 1000;
	return ms + ms * (int64_t)(random % 1001) / 5000;
}

/* Counts a failure of ORIGIN in a row; from the fifth on its circuit opens. */
static enum fail count_failure(struct call *c, const char *origin, int64_t now)
{
	int64_t failures = 0, wait_ms = CIRCUIT_FIRST_MS;
	enum fail f;

	{
		QUERY_AUTO q;

		TRY(query_start(c, SQL("update callback_origin set failures = failures + 1"
			" where origin = $1 returning failures"), PARAMS(origin), &q));
		while (query_next(c, &q, &f))
			failures = query_int(&q, 0);
		TRY(f);
	}
	if (failures < CIRCUIT_FAILURES)
		return FAIL_NONE;
	for (int64_t i = CIRCUIT_FAILURES; i < failures && wait_ms < CIRCUIT_LONGEST_MS; i++)
		wait_ms *= 2;
	if (wait_ms > CIRCUIT_LONGEST_MS)
		wait_ms = CIRCUIT_LONGEST_MS;
	return store_run(c, SQL("update callback_origin set open_until = $1 where origin = $2"),
		PARAMS(now + wait_ms, origin), NULL);
}

static enum fail close_circuit(struct call *c, const char *origin)
{
	return store_run(c, SQL("update callback_origin set failures = 0, open_until = 0"
		" where origin = $1 and failures > 0"), PARAMS(origin), NULL);
}

/* Ends K in STATE; nothing when the present attempt is another one. */
static enum fail settle(struct call *c, const struct callback *k, const char *state,
	const struct callback_result *r, int64_t now)
{
	int64_t rows;

	TRY(store_run(c, SQL("update callback set state = $1, done_at = $2, http_status = $3,"
		" response_ms = $4, error = $5 where id = $6 and attempt = $7"
		" and state = 'pending'"), PARAMS(state, now, r->http_status, r->response_ms,
			r->error, k->id, k->attempt), &rows));
	if (!rows)
		return FAIL_NONE;
	TRY(count_pending(c, k->origin, -1));
	return counter_add(c, *state == 'd' ? "callback_delivered" : "callback_failed", 1);
}

static enum fail put_off(struct call *c, const struct callback *k, const struct callback_result *r,
	int64_t now)
{
	uint32_t random;
	int64_t wait_ms;

	random_bytes(&random, sizeof random);
	wait_ms = callback_wait_ms(k->attempt - k->first_attempt, random);
	if (wait_ms < 0)
		return settle(c, k, "failed", r, now);
	if (r->wait_ms > wait_ms)
		wait_ms = r->wait_ms < PATIENCE_MS ? r->wait_ms : PATIENCE_MS;
	return store_run(c, SQL("update callback set next_at = $1, http_status = $2,"
		" response_ms = $3, error = $4 where id = $5 and attempt = $6"
		" and state = 'pending'"), PARAMS(now + wait_ms, r->http_status, r->response_ms,
			r->error, k->id, k->attempt), NULL);
}

/* Nothing more goes to the URL of K. */
static enum fail disable(struct call *c, const struct callback *k, const struct callback_result *r,
	int64_t now)
{
	int64_t rows;

	TRY(settle(c, k, "failed", r, now));
	TRY(store_run(c, SQL("insert into callback_gone (url, since) values ($1, $2)"
		" on conflict (url) do update set since = excluded.since"), PARAMS(k->url, now),
		NULL));
	TRY(store_run(c, SQL("update callback set state = 'failed', done_at = $1, error = $2"
		" where origin = $3 and url = $4 and state = 'pending'"),
		PARAMS(now, r->error, k->origin, k->url), &rows));
	if (!rows)
		return FAIL_NONE;
	TRY(count_pending(c, k->origin, -rows));
	return counter_add(c, "callback_failed", rows);
}

enum fail callback_finish(struct call *c, const struct callback *k,
	const struct callback_result *r)
{
	int64_t now = clock_now_ms();

	switch (r->outcome) {
	case CALLBACK_DELIVERED:
		TRY(close_circuit(c, k->origin));
		return settle(c, k, "delivered", r, now);
	case CALLBACK_RETRY:
		TRY(count_failure(c, k->origin, now));
		return put_off(c, k, r, now);
	case CALLBACK_REFUSED:
		return settle(c, k, "failed", r, now);
	case CALLBACK_GONE:
		return disable(c, k, r, now);
	case CALLBACK_RELEASED:
		break;
	}
	return store_run(c, SQL("update callback set next_at = $1,"
		" first_attempt = first_attempt + 1 where id = $2 and attempt = $3"
		" and state = 'pending'"),
		PARAMS(now, k->id, k->attempt), NULL);
}
