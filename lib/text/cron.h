/* Times that repeat: every so often, or by the five fields of cron. */
#ifndef TEXT_CRON_H
#define TEXT_CRON_H

#include <stdbool.h>
#include <stdint.h>

struct cron {
	int64_t every_ms;  /* not 0: so often, and nothing below counts */
	uint64_t minutes;  /* one bit each: 0 to 59 */
	uint32_t hours, days, months, weekdays; /* days 1 to 31, months 1 to 12, Sunday is 0 */
	bool any_hour, any_day, any_weekday;
};

/* Reads a duration ("15m", not below a second), "hourly", "daily", "weekly", "monthly", or minute,
 * hour, day of month, month and day of week as crontab(5) has them: *, lists, ranges, steps, names.
 * False when it is none of these, or a day that no month has. */
bool cron_parse(const char *text, struct cron *out);

/* The first time behind AFTER_MS, both in milliseconds since 1970 UTC. Fields of cron mean local
 * time: what falls into the hour that summer time skips comes right behind it, and what falls into
 * the hour that comes twice comes once, unless it comes every hour. */
int64_t cron_next(const struct cron *cron, int64_t after_ms);

#endif
