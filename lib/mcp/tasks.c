/* Tasks: what takes long goes on the queue, and is followed there: by a client that knows the tasks
 * extension through tasks/get, by others through an answer that waits a while. */
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/mcp/state.h"
#include "lib/model/task.h"
#include "lib/os/dirs.h"
#include "lib/store/store.h"

#define LOOK_US 100000

/* Progress of a task, in its own words; the gate was passed by who put or showed it. */
static enum fail look(struct mcp_exchange *x, const char *id, struct task *t)
{
	TRY(store_open(x->call));
	return task_find(x->call, id, t);
}

enum fail mcp_task_wait(struct mcp_exchange *x, const char *id, int64_t wait_ms, struct task *t)
{
	int64_t until = clock_boot_ms() + wait_ms;

	for (;;) {
		TRY(look(x, id, t));
		if (task_ended(t->state) || x->mcp->closing || clock_boot_ms() >= until)
			return FAIL_NONE;
		mcp_tell_progress(x, t->progress * 100, 100, t->stage ? t->stage : t->state);
		if (x->out->gone(x->out->to))
			return fail(x->call, FAIL_INTERRUPTED, "the client has gone");
		usleep(LOOK_US);
	}
}

/* What the task T, which completed, is as the result of a call of its operation. */
static json_t *completed(struct mcp_exchange *x, const struct task *t)
{
	struct call *c = x->call;
	const struct op *op = op_find(t->operation);
	struct mcp_run run = {.x = x, .op = op};
	struct file *files;
	json_t *all = NULL, *result;
	size_t n;

	if (!t->result || json_parse(c, t->result, strlen(t->result), &all) != FAIL_NONE ||
		!json_is_object(all))
		all = json_object();
	json_keep(c, all);
	op_hide_places(c, op, all);
	json_object_set_new(all, "task_id", json_string(t->id));
	json_object_set_new(all, "status", json_string("completed"));
	result = mcp_tool_result(x, all, &run);
	if (file_of_task(c, t->id, &files, &n) == FAIL_NONE)
		for (size_t i = 0; i < n; i++)
			json_array_append_new(json_object_get(result, "content"),
				mcp_file_link(x, &files[i]));
	fail_forget(c);
	return result;
}

static json_t *ended(struct mcp_exchange *x, const struct task *t)
{
	struct call *c = x->call;

	if (!strcmp(t->state, "completed"))
		return completed(x, t);
	return mcp_tool_failure(x, FAIL_TASK, arena_printf(&c->arena, "task %s ended as %s%s%s", t->id,
		t->state, t->error_text ? ": " : "", t->error_text ? t->error_text : ""));
}

/* The word of the extension: an operation that failed is a result like any other; "failed" is one
 * that this program itself broke. */
static const char *status_of(const struct task *t)
{
	if (!task_ended(t->state))
		return "working";
	if (!strcmp(t->state, "cancelled"))
		return "cancelled";
	return t->error_word && !strcmp(t->error_word, fail_kind(FAIL_BUG)->word) ? "failed"
										  : "completed";
}

json_t *mcp_task_detail(struct mcp_exchange *x, const struct task *t)
{
	struct call *c = x->call;
	const char *status = status_of(t);
	int64_t changed = t->completed_at ? t->completed_at
		: t->started_at		  ? t->started_at
					  : t->created_at;
	json_t *j = json_pack("{s:s,s:s,s:o,s:s,s:s,s:n,s:i}", "taskId", t->id, "status", status,
		"statusMessage", json_lossy(c, t->stage ? t->stage : t->state), "createdAt",
		clock_text(&c->arena, t->created_at), "lastUpdatedAt",
		clock_text(&c->arena, changed), "ttlMs", "pollIntervalMs", MCP_POLL_MS);

	if (!strcmp(status, "completed")) {
		json_t *result = ended(x, t);

		json_object_set_new(result, "resultType", json_string("complete"));
		json_object_set_new(j, "result", result);
	} else if (!strcmp(status, "failed")) {
		json_object_set_new(j, "error", json_pack("{s:i,s:o}", "code", (int)MCP_INTERNAL,
			"message", json_lossy(c, dir_told(c, t->error_text ? t->error_text : t->error_word))));
	}
	return j;
}

/* The client does not want it any more: it said so or, in the modern era, which has no other word
 * for it over HTTP, it went away. A legacy one that only lost its connection may come back. */
static json_t *give_up(struct mcp_exchange *x, const char *id)
{
	struct call *c = x->call;
	struct mcp_run run;

	fail_forget(c);
	c->idempotency_key = NULL;
	if ((x->cancelled || x->client.modern) &&
		mcp_dispatch(x, "task cancel", json_keep(c, json_pack("{s:s}", "task_id", id)), &run))
		fail_forget(c);
	x->answer = "";
	return NULL;
}

