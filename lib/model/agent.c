/* Agents: their rows, what they may take, and what they did. */
#include "lib/model/event.h"
#include "lib/model/agent.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/os/file.h"
#include "lib/os/lock.h"
#include "lib/store/store.h"

#define HOUR_MS 3600000
#define AGENTS_MAX 32

static size_t agent_count(void)
{
	size_t n = 0;

	while (agent_table[n])
		n++;
	return n;
}

enum fail agent_find(struct call *c, const char *name, const struct agent **out)
{
	const char *names[AGENTS_MAX], *near;
	size_t n = 0;

	for (; agent_table[n] && n < AGENTS_MAX; n++) {
		names[n] = agent_table[n]->name;
		if (!strcmp(name, agent_table[n]->name) || !strcmp(name, agent_table[n]->class)) {
			*out = agent_table[n];
			return FAIL_NONE;
		}
	}
	near = field_nearest(name, names, n);
	return fail(c, FAIL_MISSING, "no agent %s%s%s%s; trae agent list shows them", name,
		near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

const char *agent_for_operation(const char *operation)
{
	for (size_t i = 0; agent_table[i]; i++)
		for (const char *const *p = agent_table[i]->operations; *p; p++)
			if (!strcmp(*p, operation))
				return agent_table[i]->name;
	return NULL;
}

static enum fail register_all(struct call *c)
{
	for (size_t i = 0; agent_table[i]; i++)
		TRY(store_run(c, SQL("insert into agent (name, max_running) values ($1, $2)"
			" on conflict (name) do nothing"),
			PARAMS(agent_table[i]->name, agent_table[i]->max_running), NULL));
	return FAIL_NONE;
}

enum fail agent_register(struct call *c)
{
	int64_t known = 0;

	{
		QUERY_AUTO q;
		enum fail f;

		TRY(query_start(c, SQL("select count(*) from agent"), NO_PARAMS, &q));
		if (query_next(c, &q, &f))
			known = query_int(&q, 0);
		TRY(f);
	}
	if (known >= (int64_t)agent_count())
		return FAIL_NONE;
	if (store_in_transaction(c))
		return register_all(c);
	TRY(store_begin(c));
	return store_end(c, register_all(c));
}

enum fail agent_note(struct call *c, const char *agent, const char *action, const char *detail)
{
	return store_run(c, SQL("insert into agent_log (seq, agent, logged_at, action, detail)"
		" select coalesce(max(seq), 0) + 1, $1, $2, $3, $4 from agent_log"),
		PARAMS(agent, clock_now_ms(), action, detail), NULL);
}

/* Pauses the draining agents (or the one called NAME) that run nothing any more. *PAUSED is how
 * many. */
static enum fail settle(struct call *c, const char *name, size_t *paused)
{
	const char *names[AGENTS_MAX];
	size_t n = 0;

	{
		QUERY_AUTO q;
		enum fail f;

		TRY(query_start(c, SQL("update agent set state = 'paused' where state = 'draining'"
			" and (cast($1 as text) is null or name = $1) and not exists"
			" (select 1 from task where task.agent = agent.name"
			" and task.state = 'running') returning name"),
			PARAMS(name), &q));
		while (query_next(c, &q, &f))
			if (n < AGENTS_MAX)
				names[n++] = query_text(c, &q, 0);
		TRY(f);
	}
	for (size_t i = 0; i < n; i++)
		TRY(agent_note(c, names[i], "drained", NULL));
	*paused = n;
	return FAIL_NONE;
}

static enum fail beat(struct call *c)
{
	size_t paused;

	TRY(store_run(c, SQL("update agent set heartbeat_at = $1"), PARAMS(clock_now_ms()), NULL));
	/* The last task of a draining agent may have died with its worker. */
	return settle(c, NULL, &paused);
}

enum fail agent_beat(struct call *c, int64_t *last_boot_ms)
{
	int64_t now = clock_boot_ms();

	if (*last_boot_ms && now - *last_boot_ms < AGENT_BEAT_EVERY_MS)
		return FAIL_NONE;
	TRY(store_begin(c));
	TRY(store_end(c, beat(c)));
	*last_boot_ms = now;
	return FAIL_NONE;
}

static enum fail round_is_due(struct call *c, const char *name, int64_t at, int64_t since,
	bool *due)
{
	QUERY_AUTO q;
	enum fail f;

	/* A round in the future is one of a clock that was set back since. */
	TRY(query_start(c, SQL("select 1 from agent where name = $1 and (round_at is null"
		" or round_at <= $2 or round_at > $3)"), PARAMS(name, since, at), &q));
	*due = query_next(c, &q, &f);
	return f;
}

enum fail agent_round(struct call *c, const struct agent *agent, bool now, const char **done)
{
	int64_t every_s, at = clock_now_ms(), since, mine;
	bool due;

	TRY(agent_register(c));
	TRY(agent->round_s(c, &every_s));
	since = now ? at : at - every_s * 1000;
	*done = NULL;
	TRY(round_is_due(c, agent->name, at, since, &due));
	if (!due)
		return FAIL_NONE;
	TRY(store_run(c, SQL("update agent set round_at = $1 where name = $2 and (round_at is null"
		" or round_at <= $3 or round_at > $1)"), PARAMS(at, agent->name, since), &mine));
	return mine ? agent->round(c, done) : FAIL_NONE;
}

static struct agent_state *find_state(struct agent_state *states, size_t n, const char *name)
{
	for (size_t i = 0; name && i < n; i++)
		if (!strcmp(states[i].agent->name, name))
			return &states[i];
	return NULL;
}

static enum fail read_rows(struct call *c, struct agent_state *states, size_t n)
{
	bool workers = worker_present(c);
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select name, state, max_running, heartbeat_at, tasks_completed,"
		" errors from agent"), NO_PARAMS, &q));
	while (query_next(c, &q, &f)) {
		struct agent_state *s = find_state(states, n, query_text(c, &q, 0));

		if (!s) /* an agent that this program no longer has */
			continue;
		s->state = query_text(c, &q, 1);
		s->max_running = query_int(&q, 2);
		s->heartbeat_at = query_int(&q, 3);
		s->alive = workers && clock_now_ms() - s->heartbeat_at < AGENT_BEAT_LATE_MS;
		s->tasks_completed = query_int(&q, 4);
		s->errors = query_int(&q, 5);
	}
	return f;
}

