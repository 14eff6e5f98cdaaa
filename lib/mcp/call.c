/* Calls: from tools/call through the gate to a result. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/mcp/state.h"
#include "lib/os/dirs.h"

/* Between two notices of progress. */
#define PROGRESS_US 25000

static enum fail take_reply(void *to, struct call *c, json_t *reply)
{
	struct mcp_run *run = to;

	(void)c;
	json_array_append(run->replies, reply);
	return FAIL_NONE;
}

static enum fail take_file(void *to, struct call *c, const struct file *file)
{
	struct mcp_run *run = to;

	(void)c;
	if (run->files_count < sizeof run->files / sizeof *run->files)
		run->files[run->files_count++] = *file;
	return FAIL_NONE;
}

/* A reply that depends on no argument is the same for all for a moment. */
static struct mcp_fresh *fresh_place(const struct mcp_run *run)
{
	const struct op *op = run->op;

	return op->fresh_ms && !op->args->name ? &run->x->mcp->fresh[mcp_tool_place(op)] : NULL;
}

static bool fresh_enough(void *to, struct call *c)
{
	struct mcp_run *run = to;
	struct mcp *m = run->x->mcp;
	struct mcp_fresh *f = fresh_place(run);

	if (!f)
		return false;
	pthread_mutex_lock(&m->lock);
	if (f->text && clock_boot_us() < f->until_us)
		run->fresh = arena_strdup(&c->arena, f->text);
	pthread_mutex_unlock(&m->lock);
	return run->fresh != NULL;
}

static void fresh_keep(const struct mcp_run *run, const char *text)
{
	struct mcp *m = run->x->mcp;
	struct mcp_fresh *f = fresh_place(run);

	if (!f)
		return;
	pthread_mutex_lock(&m->lock);
	free(f->text);
	f->text = xstrdup(text);
	f->until_us = clock_boot_us() + run->op->fresh_ms * 1000;
	pthread_mutex_unlock(&m->lock);
}

static enum fail ask(void *to, struct call *c, const char *key, const char *method, json_t *params,
	json_t **answer)
{
	return mcp_ask(((struct mcp_run *)to)->x, c, key, method, params, answer);
}

void mcp_tell_progress(struct mcp_exchange *x, double done, double total, const char *text)
{
	json_t *token = json_object_get(x->meta, "progressToken"), *params;
	int64_t now = clock_boot_us();

	if ((!json_is_string(token) && !json_is_integer(token)) || !isfinite(done) ||
		done <= x->progress || (x->progress_us && now - x->progress_us < PROGRESS_US))
		return;
	x->progress = done;
	x->progress_us = now;
	params = json_pack("{s:O,s:f}", "progressToken", token, "progress", done);
	if (total > 0)
		json_object_set_new(params, "total", json_real(total));
	if (text && *text)
		json_object_set_new(params, "message", json_lossy(x->call, text));
	mcp_notify(x, "notifications/progress", params);
}

static void tell_progress(void *to, double done, double total, const char *stage, const char *text)
{
	struct mcp_exchange *x = to;

	if (x->out->gone(x->out->to) && x->call->cancelled)
		*x->call->cancelled = 1;
	mcp_tell_progress(x, done, total, text && *text ? text : stage);
}

static void tell_remark(void *to, const char *text)
{
	struct mcp_exchange *x = to;

	if (x->client.logs || !x->client.modern)
		mcp_notify(x, "notifications/message", json_pack("{s:s,s:s,s:o}", "level", "warning",
			"logger", "trae", "data", json_lossy(x->call, dir_told(x->call, text))));
}

static enum fail dispatch(struct mcp_exchange *x, const struct op *op, json_t *args,
	struct mcp_run *out)
{
	static const struct op_sink sink = {.reply = take_reply, .again = fresh_enough,
		.data = take_file, .ask = ask};
	struct call *c = x->call;
	enum fail f;

	*out = (struct mcp_run){.x = x, .op = op, .replies = json_keep(c, json_array())};
	c->beside = NULL;
	c->progress = tell_progress;
	c->warn = tell_remark;
	c->talk_to = x;
	f = op_dispatch(c, op, args, &sink, out);
	c->progress = NULL;
	c->warn = NULL;
	return f;
}

enum fail mcp_dispatch(struct mcp_exchange *x, const char *operation, json_t *args,
	struct mcp_run *out)
{
	return dispatch(x, op_find(operation), args, out);
}

json_t *mcp_tool_failure(struct mcp_exchange *x, enum fail f, const char *why)
{
	json_t *text = json_lossy(x->call, dir_told(x->call, why ? why : fail_kind(f)->meaning));

	return json_pack("{s:[{s:s,s:o}],s:b,s:{s:s}}", "content", "type", "text", "text", text,
		"isError", 1, "_meta", "trae/error", fail_kind(f)->word);
}

