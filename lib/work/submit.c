/* Submissions: what a caller says of a task, checked and made one that the queue takes. */
#include "lib/work/submit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/config/config.h"
#include "lib/model/agent.h"
#include "lib/model/callback.h"
#include "lib/model/task_forecast.h"
#include "lib/op/kind.h"
#include "lib/os/file.h"
#include "lib/policy/policy.h"
#include "lib/text/when.h"

struct retry_policy {
	const char *backoff_strategy;
	int64_t max_retries;
};

const struct field submission_retry_fields[] = {
	FIELD(struct retry_policy, max_retries, "Attempts after the first that failed", .max = 100),
	FIELD(struct retry_policy, backoff_strategy, "How the delay between them grows",
		.oneof = ONEOF("exponential", "linear", "fixed")),
	{.name = NULL},
};

enum fail priority_read(struct call *c, const char *text, int64_t *out)
{
	static const struct {
		const char *word;
		int64_t priority;
	} words[] = {{"critical", 1}, {"urgent", 1}, {"high", 3}, {"normal", 5}, {"medium", 5},
		{"low", 7}, {"background", 9}};
	char *end;
	long n;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcmp(words[i].word, text)) {
			*out = words[i].priority;
			return FAIL_NONE;
		}
	n = strtol(text, &end, 10);
	if (!*text || *end || n < 1 || n > 10)
		return fail(c, FAIL_USAGE, "priority: critical, high, normal, low, background or a "
			"number from 1 to 10 is needed, not \"%s\"", text);
	*out = n;
	return FAIL_NONE;
}

/* The operation's arguments are checked now, while whoever wrote them can still be told; binding
 * may change ARGUMENTS. */
static enum fail check_arguments(struct call *c, const struct op *op, json_t *arguments,
	void *bound)
{
	TRY(field_bind(c, op->args, arguments, false, bound));
	for (const struct field *f = op->args; f->name; f++)
		if (f->type == FIELD_PATH &&
			((const struct path *)(const void *)((char *)bound + f->offset))->kind ==
				PATH_STANDARD)
			return fail(c, FAIL_USAGE, "%s: a task has no standard input or output",
				f->name);
	return FAIL_NONE;
}

static enum fail read_retries(struct call *c, const struct submission *s, struct task_ask *ask)
{
	struct retry_policy policy = {.max_retries = INT_NULL};

	if (s->retry_policy)
		TRY(field_bind(c, submission_retry_fields, s->retry_policy, false, &policy));
	ask->max_retries = s->max_retries != INT_NULL	   ? s->max_retries
			   : policy.max_retries != INT_NULL ? policy.max_retries
							   : -1;
	ask->backoff = s->backoff ? s->backoff : policy.backoff_strategy;
	ask->retry_delay_s = s->retry_delay_s == INT_NULL ? -1 : s->retry_delay_s;
	return FAIL_NONE;
}

static enum fail choose_agent(struct call *c, const char *name, const struct op *op,
	const char **out)
{
	const struct agent *agent;

	*out = agent_for_operation(op->name);
	if (!name)
		return FAIL_NONE;
	TRY(agent_find(c, name, &agent));
	for (const char *const *o = agent->operations; *o; o++)
		if (!strcmp(*o, op->name)) {
			*out = agent->name;
			return FAIL_NONE;
		}
	return fail(c, FAIL_USAGE, "agent %s does not do %s", agent->name, op->name);
}

/* An id stands in the path of URLs, in which its task is asked for, and needs no escape there. */
static enum fail check_id(struct call *c, const char *id)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~:@=+-";

	if (id[strspn(id, plain)] || !strcmp(id, ".") || !strcmp(id, ".."))
		return fail(c, FAIL_USAGE, "task_id: an id stands in URLs and is made of letters of "
			"ASCII, digits and . _ ~ : @ = + -");
	return FAIL_NONE;
}

