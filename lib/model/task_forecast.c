/* Forecasts: what the last runs of an operation and the tasks that wait say of one put now. */
#include "lib/model/task_forecast.h"

#include <stdlib.h>

#include "lib/store/store.h"

static int by_size(const void *one, const void *two)
{
	int64_t a = *(const int64_t *)one, b = *(const int64_t *)two;

	return a < b ? -1 : a > b;
}

enum fail task_median_ms(struct call *c, const char *operation, int64_t *out)
{
	int64_t runs[FORECAST_RUNS];
	size_t n = 0;
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select completed_at - started_at from task"
		" where operation = $1 and state = 'completed' order by completed_at desc limit $2"),
		PARAMS(operation, FORECAST_RUNS), &q));
	while (query_next(c, &q, &f))
		runs[n++] = query_int(&q, 0);
	TRY(f);
	qsort(runs, n, sizeof *runs, by_size);
	*out = n ? (runs[(n - 1) / 2] + runs[n / 2]) / 2 : -1;
	return FAIL_NONE;
}

static enum fail read_count(struct call *c, struct query *q, int64_t *out)
{
	enum fail f;

	if (query_next(c, q, &f))
		*out = query_int(q, 0);
	return f;
}

enum fail task_ahead(struct call *c, const char *resource, int64_t priority, int64_t *out)
{
	QUERY_AUTO q;

	/* A look into the index for each agent, however many less urgent tasks wait. */
	TRY(query_start(c, SQL("select (select count(*) from task r where r.state = 'running'"
		" and r.resource = $1) + coalesce(sum((select count(*) from (select 1 as one from task w"
		" where w.state = 'pending' and w.resource = $1 and w.agent = lane.name"
		" and w.priority <= $2 limit 1000) as waiting)), 0)"
		" from (select '' as name union all select a.name from agent a) lane"),
		PARAMS(resource, priority), &q));
	return read_count(c, &q, out);
}

enum fail task_held(struct call *c, const char *caller, const char *resource, int64_t *out)
{
	QUERY_AUTO q;

	TRY(query_start(c, SQL("select count(*) from task where caller = $1 and resource = $2"
		" and completed_at is null and resource <> 'light'"), PARAMS(caller, resource), &q));
	return read_count(c, &q, out);
}
