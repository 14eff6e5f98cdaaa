/* The system agent: samples how well machine, store, queue and agents are, and raises alerts. */
#include "lib/agent/system.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "lib/agent/agent.h"
#include "lib/agent/config.h"
#include "lib/agent/sections.h"
#include "lib/agent/service.h"
#include "lib/base/clock.h"
#include "lib/model/callback.h"
#include "lib/model/counter.h"
#include "lib/os/file.h"
#include "lib/os/usage.h"
#include "lib/store/store.h"

/* Two rounds of the interval that is set at first. */
#define FRESH_MS (2 * 60 * 1000)
#define LEAST_SPAN_US 1000000
#define NAP_MS 200
#define KEEP_DAYS 30
#define LOG_WARN_BYTES (64 << 20)

const struct field system_fields[] = {
	FIELD(struct system_settings, health_check_interval,
		"How often to look, as in 60 or 5_minutes", .initial = "60", .duration = true,
		.or_number = true),
	FIELD(struct system_settings, cpu_alert_percent, "Alert when the processor is so busy",
		.initial = "90", .min = 10, .max = 100),
	FIELD(struct system_settings, memory_alert_percent, "Alert when so much memory is in use",
		.initial = "80", .min = 10, .max = 100),
	FIELD(struct system_settings, disk_alert_percent, "Alert when the disk is so full",
		.initial = "90", .min = 10, .max = 100),
	FIELD(struct system_settings, queue_alert_age, "Alert when a task waits so long",
		.initial = "15_minutes", .duration = true, .or_number = true),
	FIELD(struct system_settings, services,
		"What to watch: a URL, tcp:HOST:PORT, or /PROGRAM WORD ... from the shell"),
	FIELD(struct system_settings, alert_url, "Where the event system.alert is sent"),
	LIMIT_FIELD(struct system_settings),
	{.name = NULL},
};

/* What one look found, beside the sample: the values of the alert rules. */
struct look {
	struct health health;
	double queue_age_s;
	int64_t dead_letters;
	int checks, failed;
	bool brief; /* without the services, which may take long to answer */
	void (*found)(void *to, const struct agent_finding *finding);
	void *to;
};

static void say(struct look *l, const char *check, bool good, const char *found, const char *remedy)
{
	const struct agent_finding finding = {.check = check, .good = good, .found = found,
		.remedy = good ? NULL : remedy};

	l->checks++;
	l->failed += !good;
	if (l->found)
		l->found(l->to, &finding);
}

static double tenth(double value)
{
	return round(value * 10) / 10;
}

static enum fail sample(struct call *c, struct health *h)
{
	/* The processor's load is a difference of two looks. */
	static _Thread_local struct usage before;
	const char *folder = path_dir(c, store_path(c));
	struct usage now;
	double cpu;

	TRY(usage_look(c, "", folder, &now));
	if (!before.at_boot_us || now.at_boot_us - before.at_boot_us < LEAST_SPAN_US) {
		before = now;
		nanosleep(&(struct timespec){.tv_nsec = NAP_MS * 1000000L}, NULL);
		TRY(usage_look(c, "", folder, &now));
	}
	cpu = usage_cpu_percent(&before, &now);
	before = now;
	h->sampled_at = clock_now_ms();
	h->cpu_percent = tenth(cpu < 0 ? 0 : cpu);
	h->memory_percent = tenth(now.memory_percent);
	h->disk_percent = tenth(now.disk_percent);
	h->uptime_s = now.at_boot_us / 1000000;
	return FAIL_NONE;
}

static enum fail one_number(struct call *c, const char *sql, int64_t *out)
{
	QUERY_AUTO q;
	enum fail f;

	*out = 0;
	TRY(query_start(c, sql, NO_PARAMS, &q));
	while (query_next(c, &q, &f))
		*out = query_int(&q, 0);
	return f;
}

static enum fail check_store(struct call *c, struct look *l)
{
	struct store_facts facts;

	TRY(store_facts(c, &facts));
	say(l, "store", true, arena_printf(&c->arena, "%s, schema %lld", facts.path,
		(long long)facts.schema), NULL);
	say(l, "store log", facts.log_bytes < LOG_WARN_BYTES,
		arena_printf(&c->arena, "%.1f MiB", (double)facts.log_bytes / (1 << 20)),
		"look for a process that has read the store for very long");
	return FAIL_NONE;
}

static enum fail check_queue(struct call *c, struct look *l, const struct system_settings *s)
{
	bool workers = worker_present(c);
	struct counters counters;
	int64_t oldest;

	say(l, "workers", workers, workers ? "running" : "no process takes tasks",
		"start trae serve, or trae task work");
	TRY(one_number(c, SQL("select created_at from task where status = 'pending'"
		" and state = 'pending' order by created_at, id limit 1"), &oldest));
	l->queue_age_s = oldest ? (double)(clock_now_ms() - oldest) / 1000 : 0;
	say(l, "queue", l->queue_age_s * 1000 < (double)agent_config_ms(s->queue_alert_age),
		oldest ? arena_printf(&c->arena, "the oldest task waits for %.0f s", l->queue_age_s)
		       : "nothing waits",
		"see trae task list, trae agent list");
	TRY(counters_read(c, &counters));
	l->dead_letters = counters.tasks_dead_letter;
	say(l, "dead letters", l->dead_letters == 0,
		arena_printf(&c->arena, "%lld", (long long)l->dead_letters),
		"trae task retry each, or trae task prune");
	return FAIL_NONE;
}

static enum fail check_agents(struct call *c, struct look *l)
{
	int64_t ended = 0, good = 0;
	struct agent_state *states;
	size_t n, alive = 0;

