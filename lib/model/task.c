/* Tasks: every run of a long operation, while it runs and after it. */
#include "lib/model/task.h"

#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/model/counter.h"
#include "lib/os/file.h"
#include "lib/os/lock.h"
#include "lib/store/store.h"

static const char *const channels[] = {
	[CHANNEL_SHELL] = "shell",
	[CHANNEL_HTTP] = "http",
	[CHANNEL_MCP] = "mcp",
	[CHANNEL_QUEUE] = "queue",
};

void task_run_release(struct task_run *run)
{
	file_close(&run->lock);
}

static enum fail insert(struct call *c, const char *operation, const char *arguments,
	const struct task_run *run)
{
	int64_t now = clock_now_ms();

	TRY(store_run(c, SQL("insert into task (id, operation, arguments, state, channel,"
		" created_at, started_at, owner) values ($1, $2, $3, 'running', $4, $5, $6, $7)"),
		PARAMS(run->id, operation, arguments, channels[c->channel], now, now,
			run->lock_path), NULL));
	return counter_add(c, "task_running", 1);
}

enum fail task_begin(struct call *c, const char *operation, const char *arguments,
	struct task_run *out)
{
	TASK_RUN_AUTO run = TASK_RUN_NONE;
	const char *folder;
	enum fail f;

	/* Beside the store, not in the runtime folder: that one differs between a session and cron,
	 * and goes away when a session ends. */
	TRY(path_absolute(c, arena_printf(&c->arena, "%s/run", path_dir(c, store_path(c))),
		&folder));
	TRY(dir_make(c, folder));
	run.id = id_new(&c->arena);
	run.lock_path = arena_printf(&c->arena, "%s/%s.lock", folder, run.id);
	/* Locked before the row can be seen: a running task without a lock counts as dead. */
	TRY(lock_take(c, run.lock_path, true, 0, &run.lock));
	f = store_begin(c);
	if (!f)
		f = store_end(c, insert(c, operation, arguments, &run));
	if (f) {
		unlink(run.lock_path);
		return f;
	}
	*out = run;
	run.lock = -1;
	return FAIL_NONE;
}

enum fail task_progress(struct call *c, const struct task_run *run, double progress,
	const char *stage)
{
	return store_run(c, SQL("update task set progress = $1, stage = $2"
		" where id = $3 and state = 'running'"), PARAMS(progress, stage, run->id), NULL);
}

/* Moves a running task to another state; *CHANGED is false when it no longer runs. */
static enum fail change_state(struct call *c, const char *id, const char *state,
	const char *counter, bool *changed)
{
	int64_t rows;

	TRY(store_run(c, SQL("update task set state = $1, completed_at = $2"
		" where id = $3 and state = 'running'"), PARAMS(state, clock_now_ms(), id), &rows));
	*changed = rows == 1;
	if (!*changed)
		return FAIL_NONE;
	TRY(counter_add(c, "task_running", -1));
	return counter_add(c, counter, 1);
}

static enum fail change_to(struct call *c, const char *id, enum fail ended, bool *changed)
{
	if (ended == FAIL_NONE)
		return change_state(c, id, "completed", "task_completed", changed);
	if (ended == FAIL_INTERRUPTED)
		return change_state(c, id, "interrupted", "task_interrupted", changed);
	return change_state(c, id, "failed", "task_failed", changed);
}

static enum fail end(struct call *c, const char *id, enum fail ended, const char *why,
	const char *result, struct file *files, size_t n)
{
	const char *word = ended ? fail_kind(ended)->word : NULL;
	bool changed;

	TRY(change_to(c, id, ended, &changed));
	if (!changed)
		return fail(c, FAIL_CONFLICT, "task %s no longer runs", id);
	TRY(store_run(c, SQL("update task set error_word = $1, error_text = $2, result = $3,"
		" progress = case when cast($1 as text) is null then 1 else progress end"
		" where id = $4"),
		PARAMS(word, ended ? why : NULL, result, id), NULL));
	for (size_t i = 0; i < n; i++) {
		files[i].task_id = id;
		TRY(file_record(c, &files[i]));
	}
	return FAIL_NONE;
}

