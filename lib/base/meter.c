/* Meters: counts that a serving process keeps since its start, for metrics. */
#include "lib/base/meter.h"

#include <stdatomic.h>

static atomic_llong meters[METER_COUNT];

void meter_add(enum meter meter, int64_t n)
{
	atomic_fetch_add_explicit(&meters[meter], n, memory_order_relaxed);
}

int64_t meter_get(enum meter meter)
{
	return atomic_load_explicit(&meters[meter], memory_order_relaxed);
}
