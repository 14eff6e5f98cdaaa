/* Clocks, and times as text. */
#include "lib/base/clock.h"

#include <time.h>

static int64_t read_us(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_now_ms(void)
{
	return read_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_now_us(void)
{
	return read_us(CLOCK_REALTIME);
}

int64_t clock_boot_ms(void)
{
	return read_us(CLOCK_BOOTTIME) / 1000;
}

int64_t clock_boot_us(void)
{
	return read_us(CLOCK_BOOTTIME);
}

int64_t clock_rough_ms(void)
{
	return read_us(CLOCK_MONOTONIC_COARSE) / 1000;
}

/* The date of a day counted from 1970-01-01: civil_from_days() of H. Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms". gmtime_r() would read the time zone's file first. */
static void date_of(int64_t day, int64_t *year, int *month, int *day_of_month)
{
	int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t year_of_era =
		(of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int of_year = (int)(of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100));
	int from_march = (5 * of_year + 2) / 153;

	*day_of_month = of_year - (153 * from_march + 2) / 5 + 1;
	*month = from_march < 10 ? from_march + 3 : from_march - 9;
	*year = year_of_era + era * 400 + (*month <= 2);
}

const char *clock_text(struct arena *a, int64_t at_ms)
{
	const int64_t day_ms = 86400000;
	int64_t in_day = (at_ms % day_ms + day_ms) % day_ms, year;
	int month, day, s = (int)(in_day / 1000);

	date_of((at_ms - in_day) / day_ms, &year, &month, &day);
	return arena_printf(a, "%04lld-%02d-%02dT%02d:%02d:%02d.%03dZ", (long long)year, month, day,
		s / 3600, s / 60 % 60, s % 60, (int)(in_day % 1000));
}
