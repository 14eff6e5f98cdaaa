/* trae agent pause: let an agent take no more tasks. */
#include "lib/model/agent.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct agent_pause_args {
	const char *name;
};

struct agent_pause_reply {
	const char *name, *state;
};

static enum fail run(struct call *c, const void *data)
{
	const struct agent_pause_args *args = data;
	struct agent_pause_reply reply = {.name = args->name};

	TRY(store_open(c));
	TRY(agent_set_state(c, args->name, "paused", &reply.state));
	return op_emit(c, &reply);
}

const struct op op_agent_pause = {
	.name = "agent pause",
	.route = "POST /api/v1/agents/{name}/pause",
	.effect = EFFECT_WRITE,
	.flags = OP_QUICK,
	.summary = "Let an agent take no more tasks",
	.about = "What it runs goes on; what waits for it waits until trae agent resume. "
		"This holds across restarts.",
	.example = "trae agent pause content",
	OP_ARGS(struct agent_pause_args,
		FIELD(struct agent_pause_args, name, "Agent", .word = true, .required = true,
			.complete = "agent list")),
	OP_REPLY(struct agent_pause_reply,
		FIELD(struct agent_pause_reply, name, "Agent", .required = true),
		FIELD(struct agent_pause_reply, state, "What it is now", .required = true)),
	.run = run,
};
