/* Tasks that time or the death of a process moves. */
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/model/task_row.h"
#include "lib/os/boot.h"
#include "lib/os/lock.h"

/* At most this many are moved in one transaction. */
#define PROMOTE_MAX 500
/* A retry is never put off longer: one that is was scheduled before the clock was set back. */
#define RETRY_MAX_MS (60 * 60 * 1000)
/* So often may a task lose its process, beyond its retries, before it is taken for the cause. */
#define LOST_MAX 20

static enum fail find_due(struct call *c, int64_t now, struct task *due, size_t *n)
{
	QUERY_AUTO q;
	enum fail f;

	*n = 0;
	TRY(query_start(c, SQL("select" TASK_COLUMNS "from task where"
		" (state = 'scheduled' or state = 'retrying')"
		" and (run_at <= $1 or (run_at > $2 and state = 'retrying'))"
		" order by run_at limit $3"), PARAMS(now, now + RETRY_MAX_MS, PROMOTE_MAX), &q));
	while (query_next(c, &q, &f))
		due[(*n)++] = task_read(c, &q);
	return f;
}

static enum fail find_next(struct call *c, int64_t *next_at)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select min(run_at) from task where"
		" state = 'scheduled' or state = 'retrying'"), NO_PARAMS, &q));
	*next_at = query_next(c, &q, &f) ? query_int(&q, 0) : 0;
	return f;
}

static enum fail promote(struct call *c, int64_t now, struct task *due)
{
	size_t n;

	TRY(find_due(c, now, due, &n));
	for (size_t i = 0; i < n; i++)
		TRY(task_change(c, &due[i], "pending", "due", NULL));
	return FAIL_NONE;
}

enum fail task_promote(struct call *c, int64_t *next_at)
{
	struct task *due = ARENA_NEW(&c->arena, struct task, PROMOTE_MAX);
	int64_t now = clock_now_ms();
	size_t n;

	/* Read first: a transaction that finds nothing to write would still hold others up. */
	TRY(find_due(c, now, due, &n));
	if (n) {
		TRY(store_begin(c));
		TRY(store_end(c, promote(c, now, due)));
	}
	return find_next(c, next_at);
}

struct suspect {
	struct task task;
	const char *lock_path;
	bool owner_gone;
	struct suspect *next;
};

static enum fail find_dead(struct call *c, const char *boot, struct suspect **out)
{
	const char *held = "";
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select" TASK_COLUMNS ", lease_owner, lease_boot_id, lease_boot_ms"
		" from task where state = 'running' order by lease_owner"), NO_PARAMS, &q));
	while (query_next(c, &q, &f)) {
		const char *path = query_text(c, &q, 32), *booted = query_text(c, &q, 33);
		bool late = booted && (strcmp(booted, boot) || query_int(&q, 34) < clock_boot_ms());
		struct suspect *s;

		if (path && !strcmp(path, held) && !late)
			continue;
		if (path && lock_held(path)) {
			held = path;
			if (!late)
				continue;
		}
		s = ARENA_NEW(&c->arena, struct suspect, 1);
		*s = (struct suspect){task_read(c, &q), path, path != held, *out};
		*out = s;
	}
	return f;
}

/* A task of the queue goes back to it: that its process died says nothing about the task, until
 * that happens over and over. */
static enum fail release(struct call *c, struct task *t)
{
	if (!t->run_at) {
		t->error_word = fail_kind(FAIL_INTERRUPTED)->word;
		t->error_text = "its process is gone";
		return task_change(c, t, "interrupted", "interrupted", t->error_text);
	}
	if (t->attempt - t->retries > LOST_MAX) {
		t->error_word = fail_kind(FAIL_TASK)->word;
		t->error_text = "the process that ran it died every time";
		TRY(task_change(c, t, "dead_letter", "moved_to_dead_letter", t->error_text));
		return task_tell_dependents(c, t);
	}
	t->progress = 0;
	return task_change(c, t, "pending", "rescued", NULL);
}

static enum fail release_all(struct call *c, struct suspect *dead, int64_t *n)
{
	for (; dead; dead = dead->next) {
		struct task now;

		TRY(task_find(c, dead->task.id, &now));
		if (strcmp(now.state, "running") || now.attempt != dead->task.attempt)
			continue;
		TRY(release(c, &now));
		++*n;
	}
	return FAIL_NONE;
}

enum fail task_reap(struct call *c, int64_t *reaped)
{
	struct suspect *dead = NULL;
	const char *boot;
	int64_t n = 0;

	TRY(boot_id(c, &boot));
	TRY(find_dead(c, boot, &dead));
	if (dead) {
		TRY(store_begin(c));
		TRY(store_end(c, release_all(c, dead, &n)));
	}
	for (; dead; dead = dead->next)
		if (dead->lock_path && dead->owner_gone)
			unlink(dead->lock_path);
	if (reaped)
		*reaped = n;
	return FAIL_NONE;
}