json_t *mcp_tool_result(struct mcp_exchange *x, json_t *structured, const struct mcp_run *run)
{
	json_t *content = json_array();

	json_array_append_new(content, mcp_text_content(json_text(x->call, structured, false)));
	for (size_t i = 0; run && i < run->files_count; i++)
		json_array_append_new(content, mcp_file_content(x, &run->files[i]));
	return json_pack("{s:o,s:O,s:b}", "content", content, "structuredContent", structured, "isError",
		0);
}

/* What OP replied as one object, which its output schema describes. Borrowed. */
static json_t *structured(struct mcp_exchange *x, const struct mcp_run *run)
{
	struct call *c = x->call;
	json_t *all = op_result(c, run->op, run->replies);

	/* What hands over a file and says nothing more has named it. */
	if (json_is_null(all) && run->files_count)
		return json_keep(c, json_pack("{s:s?}", "id", run->files[0].id));
	return json_is_object(all) ? all : json_keep(c, json_object());
}

static json_t *call_op(struct mcp_exchange *x, const struct op *op, json_t *args)
{
	struct mcp_run run;
	enum fail f = dispatch(x, op, args, &run);
	json_t *result;

	if (json_object_size(x->asked))
		return mcp_ask_result(x);
	if (x->missing && x->client.modern)
		return mcp_ask_missing(x);
	if (f != FAIL_NONE)
		return mcp_tool_failure(x, f, x->call->why);
	if (run.fresh) {
		mcp_answer_text(x, run.fresh);
		return NULL;
	}
	result = mcp_tool_result(x, structured(x, &run), &run);
	if (fresh_place(&run)) {
		json_object_set_new(result, "resultType", json_string("complete"));
		fresh_keep(&run, json_text(x->call, result, false));
	}
	return result;
}

/* ?wait= of HTTP, for tools that show a task: the task may end first. */
static enum fail wait_first(struct mcp_exchange *x, const struct op *op, json_t *args)
{
	json_t *wait = json_object_get(args, "wait");
	const char *id = json_member_text(args, "task_id", "");
	int64_t s = json_integer_value(wait);
	struct task t;

	if (!(op->flags & OP_WAIT) || !wait)
		return FAIL_NONE;
	if (!json_is_integer(wait) || s < 0 || s > OP_WAIT_MAX_S)
		return fail(x->call, FAIL_USAGE, "wait is 0 to %d seconds", OP_WAIT_MAX_S);
	json_object_del(args, "wait");
	/* Who may not look at it does not hear how it goes either: the gate will say so. */
	return s && op_allowed(x->call, op) ? mcp_task_wait(x, id, s * 1000, &t) : FAIL_NONE;
}

static json_t *call_tool(struct mcp_exchange *x, const char *name, json_t *args)
{
	const struct op *op = mcp_tool_find(name);
	enum fail f;

	if (!op)
		return mcp_error(x, MCP_PARAMS, NULL, "Unknown tool: %s", name);
	if (!mcp_ask_begin(x))
		return NULL;
	if (op->flags & OP_LONG)
		return mcp_task_call(x, op, args);
	f = wait_first(x, op, args);
	return f == FAIL_NONE ? call_op(x, op, args) : mcp_tool_failure(x, f, x->call->why);
}

/* The two tools that stand for all. */
static json_t *call_two(struct mcp_exchange *x, const char *name, json_t *args)
{
	json_t *inner = json_object_get(args, "arguments");

	if (!strcmp(name, "search_tools")) {
		json_t *found = json_keep(x->call, mcp_tools_search(x, args));

		return mcp_tool_result(x, found, NULL);
	}
	if (strcmp(name, "call_tool"))
		return mcp_error(x, MCP_PARAMS, NULL, "Unknown tool: %s", name);
	if (!json_member_text(args, "name", NULL) || (inner && !json_is_object(inner)))
		return mcp_error(x, MCP_PARAMS, NULL, "call_tool needs name and, as an object, arguments");
	return call_tool(x, json_member_text(args, "name", ""),
		inner ? inner : json_keep(x->call, json_object()));
}

json_t *mcp_tools_call(struct mcp_exchange *x)
{
	const char *name = mcp_text_param(x, "name");
	json_t *args = json_object_get(x->params, "arguments");

	if (!name)
		return NULL;
	if (args && !json_is_object(args))
		return mcp_error(x, MCP_PARAMS, NULL, "arguments: an object is needed");
	args = args ? args : json_keep(x->call, json_object());
	return x->two_tools ? call_two(x, name, args) : call_tool(x, name, args);
}
