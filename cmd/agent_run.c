/* trae agent run: lets an agent do now what it does of itself. */
#include "lib/model/agent.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct agent_run_args {
	const char *name;
	bool due;
};

struct agent_run_reply {
	const char *name, *done;
};

static enum fail run(struct call *c, const void *data)
{
	const struct agent_run_args *args = data;
	struct agent_run_reply reply;
	const struct agent *agent;

	TRY(agent_find(c, args->name, &agent));
	if (!agent->round)
		return fail(c, FAIL_CONFLICT, "agent %s does nothing of itself: its tasks are run by "
			"trae serve, or now by trae task work --until-empty", agent->name);
	TRY(store_open(c));
	reply.name = agent->name;
	TRY(agent_round(c, agent, !args->due, &reply.done));
	return op_emit(c, &reply);
}

const struct op op_agent_run = {
	.name = "agent run",
	.route = "POST /api/v1/agents/{name}/run",
	.effect = EFFECT_WRITE,
	.summary = "Let an agent do its round now",
	.about = "For the system agent: sample its machine, run its checks, raise and end "
		"alerts. trae serve does it by itself; this is for cron, and for looking now.",
	.example = "trae agent run system",
	OP_ARGS(struct agent_run_args,
		FIELD(struct agent_run_args, name, "Agent", .word = true, .required = true,
			.complete = "agent list"),
		FIELD(struct agent_run_args, due, "Only when its interval has passed")),
	OP_REPLY(struct agent_run_reply,
		FIELD(struct agent_run_reply, name, "Agent", .required = true),
		FIELD(struct agent_run_reply, done, "What it did; null when it was not due")),
	.run = run,
};