static enum fail read_day(struct call *c, struct agent_state *states, size_t n)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select agent, sum(completed), sum(failed), sum(run_ms)"
		" from agent_hour where hour_at > $1 group by agent"),
		PARAMS(clock_now_ms() - 24 * (int64_t)HOUR_MS), &q));
	while (query_next(c, &q, &f)) {
		struct agent_state *s = find_state(states, n, query_text(c, &q, 0));

		if (!s)
			continue;
		s->day_completed = query_int(&q, 1);
		s->day_failed = query_int(&q, 2);
		s->day_run_ms = query_int(&q, 3);
	}
	return f;
}

static enum fail read_running(struct call *c, struct agent_state *states, size_t n)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select agent, count(*) from task where state = 'running'"
		" group by agent"), NO_PARAMS, &q));
	while (query_next(c, &q, &f)) {
		struct agent_state *s = find_state(states, n, query_text(c, &q, 0));

		if (s)
			s->running = query_int(&q, 1);
	}
	return f;
}

enum fail agent_states(struct call *c, struct agent_state **out, size_t *n)
{
	size_t count = agent_count();
	struct agent_state *states = ARENA_NEW(&c->arena, struct agent_state, count);

	for (size_t i = 0; i < count; i++)
		states[i] = (struct agent_state){.agent = agent_table[i], .state = "active",
			.max_running = agent_table[i]->max_running};
	TRY(read_rows(c, states, count));
	TRY(read_day(c, states, count));
	TRY(read_running(c, states, count));
	*out = states;
	*n = count;
	return FAIL_NONE;
}

enum fail agent_state_of(struct call *c, const char *name, struct agent_state *out)
{
	const struct agent *agent;
	struct agent_state *states;
	size_t n;

	TRY(agent_find(c, name, &agent));
	TRY(agent_states(c, &states, &n));
	*out = *find_state(states, n, agent->name);
	return FAIL_NONE;
}

