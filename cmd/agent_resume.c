/* trae agent resume: let a paused agent take tasks again. */
#include "lib/model/agent.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct agent_resume_args {
	const char *name;
};

struct agent_resume_reply {
	const char *name, *state;
};

static enum fail run(struct call *c, const void *data)
{
	const struct agent_resume_args *args = data;
	struct agent_resume_reply reply = {.name = args->name};

	TRY(store_open(c));
	TRY(agent_set_state(c, args->name, "active", &reply.state));
	return op_emit(c, &reply);
}

const struct op op_agent_resume = {
	.name = "agent resume",
	.route = "POST /api/v1/agents/{name}/resume",
	.effect = EFFECT_WRITE,
	.flags = OP_QUICK,
	.summary = "Let a paused agent take tasks again",
	.about = "It takes up what waited for it at once.",
	.example = "trae agent resume content",
	OP_ARGS(struct agent_resume_args,
		FIELD(struct agent_resume_args, name, "Agent", .word = true, .required = true,
			.complete = "agent list")),
	OP_REPLY(struct agent_resume_reply,
		FIELD(struct agent_resume_reply, name, "Agent", .required = true),
		FIELD(struct agent_resume_reply, state, "What it is now", .required = true)),
	.run = run,
};
