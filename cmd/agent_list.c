/* trae agent list: the agents, what they do and how they stand. */
#include "lib/base/clock.h"
#include "lib/model/agent.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct agent_list_reply {
	const char *name, *status, *class, *about, *last_heartbeat;
	const char *const *operations;
	int64_t running, max_running, completed, errors;
};

static enum fail run(struct call *c, const void *args)
{
	struct agent_state *states;
	size_t n;

	(void)args;
	TRY(store_open(c));
	TRY(agent_states(c, &states, &n));
	for (size_t i = 0; i < n; i++) {
		const struct agent_state *s = &states[i];
		struct agent_list_reply reply = {.name = s->agent->name,
			.status = agent_status_word(s), .class = s->agent->class,
			.about = s->agent->about, .operations = s->agent->operations,
			.running = s->running, .max_running = s->max_running,
			.completed = s->tasks_completed, .errors = s->errors};

		if (s->heartbeat_at)
			reply.last_heartbeat = clock_text(&c->arena, s->heartbeat_at);
		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_agent_list = {
	.name = "agent list",
	.route = "GET /api/v1/agents",
	.effect = EFFECT_READ,
	.flags = OP_QUICK,
	.summary = "List the agents and how they stand",
	.about = "An agent is a named set of operations with a limit on how many of them run "
		"at once. It is active while a worker lives (trae serve, trae task work), else "
		"stopped; paused and draining are set by hand.",
	.example = "trae agent list",
	.rows = "agents",
	OP_NO_ARGS,
	OP_REPLY(struct agent_list_reply,
		FIELD(struct agent_list_reply, name, "Agent", .required = true),
		FIELD(struct agent_list_reply, status, "active, stopped, paused or draining",
			.required = true),
		FIELD(struct agent_list_reply, running, "Tasks that it runs now", .required = true),
		FIELD(struct agent_list_reply, max_running, "How many it may run at once",
			.required = true),
		FIELD(struct agent_list_reply, completed, "Tasks completed ever", .required = true),
		FIELD(struct agent_list_reply, errors, "Tasks that failed, ever", .required = true),
		FIELD(struct agent_list_reply, last_heartbeat, "When a worker last said it lives"),
		FIELD(struct agent_list_reply, about, "What it does", .required = true),
		FIELD(struct agent_list_reply, class, "Its name in the guides", .required = true,
			.hidden = true),
		FIELD(struct agent_list_reply, operations, "What it runs", .required = true,
			.hidden = true)),
	.run = run,
};
