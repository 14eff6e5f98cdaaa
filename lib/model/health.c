/* Health: samples and their score, and alerts. */
#include "lib/model/health.h"

#include <math.h>

#include "lib/base/clock.h"
#include "lib/store/store.h"

#define WARNING_BELOW 0.6
#define CRITICAL_BELOW 0.3
#define ALERTS_MAX 32

static double free_share(double percent)
{
	return percent <= 0 ? 1 : percent >= 100 ? 0 : 1 - percent / 100;
}

void health_judge(struct health *h)
{
	h->score = 0.2 * free_share(h->cpu_percent) + 0.2 * free_share(h->memory_percent)
		+ 0.1 * free_share(h->disk_percent) + 0.25 * h->agents_score
		+ 0.15 * h->services_score + 0.1 * h->errors_score;
	h->score = round(h->score * 1000) / 1000;
	h->state = h->score < CRITICAL_BELOW  ? "critical"
		   : h->score < WARNING_BELOW ? "warning"
					      : "healthy";
}

enum fail health_record(struct call *c, const struct health *h)
{
	return store_run(c, SQL("insert into health (sampled_at, state, score, cpu_percent,"
		" memory_percent, disk_percent, agents_score, services_score, errors_score, uptime_s)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
		" on conflict (sampled_at) do nothing"),
		PARAMS(h->sampled_at, h->state, h->score, h->cpu_percent, h->memory_percent,
			h->disk_percent, h->agents_score, h->services_score, h->errors_score,
			h->uptime_s), NULL);
}

enum fail health_history(struct call *c, int64_t since, int limit, struct health **out, size_t *n)
{
	struct health *rows = ARENA_NEW(&c->arena, struct health, (size_t)limit);
	size_t count = 0;
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select sampled_at, state, score, cpu_percent, memory_percent,"
		" disk_percent, agents_score, services_score, errors_score, uptime_s from health"
		" where sampled_at >= $1 order by sampled_at desc limit $2"), PARAMS(since, limit), &q));
	while (query_next(c, &q, &f))
		rows[count++] = (struct health){.sampled_at = query_int(&q, 0),
			.state = query_text(c, &q, 1), .score = query_real(&q, 2),
			.cpu_percent = query_real(&q, 3), .memory_percent = query_real(&q, 4),
			.disk_percent = query_real(&q, 5), .agents_score = query_real(&q, 6),
			.services_score = query_real(&q, 7), .errors_score = query_real(&q, 8),
			.uptime_s = query_int(&q, 9)};
	TRY(f);
	*out = rows;
	*n = count;
	return FAIL_NONE;
}

enum fail health_prune(struct call *c, int64_t before)
{
	return store_run(c, SQL("delete from health where sampled_at < $1"), PARAMS(before), NULL);
}

bool alert_step(const struct alert_rule *rule, struct alert *a, double value)
{
	bool other = a->raised ? value < rule->clear : value >= rule->raise;

	a->value = value;
	a->streak = other ? a->streak + 1 : 0;
	if (a->streak < rule->times)
		return false;
	a->streak = 0;
	a->raised = !a->raised;
	a->changed_at = clock_now_ms();
	return true;
}

static enum fail alert_read(struct call *c, struct alert *a)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select raised, streak, value, changed_at from alert"
		" where rule = $1"), PARAMS(a->rule), &q));
	while (query_next(c, &q, &f)) {
		a->raised = query_int(&q, 0) != 0;
		a->streak = query_int(&q, 1);
		a->value = query_real(&q, 2);
		a->changed_at = query_int(&q, 3);
	}
	return f;
}

enum fail alert_update(struct call *c, const struct alert_rule *rule, double value,
	struct alert *out, bool *changed)
{
	struct alert a = {.rule = rule->name, .changed_at = clock_now_ms()};
	bool turned;

	TRY(alert_read(c, &a));
	turned = alert_step(rule, &a, value);
	TRY(store_run(c, SQL("insert into alert (rule, raised, streak, value, changed_at)"
		" values ($1, $2, $3, $4, $5) on conflict (rule) do update"
		" set raised = excluded.raised, streak = excluded.streak, value = excluded.value,"
		" changed_at = excluded.changed_at"),
		PARAMS(a.rule, (int64_t)a.raised, a.streak, a.value, a.changed_at), NULL));
	*out = a;
	*changed = turned;
	return FAIL_NONE;
}

enum fail alerts_raised(struct call *c, struct alert **out, size_t *n)
{
	struct alert *rows = ARENA_NEW(&c->arena, struct alert, ALERTS_MAX);
	size_t count = 0;
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select rule, streak, value, changed_at from alert"
		" where raised <> 0 order by changed_at, rule limit $1"), PARAMS(ALERTS_MAX), &q));
	while (query_next(c, &q, &f))
		rows[count++] = (struct alert){.rule = query_text(c, &q, 0), .raised = true,
			.streak = query_int(&q, 1), .value = query_real(&q, 2),
			.changed_at = query_int(&q, 3)};
	TRY(f);
	*out = rows;
	*n = count;
	return FAIL_NONE;
}
