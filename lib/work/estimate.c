/* Estimates: when a task that is put now will have ended. */
#include "lib/work/estimate.h"

#include <pthread.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/field/field.h"
#include "lib/model/task_forecast.h"
#include "lib/work/pool.h"

#define FRESH_MS 1000
#define PLACES 64

/* What was looked up of late: many tasks are put in one second. */
struct forecast {
	char operation[48];
	int64_t priority, until_ms;
	int64_t median_ms, ahead;
};
static struct forecast known[PLACES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct forecast *place_of(const struct task *t)
{
	unsigned h = (unsigned)t->priority;

	for (const char *p = t->operation; *p; p++)
		h = h * 31 + (unsigned char)*p;
	return &known[h % PLACES];
}

static bool recall(const struct task *t, struct forecast *out)
{
	pthread_mutex_lock(&lock);
	*out = *place_of(t);
	pthread_mutex_unlock(&lock);
	return !strcmp(out->operation, t->operation) && out->priority == t->priority &&
		clock_boot_ms() < out->until_ms;
}

static enum fail look(struct call *c, const struct task *t, struct forecast *out)
{
	struct forecast f = {.priority = t->priority, .until_ms = clock_boot_ms() + FRESH_MS};

	if (strlen(t->operation) >= sizeof f.operation)
		return fail(c, FAIL_BUG, "an operation has too long a name: %s", t->operation);
	strncpy(f.operation, t->operation, sizeof f.operation - 1);
	TRY(task_median_ms(c, t->operation, &f.median_ms));
	*out = f;
	if (f.median_ms < 0)
		return FAIL_NONE;
	TRY(task_ahead(c, t->resource, t->priority, &f.ahead));
	pthread_mutex_lock(&lock);
	*place_of(t) = f;
	pthread_mutex_unlock(&lock);
	*out = f;
	return FAIL_NONE;
}

enum fail estimate_s(struct call *c, const struct task *t, double *out)
{
	bool ready = !strcmp(t->state, "pending"), due = !strcmp(t->state, "scheduled");
	struct forecast f;

	*out = NUM_NULL;
	if (!ready && !due)
		return FAIL_NONE;
	if (!recall(t, &f))
		TRY(look(c, t, &f));
	if (f.median_ms < 0 || (ready && f.ahead >= FORECAST_AHEAD_MAX))
		return FAIL_NONE;
	if (ready)
		*out = (double)f.median_ms / 1000 *
			(double)(1 + f.ahead / pool_slots(t->resource));
	else
		*out = (double)(t->run_at - clock_now_ms() + f.median_ms) / 1000;
	return FAIL_NONE;
}