static json_t *not_yet(struct mcp_exchange *x, const struct task *t)
{
	struct call *c = x->call;
	json_t *all = json_keep(c, json_pack("{s:s,s:s,s:o}", "task_id", t->id, "status",
		task_status(t->state), "message", json_sprintf("It goes on as task %s: follow it with "
			"task_show, which waits with wait", t->id)));

	return mcp_tool_result(x, all, NULL);
}

json_t *mcp_task_call(struct mcp_exchange *x, const struct op *op, json_t *args)
{
	struct call *c = x->call;
	json_t *submission = json_keep(c, json_pack("{s:s,s:O}", "task_type", op->name, "parameters",
		args)), *key = json_object_get(args, "idempotency_key");
	struct mcp_run run;
	struct task t;
	const char *id;
	enum fail f;

	if (key && !field_find(op->args, "idempotency_key")) {
		json_object_set(submission, "idempotency_key", key);
		json_object_del(args, "idempotency_key");
	}
	c->serves = op->name;
	f = mcp_dispatch(x, "task submit", submission, &run);
	id = f == FAIL_NONE ? json_member_text(json_array_get(run.replies, 0), "task_id", "") : "";
	if (f == FAIL_NONE && x->mcp->queued)
		x->mcp->queued(x->mcp->queued_to);
	if (f == FAIL_NONE)
		f = mcp_task_wait(x, id, x->client.can & MCP_CAN_TASKS ? 0 : MCP_WAIT_MS, &t);
	if (f == FAIL_INTERRUPTED)
		return give_up(x, id);
	if (f != FAIL_NONE)
		return mcp_tool_failure(x, f, c->why);
	if (x->client.can & MCP_CAN_TASKS) {
		json_t *j = mcp_task_detail(x, &t);

		json_object_del(j, "result");
		json_object_del(j, "error");
		json_object_set_new(j, "resultType", json_string("task"));
		return j;
	}
	return task_ended(t.state) ? ended(x, &t) : not_yet(x, &t);
}

enum fail mcp_task_own(struct mcp_exchange *x, const char *id, struct task *t)
{
	struct call *c = x->call;
	struct mcp_run run;

	TRY(look(x, id, t));
	if (!t->caller || strcmp(t->caller, caller_id(c)))
		return fail(c, FAIL_MISSING, "no task %s", id);
	c->serves = t->operation;
	return mcp_dispatch(x, "task show", json_keep(c, json_pack("{s:s}", "task_id", id)), &run);
}

/* What every tasks/ method begins with: a client that knows tasks, and a task of its own. */
static bool begin(struct mcp_exchange *x, struct task *t)
{
	struct call *c = x->call;
	const char *id;
	enum fail f;

	if (!(x->client.can & MCP_CAN_TASKS)) {
		x->missing = MCP_CAN_TASKS;
		mcp_ask_missing(x);
		return false;
	}
	id = mcp_text_param(x, "taskId");
	if (!id)
		return false;
	f = mcp_task_own(x, id, t);
	if (f != FAIL_NONE)
		mcp_error(x, f == FAIL_MISSING ? MCP_PARAMS : MCP_INTERNAL, NULL, "%s", c->why);
	return f == FAIL_NONE;
}

json_t *mcp_tasks_get(struct mcp_exchange *x)
{
	struct task t;

	return begin(x, &t) ? mcp_task_detail(x, &t) : NULL;
}

/* No task asks for anything while it runs, so that there is no key that an answer could be for. */
json_t *mcp_tasks_update(struct mcp_exchange *x)
{
	struct task t;

	if (!begin(x, &t))
		return NULL;
	if (!json_is_object(json_object_get(x->params, "inputResponses")))
		return mcp_error(x, MCP_PARAMS, NULL, "inputResponses: an object is needed");
	return json_object();
}

json_t *mcp_tasks_cancel(struct mcp_exchange *x)
{
	struct call *c = x->call;
	struct mcp_run run;
	struct task t;
	enum fail f;

	if (!begin(x, &t))
		return NULL;
	f = mcp_dispatch(x, "task cancel", json_keep(c, json_pack("{s:s}", "task_id", t.id)), &run);
	/* One that has ended meanwhile is no error: the client sees how it ended. */
	if (f != FAIL_NONE && f != FAIL_CONFLICT)
		return mcp_error(x, MCP_INTERNAL, NULL, "%s", c->why);
	return json_object();
}
