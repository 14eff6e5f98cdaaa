/* Tasks taken from the queue, held by a lease, and ended. */
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/model/agent.h"
#include "lib/model/callback.h"
#include "lib/model/task_row.h"
#include "lib/os/boot.h"
#include "lib/os/file.h"
#include "lib/os/lock.h"

#define DELAY_MAX_MS (30 * 60 * 1000)

enum fail task_owner_take(struct call *c, const char *name, int64_t lease_ms,
	struct task_owner *out)
{
	struct task_owner owner = {.lease_ms = lease_ms, .lock = -1};
	const char *folder;

	TRY(boot_id(c, &owner.boot_id));
	TRY(task_lock_folder(c, &folder));
	owner.lock_path = arena_printf(&c->arena, "%s/%s-%s.lock", folder, name, id_new(&c->arena));
	TRY(lock_take(c, owner.lock_path, true, 0, &owner.lock));
	*out = owner;
	return FAIL_NONE;
}

void task_owner_release(struct task_owner *owner)
{
	if (owner->lock >= 0)
		unlink(owner->lock_path);
	file_close(&owner->lock);
}

enum fail task_heartbeat(struct call *c, const struct task_owner *owner)
{
	return store_run(c, SQL("update task set lease_boot_ms = $1"
		" where state = 'running' and lease_owner = $2"),
		PARAMS(clock_boot_ms() + owner->lease_ms, owner->lock_path), NULL);
}

/* A pending task, and how many of its agent's may be claimed. */
struct candidate {
	const char *id, *agent;
	int64_t room;
	struct candidate *next;
};

/* The first MOST of every agent that takes work, the most urgent first: for each agent one look
 * into an index, however many tasks wait for agents that take none. */
static enum fail find_candidates(struct call *c, const char *resource, size_t most,
	struct candidate **out)
{
	struct candidate **last = out;
	QUERY_AUTO q;
	enum fail f;

	*out = NULL;
	TRY(query_start(c, SQL("select t.id, t.agent, lane.room from (select '' as name,"
		" cast($2 as bigint) as room union all select a.name, a.max_running - (select"
		" count(*) from task r where r.state = 'running' and r.agent = a.name)"
		" from agent a where a.state = 'active') lane"
		" join task t on t.id in (select w.id from task w where w.state = 'pending'"
		" and w.resource = $1 and w.agent = lane.name"
		" order by w.priority, w.created_at, w.id limit $2) where lane.room > 0"
		" order by t.priority, t.created_at, t.id"), PARAMS(resource, most), &q));
	for (; query_next(c, &q, &f); last = &(*last)->next) {
		*last = ARENA_NEW(&c->arena, struct candidate, 1);
		**last = (struct candidate){query_text(c, &q, 0), query_text(c, &q, 1),
			query_int(&q, 2), NULL};
	}
	return f;
}

static enum fail take(struct call *c, const struct task_owner *owner, const char *id,
	struct task *out)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("update task set state = 'running', attempt = attempt + 1,"
		" started_at = $1, progress = 0, stage = null, error_word = null,"
		" error_text = null, lease_owner = $2, lease_boot_id = $3, lease_boot_ms = $4"
		" where id = $5 and state = 'pending' returning" TASK_COLUMNS),
		PARAMS(clock_now_ms(), owner->lock_path, owner->boot_id,
			clock_boot_ms() + owner->lease_ms, id), &q));
	if (!query_next(c, &q, &f))
		return f ? f : fail(c, FAIL_BUG, "task %s is not pending in the transaction that "
			"found it so", id);
	*out = task_read(c, &q);
	query_end(&q);
	return task_moved(c, "pending", out, "started", NULL);
}

static int64_t taken_for(const struct task *tasks, size_t n, const char *agent)
{
	int64_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += !strcmp(tasks[i].agent, agent);
	return count;
}

static enum fail take_some(struct call *c, const struct task_owner *owner, const char *resource,
	size_t most, struct task *out, size_t *n)
{
	struct candidate *at;

	TRY(find_candidates(c, resource, most, &at));
	for (; at && *n < most; at = at->next) {
		if (taken_for(out, *n, at->agent) >= at->room)
			continue;
		TRY(take(c, owner, at->id, &out[*n]));
		++*n;
	}
	return FAIL_NONE;
}

enum fail task_claim(struct call *c, const struct task_owner *owner, const char *resource,
	size_t most, struct task *out, size_t *n)
{
	size_t got = 0;

	TRY(store_begin(c));
	TRY(store_end(c, take_some(c, owner, resource, most, out, &got)));
	*n = got;
	return FAIL_NONE;
}

