/* The rows of tasks: read, and changed with their counters, log and callbacks. */
#include "lib/model/task_row.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/model/callback.h"
#include "lib/model/event.h"
#include "lib/model/counter.h"
#include "lib/os/file.h"

static const char *const channels[] = {
	[CHANNEL_SHELL] = "shell",
	[CHANNEL_HTTP] = "http",
	[CHANNEL_MCP] = "mcp",
	[CHANNEL_QUEUE] = "queue",
};

/* Every state: its public status, whether it is an end, and what a callback calls it. */
static const struct {
	const char *state, *status;
	bool ended;
	const char *event;
} states[] = {
	{"pending", "pending", false, NULL},
	{"scheduled", "pending", false, NULL},
	{"blocked", "pending", false, NULL},
	{"running", "processing", false, "task.started"},
	{"retrying", "pending", false, NULL},
	{"paused", "pending", false, NULL},
	{"approval_pending", "pending", false, NULL},
	{"completed", "completed", true, "task.completed"},
	{"failed", "failed", true, "task.failed"},
	{"dead_letter", "failed", true, "task.failed"},
	{"cancelled", "cancelled", true, "task.cancelled"},
	{"interrupted", "failed", true, "task.failed"},
};

static size_t state_at(const char *state)
{
	size_t i = 0;

	while (i + 1 < sizeof states / sizeof *states && strcmp(states[i].state, state))
		i++;
	return i;
}

bool task_ended(const char *state)
{
	return states[state_at(state)].ended;
}

const char *task_status(const char *state)
{
	return states[state_at(state)].status;
}

const char *task_channel(enum channel channel)
{
	return channels[channel];
}

struct task task_read(struct call *c, struct query *q)
{
	return (struct task){
		.id = query_text(c, q, 0),
		.operation = query_text(c, q, 1),
		.arguments = query_text(c, q, 2),
		.state = query_text(c, q, 3),
		.channel = query_text(c, q, 4),
		.folder = query_text(c, q, 5),
		.agent = query_text(c, q, 6),
		.resource = query_text(c, q, 7),
		.unique_key = query_text(c, q, 8),
		.parent = query_text(c, q, 9),
		.backoff = query_text(c, q, 10),
		.stage = query_text(c, q, 11),
		.error_word = query_text(c, q, 12),
		.error_text = query_text(c, q, 13),
		.result = query_text(c, q, 14),
		.callback_url = query_text(c, q, 15),
		.metadata = query_text(c, q, 16),
		.caller = query_text(c, q, 17),
		.traceparent = query_text(c, q, 18),
		.progress = query_real(q, 19),
		.priority = query_int(q, 20),
		.attempt = query_int(q, 21),
		.retries = query_int(q, 22),
		.max_retries = query_int(q, 23),
		.retry_delay_s = query_int(q, 24),
		.timeout_s = query_int(q, 25),
		.created_at = query_int(q, 26),
		.run_at = query_int(q, 27),
		.started_at = query_int(q, 28),
		.completed_at = query_int(q, 29),
		.spent = {query_int(q, 30), query_int(q, 31)},
	};
}

static enum fail note_at(struct call *c, const char *id, int64_t at, const char *action,
	const char *detail)
{
	return store_run(c, SQL("insert into task_log (task_id, seq, at, action, detail) values"
		" ($1, coalesce((select max(seq) from task_log where task_id = $1), 0) + 1, $2, $3,"
		" $4)"), PARAMS(id, at, action, detail), NULL);
}

enum fail task_note(struct call *c, const char *id, const char *action, const char *detail)
{
	return note_at(c, id, clock_now_ms(), action, detail);
}

/* What the row says by itself task_logs() reads from there: when the task was created, when the
 * attempt that runs or completed started, that it completed. Written again, these lines would
 * be half of what a task costs the disk. */
static bool said_by_row(const char *action)
{
	return !strcmp(action, "created") || !strcmp(action, "started") ||
		!strcmp(action, "completed");
}

static enum fail count_state(struct call *c, const char *state, int64_t n)
{
	return counter_add(c, arena_printf(&c->arena, "task_%s", state), n);
}

enum fail task_moved(struct call *c, const char *from, const struct task *t, const char *action,
	const char *detail)
{
	const char *event = from ? states[state_at(t->state)].event : "task.created";

	if (from)
		TRY(count_state(c, from, -1));
	TRY(count_state(c, t->state, 1));
	if (!said_by_row(action))
		TRY(task_note(c, t->id, action, detail));
	if (event && task_ended(t->state))
		TRY(event_of_task(c, t));
	return event && t->callback_url ? callback_enqueue(c, t, event) : FAIL_NONE;
}

