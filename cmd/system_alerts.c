/* trae system alerts: what the system agent raised and did not end yet. */
#include "lib/base/clock.h"
#include "lib/model/health.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct system_alerts_reply {
	const char *rule, *since;
	double value;
};

static enum fail run(struct call *c, const void *args)
{
	struct alert *alerts;
	size_t n;

	(void)args;
	TRY(store_open(c));
	TRY(alerts_raised(c, &alerts, &n));
	for (size_t i = 0; i < n; i++) {
		struct system_alerts_reply reply = {.rule = alerts[i].rule,
			.value = alerts[i].value,
			.since = clock_text(&c->arena, alerts[i].changed_at)};

		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_system_alerts = {
	.name = "system alerts",
	.route = "GET /api/v1/system/alerts",
	.effect = EFFECT_READ,
	.flags = OP_QUICK,
	.summary = "Show the alerts that are raised now",
	.about = "An alert is raised when a value is too high in several samples running and "
		"ended when it is well below that again; both are in trae agent logs system and "
		"sent as the event system.alert.",
	.example = "trae system alerts",
	.rows = "alerts",
	OP_NO_ARGS,
	OP_REPLY(struct system_alerts_reply,
		FIELD(struct system_alerts_reply, rule,
			"cpu, memory, disk, health, checks, queue or dead_letter", .required = true),
		FIELD(struct system_alerts_reply, value, "Latest value", .required = true),
		FIELD(struct system_alerts_reply, since, "When it was raised", .required = true)),
	.run = run,
};
