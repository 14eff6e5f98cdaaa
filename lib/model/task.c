/* Tasks in the foreground: runs of long operations by the process that was asked. */
#include "lib/model/task.h"

#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/model/task_row.h"
#include "lib/os/file.h"
#include "lib/os/lock.h"

void task_run_release(struct task_run *run)
{
	file_close(&run->lock);
}

static enum fail insert(struct call *c, const char *operation, const char *arguments,
	const struct task_run *run)
{
	struct task t = {.id = run->id, .state = "running"};
	int64_t now = clock_now_ms();

	TRY(store_run(c, SQL("insert into task (id, operation, arguments, state, channel,"
		" created_at, started_at, attempt, lease_owner)"
		" values ($1, $2, $3, 'running', $4, $5, $6, 1, $7)"),
		PARAMS(run->id, operation, arguments, task_channel(c->channel), now, now,
			run->lock_path), NULL));
	return task_moved(c, NULL, &t, "started", NULL);
}

enum fail task_begin(struct call *c, const char *operation, const char *arguments,
	struct task_run *out)
{
	TASK_RUN_AUTO run = TASK_RUN_NONE;
	const char *folder;
	enum fail f;

	TRY(task_lock_folder(c, &folder));
	run.id = id_new(&c->arena);
	run.begun = spent_begin();
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

static enum fail was_cancelled(struct call *c, const struct task_run *run)
{
	return fail(c, FAIL_INTERRUPTED, "task %s was cancelled", run->id);
}

enum fail task_progress(struct call *c, const struct task_run *run, double progress,
	const char *stage)
{
	int64_t rows;

	TRY(store_run(c, SQL("update task set progress = $1, stage = $2"
		" where id = $3 and state = 'running'"), PARAMS(progress, stage, run->id), &rows));
	return rows ? FAIL_NONE : was_cancelled(c, run);
}

enum fail task_check(struct call *c, const struct task_run *run)
{
	QUERY_AUTO q;
	bool runs;
	enum fail f;

	TRY(query_start(c, SQL("select 1 from task where id = $1 and state = 'running'"),
		PARAMS(run->id), &q));
	runs = query_next(c, &q, &f);
	return runs || f ? f : was_cancelled(c, run);
}

static enum fail end(struct call *c, const struct task_run *run, enum fail ended, const char *why,
	const char *result, struct file *files, size_t n)
{
	const char *id = run->id;
	const char *state = ended == FAIL_NONE ? "completed"
		: ended == FAIL_INTERRUPTED    ? "interrupted"
					       : "failed";
	struct task t;

	TRY(task_find(c, id, &t));
	if (strcmp(t.state, "running"))
		return fail(c, FAIL_CONFLICT, "task %s no longer runs", id);
	t.error_word = ended ? fail_kind(ended)->word : NULL;
	t.error_text = ended ? why : NULL;
	t.result = result;
	t.spent = spent_since(run->begun);
	t.progress = ended ? t.progress : 1;
	TRY(task_change(c, &t, state, state, t.error_text));
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
	TRY(store_end(c, end(c, run, ended, why, result, files, n)));
	unlink(run->lock_path);
	task_run_release(run);
	return FAIL_NONE;
}