double agent_score(const struct agent_state *s)
{
	int64_t ended = s->day_completed + s->day_failed;

	if (!s->alive)
		return 0;
	return ended ? (double)s->day_completed / (double)ended : 1;
}

const char *agent_status_word(const struct agent_state *s)
{
	return !strcmp(s->state, "active") && !s->alive ? "stopped" : s->state;
}

static enum fail set_state(struct call *c, const char *name, const char *state, const char **now)
{
	int64_t changes;
	size_t paused;

	TRY(register_all(c));
	TRY(store_run(c, SQL("update agent set state = $1 where name = $2 and state <> $1"),
		PARAMS(state, name), &changes));
	if (changes)
		TRY(agent_note(c, name, state, NULL));
	TRY(settle(c, name, &paused));
	*now = paused ? "paused" : state;
	return changes ? event_of_agent(c, name, *now) : FAIL_NONE;
}

enum fail agent_set_state(struct call *c, const char *name, const char *state, const char **now)
{
	const struct agent *agent;

	TRY(agent_find(c, name, &agent));
	TRY(store_begin(c));
	return store_end(c, set_state(c, agent->name, state, now));
}

enum fail agent_set_limit(struct call *c, const char *name, int64_t max_running)
{
	TRY(register_all(c));
	return store_run(c, SQL("update agent set max_running = $1 where name = $2"
		" and max_running <> $1"), PARAMS(max_running, name), NULL);
}

enum fail agent_task_ended(struct call *c, const char *agent, const char *task_id, enum fail ended,
	int64_t run_ms)
{
	int64_t good = ended == FAIL_NONE, bad = !good && ended != FAIL_INTERRUPTED;
	size_t paused;

	if (good || bad) {
		TRY(store_run(c, SQL("update agent set tasks_completed = tasks_completed + $1,"
			" errors = errors + $2 where name = $3"), PARAMS(good, bad, agent), NULL));
		TRY(store_run(c, SQL("insert into agent_hour (agent, hour_at, completed, failed,"
			" run_ms) values ($1, $2, $3, $4, $5) on conflict (agent, hour_at) do update"
			" set completed = agent_hour.completed + excluded.completed,"
			" failed = agent_hour.failed + excluded.failed,"
			" run_ms = agent_hour.run_ms + excluded.run_ms"),
			PARAMS(agent, clock_now_ms() / HOUR_MS * HOUR_MS, good, bad, run_ms), NULL));
	}
	if (bad)
		TRY(agent_note(c, agent, "task failed", arena_printf(&c->arena, "%s %s", task_id,
			fail_kind(ended)->word)));
	return settle(c, agent, &paused);
}

enum fail agent_log(struct call *c, const char *agent, int limit, struct agent_line **out,
	size_t *n)
{
	struct agent_line *lines = ARENA_NEW(&c->arena, struct agent_line, (size_t)limit);
	size_t count = 0;
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select agent, logged_at, action, detail from agent_log"
		" where cast($1 as text) is null or agent = $1 order by seq desc limit $2"),
		PARAMS(agent, limit), &q));
	while (query_next(c, &q, &f))
		lines[count++] = (struct agent_line){.agent = query_text(c, &q, 0),
			.at = query_int(&q, 1), .action = query_text(c, &q, 2),
			.detail = query_text(c, &q, 3)};
	TRY(f);
	*out = lines;
	*n = count;
	return FAIL_NONE;
}

enum fail agent_prune(struct call *c, int64_t before)
{
	TRY(store_run(c, SQL("delete from agent_log where logged_at < $1"), PARAMS(before), NULL));
	return store_run(c, SQL("delete from agent_hour where hour_at < $1"), PARAMS(before), NULL);
}

static enum fail workers_path(struct call *c, const char **out)
{
	return path_absolute(c, arena_printf(&c->arena, "%s/run/workers.lock",
		path_dir(c, store_path(c))), out);
}

enum fail worker_announce(struct call *c, int *lock)
{
	const char *path;

	TRY(workers_path(c, &path));
	TRY(dir_make(c, path_dir(c, path)));
	return presence_take(c, path, lock);
}

bool worker_present(struct call *c)
{
	const char *path;

	if (workers_path(c, &path) == FAIL_NONE)
		return presence_held(path);
	fail_forget(c);
	return false;
}
