/* Meters: counts that a serving process keeps since its start, for metrics. */
#ifndef BASE_METER_H
#define BASE_METER_H

#include <stdint.h>

enum meter {
	METER_REQUESTS,    /* answered over HTTP */
	METER_REFUSED,     /* of them with a status from 400 to 499 */
	METER_ERRORS,      /* of them with a status from 500 on */
	METER_REQUEST_US,  /* microseconds spent on all of them */
	METER_GROUPS,      /* transactions of the write lane */
	METER_GROUPED,     /* requests in them */
	METER_WORKERS,     /* worker processes that are alive now */
	METER_COUNT
};

/* From any thread. */
void meter_add(enum meter meter, int64_t n);
int64_t meter_get(enum meter meter);

#endif
