/* Schedules: tasks put on the queue again and again. */
#include "lib/work/schedule.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/model/agent.h"
#include "lib/store/store.h"
#include "lib/text/cron.h"

#define SCHEDULES_MAX 1000
/* Most tasks put at once for times that were missed. */
#define CATCH_UP_MAX 1000
/* So late a time still counts as kept. */
#define LATE_MS 60000

#define COLUMNS                                                                                    \
	"select id, name, every, operation, arguments, channel, folder, catch_up, callback_url,"   \
	" priority, created_at, next_at, last_at, paused, caller from schedule "

static struct schedule read_row(struct call *c, struct query *q)
{
	return (struct schedule){
		.id = query_text(c, q, 0),
		.name = query_text(c, q, 1),
		.every = query_text(c, q, 2),
		.operation = query_text(c, q, 3),
		.arguments = query_text(c, q, 4),
		.channel = query_text(c, q, 5),
		.folder = query_text(c, q, 6),
		.catch_up = query_text(c, q, 7),
		.callback_url = query_text(c, q, 8),
		.priority = query_int(q, 9),
		.created_at = query_int(q, 10),
		.next_at = query_int(q, 11),
		.last_at = query_int(q, 12),
		.paused = query_int(q, 13),
		.caller = query_text(c, q, 14),
	};
}

static enum fail read_every(struct call *c, const char *text, struct cron *out)
{
	if (cron_parse(text, out))
		return FAIL_NONE;
	return fail(c, FAIL_USAGE, "every: a duration such as 15m, hourly, daily, weekly, "
		"monthly or "
		"five fields of cron such as \"30 6 * * 1-5\" are needed, not \"%s\"", text);
}

enum fail schedule_add(struct call *c, const char *name, const char *every, const char *catch_up,
	const struct task_ask *ask, struct schedule *out)
{
	int64_t now = clock_now_ms(), next_at, rows;
	struct cron cron;

	TRY(read_every(c, every, &cron));
	next_at = cron_next(&cron, now);
	TRY(store_run(c, SQL("insert into schedule (id, name, every, operation, arguments, channel,"
		" folder, priority, catch_up, callback_url, created_at, next_at, caller)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
		" on conflict (name) do nothing"),
		PARAMS(id_new(&c->arena), name, every, ask->operation, ask->arguments,
			c->channel == CHANNEL_SHELL ? "shell" : "queue", ask->folder, ask->priority,
			catch_up, ask->callback_url, now, next_at, ask->caller), &rows));
	if (!rows)
		return fail(c, FAIL_CONFLICT, "there is a schedule %s already", name);
	return schedule_find(c, name, out);
}

enum fail schedule_find(struct call *c, const char *name, struct schedule *out)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL(COLUMNS "where name = $1"), PARAMS(name), &q));
	if (query_next(c, &q, &f)) {
		*out = read_row(c, &q);
		return FAIL_NONE;
	}
	TRY(f);
	return fail(c, FAIL_MISSING, "no schedule %s", name);
}

static enum fail read_all(struct call *c, struct query *q, struct schedule **out, size_t *n)
{
	struct schedule *rows = ARENA_NEW(&c->arena, struct schedule, SCHEDULES_MAX);
	size_t count = 0;
	enum fail f;

	while (query_next(c, q, &f))
		rows[count++] = read_row(c, q);
	TRY(f);
	*out = rows;
	*n = count;
	return FAIL_NONE;
}

enum fail schedule_list(struct call *c, struct schedule **out, size_t *n)
{
	QUERY_AUTO q;

	TRY(query_start(c, SQL(COLUMNS "order by name limit $1"), PARAMS(SCHEDULES_MAX), &q));
	return read_all(c, &q, out, n);
}

enum fail schedule_remove(struct call *c, const char *name)
{
	int64_t rows;

	TRY(store_run(c, SQL("delete from schedule where name = $1"), PARAMS(name), &rows));
	return rows ? FAIL_NONE : fail(c, FAIL_MISSING, "no schedule %s", name);
}

enum fail schedule_pause(struct call *c, const char *name, bool paused, struct schedule *out)
{
	struct schedule s;
	struct cron cron;