	TRY(agent_states(c, &states, &n));
	for (size_t i = 0; i < n; i++) {
		alive += strcmp(agent_status_word(&states[i]), "stopped") != 0;
		good += states[i].day_completed;
		ended += states[i].day_completed + states[i].day_failed;
	}
	l->health.agents_score = (double)alive / (double)n;
	l->health.errors_score = ended ? (double)good / (double)ended : 1;
	return FAIL_NONE;
}

static enum fail look(struct call *c, struct look *l, struct system_settings *settings)
{
	TRY(agent_config_bind(c, &agent_system, system_fields, settings));
	TRY(sample(c, &l->health));
	TRY(check_store(c, l));
	TRY(check_queue(c, l, settings));
	TRY(check_agents(c, l));
	for (const char *const *s = settings->services; s && *s && !l->brief; s++) {
		struct agent_finding finding;

		service_check(c, *s, &finding);
		say(l, finding.check, finding.good, finding.found, finding.remedy);
	}
	l->health.services_score = 1 - (double)l->failed / l->checks;
	health_judge(&l->health);
	return FAIL_NONE;
}

static enum fail round_s(struct call *c, int64_t *out)
{
	struct system_settings settings;

	TRY(agent_config_bind(c, &agent_system, system_fields, &settings));
	*out = agent_config_ms(settings.health_check_interval) / 1000;
	return FAIL_NONE;
}

enum fail system_health(struct call *c, struct health *out)
{
	struct look l = {.brief = true};
	struct system_settings settings;
	struct health *newest;
	int64_t age_ms, every_s;
	size_t n;

	TRY(health_history(c, 0, 1, &newest, &n));
	age_ms = n ? clock_now_ms() - newest->sampled_at : INT64_MAX;
	if (n && age_ms > FRESH_MS) {
		TRY(round_s(c, &every_s));
		n = age_ms <= 2 * every_s * 1000;
	}
	if (!n)
		TRY(look(c, &l, &settings));
	*out = n ? *newest : l.health;
	return FAIL_NONE;
}

static enum fail tell(struct call *c, const struct alert_rule *rule, const struct alert *a,
	const char *url)
{
	const char *text = arena_printf(&c->arena, "%s: %s is %.4g %s", rule->name, rule->about,
		a->value, rule->unit);
	JSON_AUTO body = NULL;

	TRY(agent_note(c, agent_system.name, a->raised ? "alert raised" : "alert ended", text));
	if (!url)
		return FAIL_NONE;
	body = json_pack("{s:s,s:s,s:s,s:s,s:f,s:s,s:s}", "event", "system.alert", "timestamp",
		clock_text(&c->arena, a->changed_at), "status", a->raised ? "raised" : "ended",
		"rule", rule->name, "value", a->value, "unit", rule->unit, "message", text);
	return callback_put(c, url, "system.alert", NULL, body);
}

static enum fail record(struct call *c, const struct look *l, const struct system_settings *s)
{
	double age_s = (double)agent_config_ms(s->queue_alert_age) / 1000;
	const struct {
		struct alert_rule rule;
		double value;
	} rows[] = {
		{{"cpu", "percent", "processor in use", s->cpu_alert_percent,
			 s->cpu_alert_percent - 20, 3}, l->health.cpu_percent},
		{{"memory", "percent", "memory in use", s->memory_alert_percent,
			 s->memory_alert_percent - 5, 2}, l->health.memory_percent},
		{{"disk", "percent", "disk in use", s->disk_alert_percent,
			 s->disk_alert_percent - 5, 1}, l->health.disk_percent},
		{{"health", "of 1", "what is missing of a full score", 0.4, 0.35, 2},
			1 - l->health.score},
		{{"checks", "failed", "number of checks", 1, 1, 2}, l->failed},
		{{"queue", "s", "age of the oldest task that waits", age_s, age_s / 2, 1},
			l->queue_age_s},
		{{"dead_letter", "tasks", "number of dead letters", 1, 1, 1},
			(double)l->dead_letters},
	};

	TRY(health_record(c, &l->health));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct alert a;
		bool changed;

		TRY(alert_update(c, &rows[i].rule, rows[i].value, &a, &changed));
		if (changed)
			TRY(tell(c, &rows[i].rule, &a, s->alert_url));
	}
	TRY(health_prune(c, l->health.sampled_at - KEEP_DAYS * 86400000LL));
	return agent_prune(c, l->health.sampled_at - KEEP_DAYS * 86400000LL);
}

static enum fail go_round(struct call *c, const char **done)
{
	struct system_settings settings;
	struct look l = {.found = NULL};

	TRY(look(c, &l, &settings));
	TRY(store_begin(c));
	TRY(store_end(c, record(c, &l, &settings)));
	*done = arena_printf(&c->arena, "%s, score %.2f, %d of %d checks good", l.health.state,
		l.health.score, l.checks - l.failed, l.checks);
	return FAIL_NONE;
}

static enum fail check(struct call *c,
	void (*found)(void *to, const struct agent_finding *finding), void *to)
{
	struct look l = {.found = found, .to = to};
	struct system_settings settings;

	return look(c, &l, &settings);
}

const struct agent agent_system = {
	.name = "system",
	.class = "SystemAgent",
	.about = "Looks after machine, store and queue, and raises alerts",
	.operations = (const char *const[]){"status", "system status", "system agents",
		"system health", "system alerts", NULL},
	.max_running = 1000, /* looks that take no time; slots of the pool bound them */
	.round = go_round,
	.round_s = round_s,
	.check = check,
	.section = "system_agent",
};
