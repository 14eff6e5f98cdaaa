/* trae system health: the samples that the system agent took. */
#include "lib/base/clock.h"
#include "lib/model/health.h"
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/text/duration.h"

struct system_health_args {
	const char *since;
	int64_t limit;
};

struct system_health_reply {
	const char *sampled_at, *state;
	double score, cpu_percent, memory_percent, disk_percent;
	double agents_score, services_score, errors_score;
	int64_t uptime_s;
};

static enum fail run(struct call *c, const void *data)
{
	const struct system_health_args *args = data;
	struct health *samples;
	int64_t since_ms = 0;
	size_t n;

	if (!duration_parse(args->since, &since_ms))
		return FAIL_BUG;
	TRY(store_open(c));
	TRY(health_history(c, clock_now_ms() - since_ms, (int)args->limit, &samples, &n));
	for (size_t i = 0; i < n; i++) {
		const struct health *h = &samples[i];
		struct system_health_reply reply = {.state = h->state, .score = h->score,
			.sampled_at = clock_text(&c->arena, h->sampled_at),
			.cpu_percent = h->cpu_percent, .memory_percent = h->memory_percent,
			.disk_percent = h->disk_percent, .agents_score = h->agents_score,
			.services_score = h->services_score, .errors_score = h->errors_score,
			.uptime_s = h->uptime_s};

		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_system_health = {
	.name = "system health",
	.route = "GET /api/v1/system/health",
	.effect = EFFECT_READ,
	.flags = OP_QUICK,
	.summary = "Show how well the system was over time",
	.about = "Samples of the system agent, newest first, kept for 30 days. The score is "
		"0.2 free processor, 0.2 free memory, 0.1 free disk, 0.25 agents, 0.15 checks and "
		"0.1 tasks that ended well; below 0.6 it is a warning, below 0.3 critical.",
	.example = "trae system health --since 6h",
	.rows = "samples",
	OP_ARGS(struct system_health_args,
		FIELD(struct system_health_args, since, "How far back, as in 6h", .initial = "1d",
			.duration = true),
		FIELD(struct system_health_args, limit, "Most samples shown", .initial = "60", .min = 1,
			.max = 10000)),
	OP_REPLY(struct system_health_reply,
		FIELD(struct system_health_reply, sampled_at, "When", .required = true),
		FIELD(struct system_health_reply, state, "healthy, warning or critical",
			.required = true),
		FIELD(struct system_health_reply, score, "0 to 1", .required = true),
		FIELD(struct system_health_reply, cpu_percent, "Processor in use", .required = true),
		FIELD(struct system_health_reply, memory_percent, "Memory in use", .required = true),
		FIELD(struct system_health_reply, disk_percent, "Disk in use", .required = true),
		FIELD(struct system_health_reply, agents_score, "Share of agents alive",
			.required = true, .hidden = true),
		FIELD(struct system_health_reply, services_score, "Share of checks that are good",
			.required = true, .hidden = true),
		FIELD(struct system_health_reply, errors_score, "Share of tasks that ended well",
			.required = true, .hidden = true),
		FIELD(struct system_health_reply, uptime_s, "Of the machine", .required = true,
			.hidden = true)),
	.run = run,
};
