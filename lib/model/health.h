/* Health: how well the whole is, by one number, over time; and alerts with hysteresis. */
#ifndef MODEL_HEALTH_H
#define MODEL_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/call.h"

struct health {
	int64_t sampled_at;
	double cpu_percent, memory_percent, disk_percent;
	double agents_score;   /* share of agents that are alive */
	double services_score; /* share of checks that are good */
	double errors_score;   /* share of the last 24 hours' tasks that ended well */
	double score;          /* by health_judge() */
	const char *state;     /* "healthy", "warning" below 0.6, "critical" below 0.3 */
	int64_t uptime_s;      /* of the machine */
};

/* Sets score and state: 0.2 of free processor, 0.2 of free memory, 0.1 of free disk, 0.25 agents,
 * 0.15 services, 0.1 errors. */
void health_judge(struct health *h);

enum fail health_record(struct call *c, const struct health *h);

/* At most LIMIT samples, newest first, none older than SINCE (ms). *OUT is in C's arena. */
enum fail health_history(struct call *c, int64_t since, int limit, struct health **out, size_t *n);

enum fail health_prune(struct call *c, int64_t before);

/* When to raise an alert about a value and when to end it: raised once the value was at least RAISE
 * in TIMES samples running, ended once it was below CLEAR in as many. */
struct alert_rule {
	const char *name;   /* "memory" */
	const char *unit;   /* "percent" */
	const char *about;  /* "Memory in use" */
	double raise, clear;
	int64_t times;
};

struct alert {
	const char *rule;
	bool raised;
	int64_t streak;     /* samples running that speak for the other state */
	double value;       /* latest */
	int64_t changed_at;
};

/* Moves A by one VALUE; true when it is raised or ended by that. */
bool alert_step(const struct alert_rule *rule, struct alert *a, double value);

/* The same with the alert's row, within the transaction that is open. *OUT is how it stands. */
enum fail alert_update(struct call *c, const struct alert_rule *rule, double value,
	struct alert *out, bool *changed);

/* The alerts that are raised. *OUT is in C's arena. */
enum fail alerts_raised(struct call *c, struct alert **out, size_t *n);

#endif
