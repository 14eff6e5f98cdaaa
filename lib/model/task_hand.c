/* Tasks moved by hand: cancelled, tried again, paused, resumed, pruned. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/model/callback.h"
#include "lib/model/counter.h"
#include "lib/model/task_row.h"

#define PRUNE_MAX 500

static enum fail refuse(struct call *c, const struct task *t, const char *what)
{
	return fail(c, FAIL_CONFLICT, "task %s cannot be %s: it is %s", t->id, what, t->state);
}

static enum fail cancel(struct call *c, const char *id, struct task *t)
{
	TRY(task_find(c, id, t));
	if (task_ended(t->state))
		return refuse(c, t, "cancelled");
	TRY(task_change(c, t, "cancelled", "cancelled", NULL));
	return task_tell_dependents(c, t);
}

static enum fail retry(struct call *c, const char *id, struct task *t)
{
	const char *hopeless;
	bool blocked;

	TRY(task_find(c, id, t));
	if (!strcmp(t->state, "completed") || !t->run_at ||
		!(task_ended(t->state) || !strcmp(t->state, "retrying")))
		return refuse(c, t, "tried again");
	TRY(task_look_at_needs(c, id, &blocked, &hopeless));
	if (hopeless)
		return fail(c, FAIL_CONFLICT, "task %s needs %s: try that one again first", id,
			hopeless);
	t->error_word = t->error_text = NULL;
	t->retries = 0;
	t->progress = 0;
	t->run_at = clock_now_ms();
	TRY(task_change(c, t, task_waiting_state(t, blocked), "retried", NULL));
	return task_revive_dependents(c, t);
}

static enum fail pause_one(struct call *c, const char *id, struct task *t)
{
	static const char *const waiting[] = {"pending", "scheduled", "blocked", "retrying"};

	TRY(task_find(c, id, t));
	for (size_t i = 0; i < sizeof waiting / sizeof *waiting; i++)
		if (!strcmp(t->state, waiting[i]))
			return task_change(c, t, "paused", "paused", NULL);
	return refuse(c, t, "paused");
}

static enum fail resume(struct call *c, const char *id, struct task *t)
{
	const char *hopeless;
	bool blocked;

	TRY(task_find(c, id, t));
	if (strcmp(t->state, "paused"))
		return refuse(c, t, "resumed");
	TRY(task_look_at_needs(c, id, &blocked, &hopeless));
	if (hopeless)
		return fail(c, FAIL_CONFLICT, "task %s needs %s, which did not complete", id,
			hopeless);
	return task_change(c, t, task_waiting_state(t, blocked), "resumed", NULL);
}

static enum fail by_hand(struct call *c, const char *id, struct task *out,
	enum fail (*move)(struct call *c, const char *id, struct task *t))
{
	TRY(store_begin(c));
	return store_end(c, move(c, id, out));
}

enum fail task_cancel(struct call *c, const char *id, struct task *out)
{
	return by_hand(c, id, out, cancel);
}

enum fail task_retry(struct call *c, const char *id, struct task *out)
{
	return by_hand(c, id, out, retry);
}

enum fail task_pause(struct call *c, const char *id, struct task *out)
{
	return by_hand(c, id, out, pause_one);
}

enum fail task_resume(struct call *c, const char *id, struct task *out)
{
	return by_hand(c, id, out, resume);
}

static enum fail remove_one(struct call *c, const struct task *t)
{
	TRY(store_run(c, SQL("delete from task_dependency where task_id = $1 or needs_id = $1"),
		PARAMS(t->id), NULL));
	TRY(store_run(c, SQL("delete from task_log where task_id = $1"), PARAMS(t->id), NULL));
	TRY(store_run(c, SQL("delete from effect where task_id = $1"), PARAMS(t->id), NULL));
	TRY(store_run(c, SQL("delete from task where id = $1"), PARAMS(t->id), NULL));
	return counter_add(c, arena_printf(&c->arena, "task_%s", t->state), -1);
}

/* Removes at most PRUNE_MAX tasks, so that no transaction holds others up for long. */
static enum fail remove_some(struct call *c, int64_t before, int64_t *removed)
{
	struct task *old = ARENA_NEW(&c->arena, struct task, PRUNE_MAX);
	QUERY_AUTO q;
	enum fail f;

	*removed = 0;
	TRY(query_start(c, SQL("select" TASK_COLUMNS "from task where completed_at < $1 and not "
		"exists"
		" (select 1 from task_dependency d join task w on w.id = d.task_id"
		" where d.needs_id = task.id and w.completed_at is null) limit $2"),
		PARAMS(before, PRUNE_MAX), &q));
	while (query_next(c, &q, &f))
		old[(*removed)++] = task_read(c, &q);
	TRY(f);
	for (int64_t i = 0; i < *removed; i++)
		TRY(remove_one(c, &old[i]));
	return FAIL_NONE;
}

enum fail task_prune(struct call *c, int64_t before, int64_t log_before, int64_t *removed)
{
	int64_t sum = 0, some;

	do {
		TRY(call_check(c));
		TRY(store_begin(c));
		TRY(store_end(c, remove_some(c, before, &some)));
		sum += some;
	} while (some);
	TRY(store_run(c, SQL("delete from task_log where at < $1"), PARAMS(log_before), NULL));
	TRY(callback_prune(c, before, &some));
	TRY(store_run(c, SQL("delete from batch where created_at < $1 and not exists"
		" (select 1 from task where task.parent = batch.id)"), PARAMS(before), NULL));
	*removed = sum;
	return FAIL_NONE;
}