	TRY(schedule_find(c, name, &s));
	TRY(read_every(c, s.every, &cron));
	TRY(store_run(c, SQL("update schedule set paused = $1, next_at = $2 where id = $3"),
		PARAMS(paused, s.paused && !paused ? cron_next(&cron, clock_now_ms()) : s.next_at,
			s.id), NULL));
	return schedule_find(c, name, out);
}

static enum fail put_task(struct call *c, const struct schedule *s)
{
	const struct op *op = op_find(s->operation);
	const struct task_ask ask = {.operation = s->operation, .arguments = s->arguments,
		.folder = s->folder, .agent = agent_for_operation(s->operation),
		.resource = op ? op->resource : NULL, .priority = s->priority,
		.callback_url = s->callback_url, .caller = s->caller, .max_retries = -1,
			.retry_delay_s = -1,
		.metadata = json_text(c, json_keep(c, json_pack("{s:s}", "schedule", s->name)),
			false)};
	struct task t;

	c->channel = strcmp(s->channel, "shell") ? CHANNEL_QUEUE : CHANNEL_SHELL;
	return task_put(c, &ask, &t, NULL);
}

/* How many tasks the times from next_at to NOW make, and the first time behind NOW. */
static int64_t count_due(const struct schedule *s, const struct cron *cron, int64_t now,
	int64_t *next_at)
{
	bool all = !strcmp(s->catch_up, "all"), skip = !strcmp(s->catch_up, "skip");
	int64_t at = s->next_at, last = at, n = 0;

	/* Far behind, times of an interval are reckoned, not counted one by one. */
	if (cron->every_ms && now - at > cron->every_ms * CATCH_UP_MAX) {
		at += (now - at) / cron->every_ms * cron->every_ms;
		n = CATCH_UP_MAX;
	}
	for (; at <= now; at = cron_next(cron, at)) {
		last = at;
		n += n < CATCH_UP_MAX;
		if (!cron->every_ms && n == CATCH_UP_MAX) {
			at = cron_next(cron, now);
			break;
		}
	}
	*next_at = at;
	if (skip)
		return now - last < LATE_MS;
	return all ? n : n > 0;
}

static enum fail run_one(struct call *c, const struct schedule *s, const struct cron *cron,
	int64_t now)
{
	int64_t next_at, due = count_due(s, cron, now, &next_at), rows;

	TRY(store_run(c, SQL("update schedule set next_at = $1, last_at = $2"
		" where id = $3 and next_at = $4 and paused = 0"),
		PARAMS(next_at, now, s->id, s->next_at), &rows));
	for (int64_t i = 0; rows && i < due; i++)
		TRY(put_task(c, s));
	return FAIL_NONE;
}

/* After the clock was set back a schedule would rest until the old time comes again: it goes on
 * with the second time from now, so that no time is kept twice. */
static enum fail mend(struct call *c, int64_t now)
{
	struct schedule *list;
	size_t n;

	TRY(schedule_list(c, &list, &n));
	for (size_t i = 0; i < n; i++) {
		struct cron cron;
		int64_t second;

		if (!cron_parse(list[i].every, &cron) || list[i].last_at <= now)
			continue;
		second = cron_next(&cron, cron_next(&cron, now));
		if (list[i].next_at <= second)
			continue;
		TRY(store_run(c, SQL("update schedule set next_at = $1, last_at = $2"
			" where id = $3 and next_at = $4"),
			PARAMS(second, now, list[i].id, list[i].next_at), NULL));
	}
	return FAIL_NONE;
}

static enum fail find_due(struct call *c, int64_t now, struct schedule **out, size_t *n)
{
	QUERY_AUTO q;

	TRY(query_start(c, SQL(COLUMNS "where paused = 0 and next_at <= $1 order by next_at "
		"limit $2"),
		PARAMS(now, SCHEDULES_MAX), &q));
	return read_all(c, &q, out, n);
}

enum fail schedule_run(struct call *c)
{
	enum channel channel = c->channel;
	int64_t now = clock_now_ms();
	struct schedule *due;
	enum fail f = FAIL_NONE;
	size_t n;

	TRY(mend(c, now));
	TRY(find_due(c, now, &due, &n));
	for (size_t i = 0; i < n && !f; i++) {
		struct cron cron;

		TRY(read_every(c, due[i].every, &cron));
		TRY(store_begin(c));
		f = store_end(c, run_one(c, &due[i], &cron, now));
		c->channel = channel;
	}
	return f;
}
