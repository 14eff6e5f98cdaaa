/* Clocks, and times as text. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "lib/base/arena.h"

/* Milliseconds since 1970 UTC: for what people read and for what is stored. */
int64_t clock_now_ms(void);

/* Microseconds on the same clock: for what is put in order by it. */
int64_t clock_now_us(void);

/* Milliseconds since boot, counting suspend, never set by anyone: for leases and deadlines. */
int64_t clock_boot_ms(void);

/* Microseconds on the same clock: for measuring. */
int64_t clock_boot_us(void);

/* Milliseconds since boot, without suspend and up to a tick (1 to 10) behind: for deadlines that every
 * request sets anew, at a fourth of the cost. */
int64_t clock_rough_ms(void);

/* RFC 3339 in UTC with milliseconds, as in 2026-11-20T18:37:00.000Z. */
const char *clock_text(struct arena *a, int64_t at_ms);

#endif
