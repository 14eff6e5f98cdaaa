/* Points in time as people write them. */
#include "lib/text/when.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "lib/text/duration.h"

/* COUNT digits at *P as a number, and *P behind them. */
static bool digits(const char **p, int count, int *out)
{
	int n = 0;

	for (; count; count--, ++*p) {
		if (!isdigit((unsigned char)**p))
			return false;
		n = n * 10 + (**p - '0');
	}
	*out = n;
	return true;
}

static bool mark(const char **p, const char *any)
{
	if (!**p || !strchr(any, **p))
		return false;
	++*p;
	return true;
}

static bool read_date(const char **p, struct tm *tm)
{
	if (!digits(p, 4, &tm->tm_year) || !mark(p, "-") || !digits(p, 2, &tm->tm_mon) ||
		!mark(p, "-") || !digits(p, 2, &tm->tm_mday))
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return tm->tm_mon >= 0 && tm->tm_mon < 12 && tm->tm_mday >= 1 && tm->tm_mday <= 31;
}

static bool read_time(const char **p, struct tm *tm, int *ms)
{
	int scale = 100;

	*ms = 0;
	if (!digits(p, 2, &tm->tm_hour) || !mark(p, ":") || !digits(p, 2, &tm->tm_min) ||
		!mark(p, ":") || !digits(p, 2, &tm->tm_sec))
		return false;
	if (mark(p, "."))
		for (; isdigit((unsigned char)**p); ++*p, scale /= 10)
			*ms += (**p - '0') * scale;
	return tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec <= 60;
}

/* Z, or an offset from UTC in minutes. */
static bool read_zone(const char **p, int *minutes)
{
	int sign = **p == '-' ? -1 : 1, hour, minute;

	*minutes = 0;
	if (mark(p, "Zz"))
		return true;
	if (!mark(p, "+-") || !digits(p, 2, &hour) || !mark(p, ":") || !digits(p, 2, &minute))
		return false;
	*minutes = sign * (hour * 60 + minute);
	return hour < 24 && minute < 60;
}

bool when_parse(const char *text, int64_t now_ms, int64_t *at_ms)
{
	struct tm tm = {0};
	const char *p = text;
	int ms = 0, minutes = 0, day;
	int64_t duration_ms;
	time_t at;

	if (!read_date(&p, &tm)) {
		if (!duration_parse(text, &duration_ms))
			return false;
		*at_ms = now_ms + duration_ms;
		return true;
	}
	if (*p && (!mark(&p, "Tt ") || !read_time(&p, &tm, &ms) || !read_zone(&p, &minutes) || *p))
		return false;
	day = tm.tm_mday;
	at = timegm(&tm);
	/* The 31st of a month that has 30 days has become another day. */
	if (tm.tm_mday != day)
		return false;
	*at_ms = ((int64_t)at - minutes * 60) * 1000 + ms;
	return true;
}