enum fail task_change(struct call *c, struct task *t, const char *to, const char *action,
	const char *detail)
{
	const char *from = t->state;
	int64_t rows;

	t->completed_at = task_ended(to) ? clock_now_ms() : 0;
	TRY(store_run(c, SQL("update task set state = $1, run_at = nullif(cast($2 as bigint), 0),"
		" completed_at = nullif(cast($3 as bigint), 0), retries = $4, error_word = $5, "
		"error_text = $6,"
		" result = $7, progress = $8, lease_owner = null, lease_boot_id = null,"
		" lease_boot_ms = null, cpu_ms = nullif(cast($9 as bigint), 0),"
		" memory_bytes = nullif(cast($10 as bigint), 0)"
		" where id = $11 and state = $12 and attempt = $13"),
		PARAMS(to, t->run_at, t->completed_at, t->retries, t->error_word, t->error_text,
			t->result, t->progress, t->spent.cpu_ms, t->spent.memory_bytes, t->id,
			from, t->attempt), &rows));
	if (rows != 1)
		return fail(c, FAIL_CONFLICT, "task %s is not %s any more", t->id, from);
	if (!strcmp(from, "running") && strcmp(to, "completed"))
		TRY(note_at(c, t->id, t->started_at, "started", NULL));
	t->state = to;
	return task_moved(c, from, t, action, detail);
}

const char *task_waiting_state(const struct task *t, bool blocked)
{
	if (blocked)
		return "blocked";
	return t->run_at > clock_now_ms() ? "scheduled" : "pending";
}

enum fail task_look_at_needs(struct call *c, const char *id, bool *blocked, const char **hopeless)
{
	QUERY_AUTO q;
	enum fail f;

	*blocked = false;
	*hopeless = NULL;
	TRY(query_start(c, SQL("select n.id, n.state from task_dependency d"
		" join task n on n.id = d.needs_id where d.task_id = $1"), PARAMS(id), &q));
	while (query_next(c, &q, &f)) {
		const char *state = query_text(c, &q, 1);

		if (!strcmp(state, "completed"))
			continue;
		*blocked = true;
		if (task_ended(state))
			*hopeless = query_text(c, &q, 0);
	}
	return f;
}

struct waiting {
	struct task task;
	struct waiting *next;
};

/* The tasks in state STATE that need task NEEDED. */
static enum fail dependents(struct call *c, const char *needed, const char *state,
	struct waiting **out)
{
	QUERY_AUTO q;
	enum fail f;

	*out = NULL;
	TRY(query_start(c, SQL("select" TASK_COLUMNS "from task where state = $2 and id in"
		" (select task_id from task_dependency where needs_id = $1)"),
		PARAMS(needed, state), &q));
	while (query_next(c, &q, &f)) {
		struct waiting *w = ARENA_NEW(&c->arena, struct waiting, 1);

		*w = (struct waiting){task_read(c, &q), *out};
		*out = w;
	}
	return f;
}

static enum fail set_free(struct call *c, const char *needed)
{
	struct waiting *w;

	TRY(dependents(c, needed, "blocked", &w));
	for (; w; w = w->next) {
		const char *hopeless;
		bool blocked;

		TRY(task_look_at_needs(c, w->task.id, &blocked, &hopeless));
		if (!blocked)
			TRY(task_change(c, &w->task, task_waiting_state(&w->task, false), "ready",
				NULL));
	}
	return FAIL_NONE;
}

/* Goes from FROM to what needs it in state STATE and on from what EACH changed, breadth first with
 * a list of its own: a chain may be longer than the stack is deep. */
static enum fail spread(struct call *c, const struct task *from, const char *state,
	enum fail (*each)(struct call *c, const struct task *need, struct task *t, bool *changed))
{
	struct waiting first = {*from, NULL}, *last = &first;

	for (struct waiting *at = &first; at; at = at->next) {
		struct waiting *w, *next;

		TRY(dependents(c, at->task.id, state, &w));
		for (; w; w = next) {
			bool changed;

			next = w->next;
			w->next = NULL;
			TRY(each(c, &at->task, &w->task, &changed));
			if (changed)
				last = last->next = w;
		}
	}
	return FAIL_NONE;
}

static enum fail cancel_one(struct call *c, const struct task *need, struct task *t, bool *changed)
{
	*changed = true;
	t->error_word = fail_kind(FAIL_TASK)->word;
	t->error_text = arena_printf(&c->arena, "task %s, which it needs, ended as %s", need->id,
		need->state);
	return task_change(c, t, "cancelled", "cancelled", t->error_text);
}

static enum fail revive_one(struct call *c, const struct task *need, struct task *t, bool *changed)
{
	const char *hopeless;
	bool blocked;

	(void)need;
	*changed = false;
	/* One that a person cancelled has no error and stays cancelled. */
	if (!t->error_word)
		return FAIL_NONE;
	TRY(task_look_at_needs(c, t->id, &blocked, &hopeless));
	if (hopeless)
		return FAIL_NONE;
	*changed = true;
	t->error_word = t->error_text = NULL;
	return task_change(c, t, "blocked", "revived", NULL);
}

enum fail task_revive_dependents(struct call *c, const struct task *t)
{
	return spread(c, t, "cancelled", revive_one);
}

enum fail task_tell_dependents(struct call *c, const struct task *t)
{
	if (!strcmp(t->state, "completed"))
		return set_free(c, t->id);
	return task_ended(t->state) ? spread(c, t, "blocked", cancel_one) : FAIL_NONE;
}

enum fail task_lock_folder(struct call *c, const char **out)
{
	const char *folder;

	/* Beside the store, not in the runtime folder: that one differs between a session and cron,
	 * and goes away when a session ends. */
	TRY(path_absolute(c, arena_printf(&c->arena, "%s/run", path_dir(c, store_path(c))),
		&folder));
	TRY(dir_make(c, folder));
	*out = folder;
	return FAIL_NONE;
}
