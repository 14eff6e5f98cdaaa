/* trae agent logs: what happened to agents. */
#include "lib/base/clock.h"
#include "lib/model/agent.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct agent_logs_args {
	const char *name;
	int64_t limit;
};

struct agent_logs_reply {
	const char *at, *agent, *action, *detail;
};

static enum fail run(struct call *c, const void *data)
{
	const struct agent_logs_args *args = data;
	const struct agent *agent;
	struct agent_line *lines;
	size_t n;

	TRY(agent_find(c, args->name, &agent));
	TRY(store_open(c));
	TRY(agent_log(c, agent->name, (int)args->limit, &lines, &n));
	for (size_t i = 0; i < n; i++) {
		struct agent_logs_reply reply = {.at = clock_text(&c->arena, lines[i].at),
			.agent = lines[i].agent, .action = lines[i].action,
			.detail = lines[i].detail};

		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_agent_logs = {
	.name = "agent logs",
	.route = "GET /api/v1/agents/{name}/logs",
	.effect = EFFECT_READ,
	.flags = OP_QUICK,
	.summary = "Show what happened to an agent",
	.about = "Newest first: paused, resumed, drained, alerts raised and ended, tasks "
		"that failed. The steps of one task are in trae task logs. Lines are kept for 30 "
		"days.",
	.example = "trae agent logs system --limit 20",
	.rows = "lines",
	OP_ARGS(struct agent_logs_args,
		FIELD(struct agent_logs_args, name, "Agent", .word = true, .required = true,
			.complete = "agent list"),
		FIELD(struct agent_logs_args, limit, "Most lines shown", .initial = "50", .min = 1,
			.max = 1000)),
	OP_REPLY(struct agent_logs_reply,
		FIELD(struct agent_logs_reply, at, "When", .required = true),
		FIELD(struct agent_logs_reply, agent, "Agent", .required = true, .hidden = true),
		FIELD(struct agent_logs_reply, action, "What happened", .required = true),
		FIELD(struct agent_logs_reply, detail, "More about it")),
	.run = run,
};
