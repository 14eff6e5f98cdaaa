/* Forecasts: what the last runs of an operation and the tasks that wait say of one put now. */
#ifndef MODEL_TASK_FORECAST_H
#define MODEL_TASK_FORECAST_H

#include "lib/base/call.h"

#define FORECAST_RUNS 20
#define FORECAST_AHEAD_MAX 1000

/* The median time that the last FORECAST_RUNS completed tasks of OPERATION ran; -1 without any. */
enum fail task_median_ms(struct call *c, const char *operation, int64_t *out);

/* How many tasks of RESOURCE run, or wait and are at least as urgent as PRIORITY; of each agent at
 * most FORECAST_AHEAD_MAX are counted. */
enum fail task_ahead(struct call *c, const char *resource, int64_t priority, int64_t *out);

/* How many unfinished tasks of RESOURCE, which is not "light", the caller with that id has. */
enum fail task_held(struct call *c, const char *caller, const char *resource, int64_t *out);

#endif