enum fail task_end(struct call *c, struct task_run *run, enum fail ended, const char *why,
	const char *result, struct file *files, size_t n)
{
	TRY(store_begin(c));
	TRY(store_end(c, end(c, run->id, ended, why, result, files, n)));
	unlink(run->lock_path);
	task_run_release(run);
	return FAIL_NONE;
}

struct suspect {
	const char *id, *lock_path;
	struct suspect *next;
};

static enum fail find_dead(struct call *c, struct suspect **out)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select id, owner from task where state = 'running'"), NO_PARAMS,
		&q));
	while (query_next(c, &q, &f)) {
		const char *path = query_text(c, &q, 1);
		struct suspect *s;

		if (path && lock_held(path))
			continue;
		s = ARENA_NEW(&c->arena, struct suspect, 1);
		*s = (struct suspect){query_text(c, &q, 0), path, *out};
		*out = s;
	}
	return f;
}

static enum fail interrupt_all(struct call *c, const struct suspect *dead, int64_t *n)
{
	for (; dead; dead = dead->next) {
		bool changed;

		TRY(change_to(c, dead->id, FAIL_INTERRUPTED, &changed));
		*n += changed;
	}
	return FAIL_NONE;
}

enum fail task_reap(struct call *c, int64_t *reaped)
{
	struct suspect *dead = NULL;
	int64_t n = 0;

	TRY(find_dead(c, &dead));
	if (dead) {
		TRY(store_begin(c));
		TRY(store_end(c, interrupt_all(c, dead, &n)));
	}
	for (; dead; dead = dead->next)
		if (dead->lock_path)
			unlink(dead->lock_path);
	if (reaped)
		*reaped = n;
	return FAIL_NONE;
}

#define COLUMNS                                                                                    \
	"select id, operation, arguments, state, channel, stage, error_word, error_text, result,"  \
	" progress, created_at, started_at, completed_at from task "

static struct task read_row(struct call *c, struct query *q)
{
	return (struct task){
		.id = query_text(c, q, 0),
		.operation = query_text(c, q, 1),
		.arguments = query_text(c, q, 2),
		.state = query_text(c, q, 3),
		.channel = query_text(c, q, 4),
		.stage = query_text(c, q, 5),
		.error_word = query_text(c, q, 6),
		.error_text = query_text(c, q, 7),
		.result = query_text(c, q, 8),
		.progress = query_real(q, 9),
		.created_at = query_int(q, 10),
		.started_at = query_int(q, 11),
		.completed_at = query_int(q, 12),
	};
}

enum fail task_find(struct call *c, const char *id, struct task *out)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL(COLUMNS "where id = $1"), PARAMS(id), &q));
	if (query_next(c, &q, &f)) {
		*out = read_row(c, &q);
		return FAIL_NONE;
	}
	TRY(f);
	return fail(c, FAIL_MISSING, "no task %s", id);
}

enum fail task_list(struct call *c, int limit, const char *after, const char *state,
	struct task **out, size_t *n)
{
	struct task *rows = ARENA_NEW(&c->arena, struct task, (size_t)limit);
	size_t count = 0;
	QUERY_AUTO q;
	enum fail f;

	if (after)
		TRY(query_start(c, SQL(COLUMNS "where (cast($1 as text) is null or state = $1)"
			" and (created_at, id) < (select created_at, id from task where id = $2)"
			" order by created_at desc, id desc limit $3"),
			PARAMS(state, after, limit), &q));
	else
		TRY(query_start(c, SQL(COLUMNS "where (cast($1 as text) is null or state = $1)"
			" order by created_at desc, id desc limit $2"), PARAMS(state, limit), &q));
	while (query_next(c, &q, &f))
		rows[count++] = read_row(c, &q);
	TRY(f);
	*out = rows;
	*n = count;
	return FAIL_NONE;
}