static enum fail read_rest(struct call *c, const struct submission *s, struct task_ask *ask)
{
	TRY(priority_read(c, s->priority ? s->priority : "normal", &ask->priority));
	if (s->run_at && !when_parse(s->run_at, clock_now_ms(), &ask->run_at))
		return fail(c, FAIL_USAGE, "run_at: a time such as 2026-11-20T18:00:00Z or a "
			"duration "
			"such as 10m is needed, not \"%s\"", s->run_at);
	if (s->callback_url) {
		const char *hosts;

		TRY(config_get(c, "callback.hosts", &hosts, NULL, NULL));
		TRY(callback_check(c, s->callback_url, hosts, NULL));
	}
	TRY(read_retries(c, s, ask));
	if (s->task_id)
		TRY(check_id(c, s->task_id));
	ask->callback_url = s->callback_url;
	ask->id = s->task_id;
	ask->unique_key = s->unique_key;
	ask->needs = s->depends_on;
	ask->timeout_s = s->timeout == INT_NULL ? 0 : s->timeout;
	ask->paused = s->paused;
	if (s->metadata)
		ask->metadata = json_text(c, s->metadata, false);
	return FAIL_NONE;
}

enum fail submission_ask(struct call *c, const struct submission *s, struct task_ask *out)
{
	json_t *arguments = json_keep(c, json_object());
	struct task_ask ask = {.caller = caller_id(c), .traceparent = c->traceparent};
	enum fail f = FAIL_NONE;
	const struct op *op;
	void *bound;

	if (!s->task_type)
		return fail(c, FAIL_USAGE, "task_type is needed: what kind of work it is");
	TRY(kind_find(c, s->task_type, s->parameters, &op));
	if ((op->flags & OP_SHELL) && c->channel != CHANNEL_SHELL)
		return fail(c, FAIL_DENIED, "%s is for the shell of this machine only", op->name);
	/* Nobody can be asked while a task runs. */
	if ((op->flags & OP_ASK) && c->channel == CHANNEL_MCP)
		return fail(c, FAIL_DENIED, "%s is asked about first, which a task cannot be: call it "
			"itself", op->name);
	TRY(policy_allow(c, op->effect, op->name));
	bound = arena_alloc(&c->arena, 1, op->args_size);
	if (s->parameters)
		f = op_arguments(c, op, s->parameters, true, false, arguments);
	ask.arguments = json_canonical(c, arguments);
	if (f || check_arguments(c, op, arguments, bound)) {
		fail_context(c, "parameters");
		return FAIL_USAGE;
	}
	if (op->ready)
		TRY(op->ready(c, bound));
	TRY(choose_agent(c, s->agent, op, &ask.agent));
	TRY(read_rest(c, s, &ask));
	ask.operation = op->name;
	ask.resource = op->resource;
	/* The shell's relative names are meant from where it stands. */
	if (c->channel == CHANNEL_SHELL)
		TRY(path_absolute(c, ".", &ask.folder));
	*out = ask;
	return FAIL_NONE;
}

enum fail submission_fits(struct call *c, const struct task_ask *ask)
{
	static const struct {
		const char *resource, *what;
		int64_t most;
	} limits[] = {{"render", "video", 10}, {"net", "research", 5}};
	struct task there;
	int64_t held, median_ms;

	if (!ask->resource || !c->caller || !c->caller->rate)
		return FAIL_NONE;
	if (ask->id && task_find(c, ask->id, &there) == FAIL_NONE)
		return FAIL_NONE; /* asked again */
	fail_forget(c);
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		if (strcmp(ask->resource, limits[i].resource))
			continue;
		TRY(task_held(c, c->caller->id, ask->resource, &held));
		if (held < limits[i].most)
			continue;
		TRY(task_median_ms(c, ask->operation, &median_ms));
		policy_held(c, limits[i].what, limits[i].most, median_ms);
		return fail(c, FAIL_LIMIT, "%lld %s tasks of this key have not ended, and no more "
			"than %lld may be under way: wait for one", (long long)held, limits[i].what,
			(long long)limits[i].most);
	}
	return FAIL_NONE;
}
