/* Tasks put on the queue. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/model/task_row.h"

/* The unfinished task with KEY; *FOUND is false when there is none. */
static enum fail find_unique(struct call *c, const char *key, struct task *out, bool *found)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select" TASK_COLUMNS "from task where unique_key = $1"
		" and completed_at is null"), PARAMS(key), &q));
	*found = query_next(c, &q, &f);
	if (*found)
		*out = task_read(c, &q);
	return f;
}

/* The task that ASK asks for once more; *FOUND is false when it is a new one. */
static enum fail find_same(struct call *c, const struct task_ask *ask, struct task *out,
	bool *found)
{
	*found = false;
	if (ask->id) {
		enum fail f = task_find(c, ask->id, out);

		if (f == FAIL_NONE && (strcmp(out->operation, ask->operation) ||
					      strcmp(out->arguments, ask->arguments)))
			return fail(c, FAIL_REUSED, "task %s exists with another operation or "
				"other arguments: choose another id", ask->id);
		if (f != FAIL_MISSING) {
			*found = f == FAIL_NONE;
			return f;
		}
		fail_forget(c);
	}
	return ask->unique_key ? find_unique(c, ask->unique_key, out, found) : FAIL_NONE;
}

static struct task new_task(struct call *c, const struct task_ask *ask)
{
	int64_t now = clock_now_ms();

	return (struct task){
		.id = ask->id ? ask->id : id_new(&c->arena),
		.operation = ask->operation,
		.arguments = ask->arguments,
		.channel = task_channel(c->channel),
		.folder = ask->folder,
		.agent = ask->agent ? ask->agent : "",
		.resource = ask->resource ? ask->resource : "light",
		.unique_key = ask->unique_key,
		.parent = ask->parent,
		.backoff = ask->backoff ? ask->backoff : "exponential",
		.callback_url = ask->callback_url,
		.metadata = ask->metadata,
		.caller = ask->caller,
		.traceparent = ask->traceparent,
		.priority = ask->priority ? ask->priority : 5,
		.max_retries = ask->max_retries < 0 ? TASK_RETRIES : ask->max_retries,
		.retry_delay_s = ask->retry_delay_s < 0 ? TASK_RETRY_DELAY_S : ask->retry_delay_s,
		.timeout_s = ask->timeout_s,
		.created_at = now,
		.run_at = ask->run_at ? ask->run_at : now,
	};
}

static enum fail insert(struct call *c, const struct task *t)
{
	return store_run(c, SQL("insert into task (id, operation, arguments, state, channel, "
		"folder,"
		" agent, resource, unique_key, parent, backoff, callback_url, metadata, caller,"
		" traceparent, priority, max_retries, retry_delay_s, timeout_s, created_at, run_at)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, "
		"$16, $17,"
		" $18, nullif(cast($19 as bigint), 0), $20, $21)"),
		PARAMS(t->id, t->operation, t->arguments, t->state, t->channel, t->folder, t->agent,
			t->resource, t->unique_key, t->parent, t->backoff, t->callback_url,
			t->metadata, t->caller, t->traceparent, t->priority, t->max_retries,
			t->retry_delay_s, t->timeout_s, t->created_at, t->run_at), NULL);
}

/* What is needed has to be there before: so no circle of tasks that wait for one another arises. */
static enum fail add_needs(struct call *c, const char *id, const char *const *needs, bool *blocked)
{
	*blocked = false;
	for (; needs && *needs; needs++) {
		struct task need;

		TRY(task_find(c, *needs, &need));
		if (task_ended(need.state) && strcmp(need.state, "completed"))
			return fail(c, FAIL_CONFLICT, "task %s cannot be waited for: it ended "
				"as %s",
				need.id, need.state);
		if (task_ended(need.state))
			continue;
		*blocked = true;
		TRY(store_run(c, SQL("insert into task_dependency (task_id, needs_id)"
			" values ($1, $2) on conflict do nothing"), PARAMS(id, need.id), NULL));
	}
	return FAIL_NONE;
}

static enum fail put(struct call *c, const struct task_ask *ask, struct task *out, bool *there)
{
	struct task t;
	bool blocked;

	TRY(find_same(c, ask, &t, there));
	if (!*there) {
		TRY(store_reserve(c));
		t = new_task(c, ask);
		TRY(add_needs(c, t.id, ask->needs, &blocked));
		t.state = ask->approval  ? "approval_pending"
			  : ask->paused ? "paused"
					: task_waiting_state(&t, blocked);
		TRY(insert(c, &t));
		TRY(task_moved(c, NULL, &t, "created", NULL));
	}
	*out = t;
	return FAIL_NONE;
}

enum fail task_put(struct call *c, const struct task_ask *ask, struct task *out, bool *there)
{
	bool found = false;

	TRY(store_begin(c));
	TRY(store_end(c, put(c, ask, out, &found)));
	if (there)
		*there = found;
	return FAIL_NONE;
}
