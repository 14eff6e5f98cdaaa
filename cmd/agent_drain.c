/* trae agent drain: lets an agent finish what it runs and take nothing more. */
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/model/agent.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

#define LOOK_EVERY_MS 200

struct agent_drain_args {
	const char *name;
	int64_t wait_s;
};

struct agent_drain_reply {
	const char *name, *state;
	int64_t running;
};

static enum fail wait_for(struct call *c, const char *name, int64_t wait_s, struct agent_state *out)
{
	int64_t until = clock_boot_ms() + wait_s * 1000;

	TRY(agent_state_of(c, name, out));
	while (!strcmp(out->state, "draining") && clock_boot_ms() < until) {
		TRY(call_check(c));
		nanosleep(&(struct timespec){.tv_nsec = LOOK_EVERY_MS * 1000000L}, NULL);
		TRY(agent_state_of(c, name, out));
	}
	return FAIL_NONE;
}

static enum fail run(struct call *c, const void *data)
{
	const struct agent_drain_args *args = data;
	struct agent_drain_reply reply = {.name = args->name};
	struct agent_state state;

	TRY(store_open(c));
	TRY(agent_set_state(c, args->name, "draining", &reply.state));
	TRY(wait_for(c, args->name, args->wait_s, &state));
	reply.state = state.state;
	reply.running = state.running;
	return op_emit(c, &reply);
}

const struct op op_agent_drain = {
	.name = "agent drain",
	.route = "POST /api/v1/agents/{name}/drain",
	.effect = EFFECT_WRITE,
	.summary = "Let an agent finish what it runs and then pause",
	.about = "It takes no more tasks and is paused when the last one that it runs has "
		"ended; trae agent resume starts it again.",
	.example = "trae agent drain content --wait-s 60",
	OP_ARGS(struct agent_drain_args,
		FIELD(struct agent_drain_args, name, "Agent", .word = true, .required = true,
			.complete = "agent list"),
		FIELD(struct agent_drain_args, wait_s, "Seconds to wait until it is paused",
			.initial = "0", .min = 0, .max = 3600)),
	OP_REPLY(struct agent_drain_reply,
		FIELD(struct agent_drain_reply, name, "Agent", .required = true),
		FIELD(struct agent_drain_reply, state, "draining, or paused when nothing runs",
			.required = true),
		FIELD(struct agent_drain_reply, running, "Tasks that it still runs", .required = true)),
	.run = run,
};
