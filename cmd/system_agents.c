/* trae system agents: the agents and what they achieve, as the guides' clients ask for it. */
#include <math.h>

#include "lib/model/agent.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct system_agents_reply {
	const char *name, *type, *status;
	const char *const *capabilities;
	int64_t current_tasks, max_concurrent_tasks;
	json_t *performance_metrics;
};

struct performance {
	double avg_response_time_ms, success_rate_percent;
	int64_t error_count_24h;
};
static const struct field performance_fields[] = {
	FIELD(struct performance, avg_response_time_ms, "Mean run of a day's tasks; null without any"),
	FIELD(struct performance, success_rate_percent, "Of a day's tasks; null without any"),
	FIELD(struct performance, error_count_24h, "A day's tasks that failed", .required = true),
	{.name = NULL},
};

static struct performance performance_of(const struct agent_state *s)
{
	int64_t ended = s->day_completed + s->day_failed;

	return (struct performance){
		.avg_response_time_ms = ended ? round((double)s->day_run_ms / (double)ended) : NUM_NULL,
		.success_rate_percent = ended
			? round(1000 * (double)s->day_completed / (double)ended) / 10 : NUM_NULL,
		.error_count_24h = s->day_failed,
	};
}

static enum fail run(struct call *c, const void *args)
{
	struct agent_state *states;
	size_t n;

	(void)args;
	TRY(store_open(c));
	TRY(agent_states(c, &states, &n));
	for (size_t i = 0; i < n; i++) {
		const struct agent_state *s = &states[i];
		const struct performance p = performance_of(s);
		struct system_agents_reply reply = {.name = s->agent->class,
			.type = s->agent->name, .status = agent_status_word(s),
			.capabilities = s->agent->operations, .current_tasks = s->running,
			.max_concurrent_tasks = s->max_running,
			.performance_metrics = json_keep(c, field_emit(c, performance_fields, &p))};

		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_system_agents = {
	.name = "system agents",
	.route = "GET /api/v1/system/agents",
	.effect = EFFECT_READ,
	.fresh_ms = 100,
	.flags = OP_QUICK,
	.summary = "Show what the agents achieve",
	.about = "How many tasks each runs and may run, and of the last 24 whole hours its "
		"mean time, the share that ended well and the errors.",
	.example = "trae system agents --json",
	.rows = "agents",
	OP_NO_ARGS,
	OP_REPLY(struct system_agents_reply,
		FIELD(struct system_agents_reply, name, "Its name in the guides", .required = true),
		FIELD(struct system_agents_reply, type, "Its name here", .required = true),
		FIELD(struct system_agents_reply, status, "active, stopped, paused or draining",
			.required = true),
		FIELD(struct system_agents_reply, capabilities, "Operations that it runs",
			.required = true),
		FIELD(struct system_agents_reply, current_tasks, "Tasks that it runs now",
			.required = true),
		FIELD(struct system_agents_reply, max_concurrent_tasks, "How many it may run at once",
			.required = true),
		FIELD(struct system_agents_reply, performance_metrics, "Of the last 24 hours",
			.required = true, .of = performance_fields)),
	.run = run,
};