/* Task ID when OWNER still holds its attempt ATTEMPT; else *HELD is false. */
static enum fail find_held(struct call *c, const struct task_owner *owner, const char *id,
	int64_t attempt, struct task *t, bool *held)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select" TASK_COLUMNS "from task where id = $1 and attempt = $2"
		" and lease_owner = $3 and state = 'running'"),
		PARAMS(id, attempt, owner->lock_path), &q));
	*held = query_next(c, &q, &f);
	if (*held)
		*t = task_read(c, &q);
	return f;
}

/* How long the next attempt waits: longer each time, and a fifth more or less, so that what failed
 * together does not come back together. */
static int64_t delay_ms(const struct task *t)
{
	int64_t ms = t->retry_delay_s * 1000;
	uint16_t chance;

	for (int64_t i = 0; !strcmp(t->backoff, "exponential") && i < t->retries; i++)
		ms = ms > DELAY_MAX_MS ? ms : ms * 4;
	if (!strcmp(t->backoff, "linear"))
		ms *= t->retries + 1;
	ms = ms > DELAY_MAX_MS ? DELAY_MAX_MS : ms;
	random_bytes(&chance, sizeof chance);
	return ms * 4 / 5 + ms * 2 / 5 * chance / UINT16_MAX;
}

static enum fail end_well(struct call *c, struct task *t, const struct task_end *end)
{
	t->result = end->result;
	t->progress = 1;
	/* Before the change: its callback names them. */
	for (size_t i = 0; i < end->files_count; i++) {
		end->files[i].task_id = t->id;
		TRY(file_record(c, &end->files[i]));
	}
	return task_change(c, t, "completed", "completed", NULL);
}

static enum fail end_badly(struct call *c, struct task *t, const struct task_end *end)
{
	t->error_word = fail_kind(end->ended)->word;
	t->error_text = end->why;
	if (end->ended == FAIL_APPROVAL)
		return task_change(c, t, "approval_pending", "approval_pending", end->why);
	if (end->again && t->retries < t->max_retries) {
		t->run_at = clock_now_ms() + delay_ms(t);
		t->retries++;
		return task_change(c, t, "retrying", "failed_retry_scheduled", end->why);
	}
	if (end->again && t->max_retries)
		return task_change(c, t, "dead_letter", "moved_to_dead_letter", end->why);
	return task_change(c, t, "failed", "failed", end->why);
}

static enum fail finish(struct call *c, const struct task_owner *owner, const char *id,
	int64_t attempt, const struct task_end *end, bool *taken)
{
	struct task t;

	TRY(find_held(c, owner, id, attempt, &t, taken));
	if (!*taken)
		return task_note(c, id, "job_race", arena_printf(&c->arena,
			"the end of attempt %lld came too late", (long long)attempt));
	t.spent = end->spent;
	TRY(end->ended == FAIL_NONE ? end_well(c, &t, end) : end_badly(c, &t, end));
	if (*t.agent)
		TRY(agent_task_ended(c, t.agent, t.id, end->ended,
			clock_now_ms() - t.started_at));
	return task_tell_dependents(c, &t);
}

enum fail task_finish(struct call *c, const struct task_owner *owner, const char *id,
	int64_t attempt, const struct task_end *end, bool *taken)
{
	bool held = false;

	TRY(store_begin(c));
	TRY(store_end(c, finish(c, owner, id, attempt, end, &held)));
	*taken = held;
	return FAIL_NONE;
}

static enum fail advance(struct call *c, const struct task_owner *owner, const char *id,
	int64_t attempt, double progress, const char *stage)
{
	struct task t;
	bool held;

	TRY(find_held(c, owner, id, attempt, &t, &held));
	if (!held)
		return FAIL_NONE;
	t.progress = progress;
	t.stage = stage;
	TRY(store_run(c, SQL("update task set progress = $1, stage = $2 where id = $3"),
		PARAMS(progress, stage, id), NULL));
	return t.callback_url ? callback_enqueue(c, &t, "task.progress") : FAIL_NONE;
}

enum fail task_advance(struct call *c, const struct task_owner *owner, const char *id,
	int64_t attempt, double progress, const char *stage)
{
	TRY(store_begin(c));
	return store_end(c, advance(c, owner, id, attempt, progress, stage));
}

static enum fail give_back(struct call *c, const struct task_owner *owner, const char *id,
	int64_t attempt)
{
	struct task t;
	bool held;

	TRY(find_held(c, owner, id, attempt, &t, &held));
	t.progress = 0;
	return held ? task_change(c, &t, "pending", "given_back", NULL) : FAIL_NONE;
}

enum fail task_give_back(struct call *c, const struct task_owner *owner, const char *id,
	int64_t attempt)
{
	TRY(store_begin(c));
	return store_end(c, give_back(c, owner, id, attempt));
}
