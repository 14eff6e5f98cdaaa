/* trae system status: whether everything works, as the guides' clients ask for it. */
#include "lib/agent/system.h"
#include "lib/base/clock.h"
#include "lib/model/agent.h"
#include "lib/model/counter.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct system_status_reply {
	const char *status, *timestamp, *orchestrator_status, *database_health, *api_version;
	json_t *agents, *system_metrics;
	const char *const *reasons;
};

struct status_agent {
	const char *status, *last_heartbeat;
	int64_t tasks_completed;
	double health_score;
};
static const struct field agent_fields[] = {
	FIELD(struct status_agent, status, "active, stopped, paused or draining", .required = true),
	FIELD(struct status_agent, last_heartbeat, "When a worker last said it lives"),
	FIELD(struct status_agent, tasks_completed, "Tasks completed ever", .required = true),
	FIELD(struct status_agent, health_score,
		"0 without a live worker, else the share of a day's tasks that ended well",
		.required = true),
	{.name = NULL},
};

/* One row for each agent of lib/agent. */
#define CLASS(key, text) {.name = key, .type = FIELD_JSON, .help = text, .of = agent_fields}
static const struct field class_fields[] = {
	CLASS("SystemAgent", "Looks after machine, store and queue"),
	CLASS("ContentAgent", "Makes scripts, videos, sound and text"),
	{.name = NULL},
};

struct metrics {
	double memory_usage_percent, cpu_usage_percent, disk_usage_percent, health_score;
	int64_t active_tasks, queued_tasks;
	const char *sampled_at;
};
static const struct field metric_fields[] = {
	FIELD(struct metrics, memory_usage_percent, "Memory in use", .required = true),
	FIELD(struct metrics, cpu_usage_percent, "Processor in use", .required = true),
	FIELD(struct metrics, disk_usage_percent, "Disk in use", .required = true),
	FIELD(struct metrics, active_tasks, "Tasks that run now", .required = true),
	FIELD(struct metrics, queued_tasks, "Tasks that wait", .required = true),
	FIELD(struct metrics, health_score, "Score of the whole, 0 to 1", .required = true),
	FIELD(struct metrics, sampled_at, "When percentages and score were taken", .required = true),
	{.name = NULL},
};

static enum fail read_agents(struct call *c, json_t **out)
{
	json_t *agents = json_keep(c, json_object());
	struct agent_state *states;
	size_t n;

	TRY(agent_states(c, &states, &n));
	for (size_t i = 0; i < n; i++) {
		const struct agent_state *s = &states[i];
		const struct status_agent a = {.status = agent_status_word(s),
			.tasks_completed = s->tasks_completed, .health_score = agent_score(s),
			.last_heartbeat = s->heartbeat_at ? clock_text(&c->arena, s->heartbeat_at)
							  : NULL};

		json_object_set_new(agents, s->agent->class, field_emit(c, agent_fields, &a));
	}
	*out = agents;
	return FAIL_NONE;
}

static enum fail read_metrics(struct call *c, json_t **out)
{
	struct counters n;
	struct health h;
	struct metrics m;

	TRY(counters_read(c, &n));
	TRY(system_health(c, &h));
	m = (struct metrics){.memory_usage_percent = h.memory_percent,
		.cpu_usage_percent = h.cpu_percent, .disk_usage_percent = h.disk_percent,
		.health_score = h.score, .active_tasks = n.tasks_running,
		.queued_tasks = n.tasks_pending + n.tasks_scheduled + n.tasks_blocked + n.tasks_retrying,
		.sampled_at = clock_text(&c->arena, h.sampled_at)};
	*out = json_keep(c, field_emit(c, metric_fields, &m));
	return FAIL_NONE;
}

static enum fail read_store(struct call *c, struct system_status_reply *reply)
{
	TRY(store_open_read(c));
	TRY(read_agents(c, &reply->agents));
	return read_metrics(c, &reply->system_metrics);
}

static enum fail run(struct call *c, const void *args)
{
	struct system_status_reply reply = {.api_version = "1.0"};
	const char *reasons[3] = {NULL};
	enum fail f = read_store(c, &reply);
	size_t n = 0;
	bool workers = worker_present(c);

	(void)args;
	if (f == FAIL_INTERRUPTED || f == FAIL_BUG)
		return f;
	if (f != FAIL_NONE)
		reasons[n++] = c->why;
	fail_forget(c);
	if (!workers)
		reasons[n++] = "no worker runs: start trae serve or trae task work";
	reply.database_health = f == FAIL_NONE ? "healthy" : f == FAIL_MISSING ? "absent" : "failed";
	reply.orchestrator_status = workers ? "LIVE" : "STOPPED";
	reply.status = n ? "DEGRADED" : "LIVE";
	reply.timestamp = clock_text(&c->arena, clock_now_ms());
	reply.reasons = reasons;
	return op_emit(c, &reply);
}

const struct op op_system_status = {
	.name = "system status",
	.route = "GET /api/v1/system/status",
	.effect = EFFECT_READ,
	.fresh_ms = 100,
	.flags = OP_QUICK,
	.summary = "Show whether workers, store and agents are well",
	.about = "LIVE only while a worker lives and the store answers, else DEGRADED with "
		"the reasons. Percentages are of the machine or of its control group, whichever "
		"is tighter.",
	.example = "trae system status --json",
	OP_NO_ARGS,
	OP_REPLY(struct system_status_reply,
		FIELD(struct system_status_reply, status, "LIVE or DEGRADED", .required = true),
		FIELD(struct system_status_reply, timestamp, "Now", .required = true),
		FIELD(struct system_status_reply, orchestrator_status,
			"LIVE while a process runs tasks, else STOPPED", .required = true),
		FIELD(struct system_status_reply, agents, "The agents by class", .of = class_fields),
		FIELD(struct system_status_reply, system_metrics, "How busy things are",
			.of = metric_fields),
		FIELD(struct system_status_reply, database_health, "healthy, absent or failed",
			.required = true),
		FIELD(struct system_status_reply, api_version, "Version of the interface",
			.required = true),
		FIELD(struct system_status_reply, reasons, "Why it is not LIVE", .required = true)),
	.run = run,
};
