/* Times that repeat: every so often, or by the five fields of cron. */
#include "lib/text/cron.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "lib/text/duration.h"

#define MINUTE_MS 60000
/* The 29th of February comes after eight years at the latest. */
#define SEARCH_DAYS (9 * 366)

static const char *const month_names[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
	"aug", "sep",
	"oct", "nov", "dec", NULL};
static const char *const day_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

struct range {
	int min, max;
	const char *const *names;
};

/* A number or name at *P, and *P behind it. */
static bool read_value(const char **p, const struct range *r, int *out)
{
	char *end;
	long n;

	for (int i = 0; r->names && r->names[i]; i++)
		if (!strncasecmp(*p, r->names[i], 3)) {
			*p += 3;
			*out = r->min + i;
			return true;
		}
	if (!isdigit((unsigned char)**p))
		return false;
	n = strtol(*p, &end, 10);
	*p = end;
	*out = (int)n;
	return n >= r->min && n <= r->max;
}

/* One element of a list: *, a value, a range, each with a step or without. */
static bool read_element(const char **p, const struct range *r, uint64_t *bits)
{
	int from = r->min, to = r->max, step = 1;
	bool all = **p == '*', range = all;

	if (all) {
		++*p;
	} else {
		if (!read_value(p, r, &from))
			return false;
		to = from;
		if (**p == '-') {
			++*p;
			range = true;
			if (!read_value(p, r, &to) || to < from)
				return false;
		}
	}
	if (**p == '/') {
		static const struct range steps = {1, 59, NULL};

		++*p;
		if (!range || !read_value(p, &steps, &step))
			return false;
	}
	for (int i = from; i <= to; i += step)
		*bits |= UINT64_C(1) << i;
	return true;
}

static bool read_field(const char **p, int min, int max, const char *const *names, uint64_t *bits,
	bool *any)
{
	const struct range r = {min, max, names};

	*p += strspn(*p, " \t");
	*any = **p == '*' && ((*p)[1] == ' ' || (*p)[1] == '\t' || !(*p)[1]);
	*bits = 0;
	for (;;) {
		if (!read_element(p, &r, bits))
			return false;
		if (**p != ',')
			break;
		++*p;
	}
	return !**p || **p == ' ' || **p == '\t';
}

static bool parse_fields(const char *p, struct cron *out)
{
	uint64_t minutes, hours, days, months, weekdays;
	bool any_minute, any_month;

	if (!read_field(&p, 0, 59, NULL, &minutes, &any_minute) ||
		!read_field(&p, 0, 23, NULL, &hours, &out->any_hour) ||
		!read_field(&p, 1, 31, NULL, &days, &out->any_day) ||
		!read_field(&p, 1, 12, month_names, &months, &any_month) ||
		!read_field(&p, 0, 7, day_names, &weekdays, &out->any_weekday))
		return false;
	if (weekdays & (1 << 7)) /* Sunday again */
		weekdays |= 1;
	out->minutes = minutes;
	out->hours = (uint32_t)hours;
	out->days = (uint32_t)days;
	out->months = (uint32_t)months;
	out->weekdays = (uint32_t)weekdays & 0x7f;
	return !p[strspn(p, " \t")];
}

bool cron_parse(const char *text, struct cron *out)
{
	static const struct {
		const char *word, *fields;
	} words[] = {{"hourly", "0 * * * *"}, {"daily", "0 0 * * *"}, {"weekly", "0 0 * * 0"},
		{"monthly", "0 0 1 * *"}};
	struct cron cron = {0};

	if (duration_parse(text, &cron.every_ms)) {
		*out = cron;
		return cron.every_ms >= 1000;
	}
	cron.every_ms = 0;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcmp(words[i].word, text))
			text = words[i].fields;
	if (!parse_fields(text, &cron) || cron_next(&cron, 0) == INT64_MAX)
		return false;
	*out = cron;
	return true;
}

/* As in crontab(5): when both days are given, either will do. */
static bool day_matches(const struct cron *cron, const struct tm *tm)
{
	bool day = cron->days >> tm->tm_mday & 1, weekday = cron->weekdays >> tm->tm_wday & 1;

	if (!(cron->months >> (tm->tm_mon + 1) & 1))
		return false;
	if (cron->any_day || cron->any_weekday)
		return day && weekday;
	return day || weekday;
}

static bool matches(const struct cron *cron, const struct tm *tm)
{
	return (cron->minutes >> tm->tm_min & 1) && (cron->hours >> tm->tm_hour & 1) &&
	       day_matches(cron, tm);
}

/* Local time as a number that counts minutes as a wall clock shows them. */
static int64_t wall_minute(int64_t minute, struct tm *tm)
{
	time_t at = (time_t)minute * 60;
	struct tm copy;

	localtime_r(&at, tm);
	copy = *tm;
	return (int64_t)timegm(&copy) / 60;
}

/* Whether one of the minutes that the wall clock skipped, behind FROM and before TO, matches. */
static bool skipped_matches(const struct cron *cron, int64_t from, int64_t to)
{
	for (int64_t wall = from + 1; wall < to; wall++) {
		time_t at = (time_t)wall * 60;
		struct tm tm;

		gmtime_r(&at, &tm);
		if (matches(cron, &tm))
			return true;
	}
	return false;
}

int64_t cron_next(const struct cron *cron, int64_t after_ms)
{
	int64_t minute = after_ms / MINUTE_MS, wall, latest;
	int64_t end = minute + SEARCH_DAYS * 1440;
	struct tm tm;

	if (cron->every_ms)
		return after_ms + cron->every_ms;
	latest = wall = wall_minute(minute, &tm);
	while (minute < end) {
		int64_t last = wall;
		/* A day that does not match is passed over but for its last three hours, in which
		 * the clocks may change. */
		bool leap = !day_matches(cron, &tm) && tm.tm_hour < 20 && tm.tm_hour > 3;

		minute += leap ? (20 - tm.tm_hour) * 60 - tm.tm_min : 1;
		wall = wall_minute(minute, &tm);
		if (!leap && wall - last > 1 && !cron->any_hour &&
			skipped_matches(cron, last, wall))
			return minute * MINUTE_MS;
		if (wall <= latest && !cron->any_hour)
			continue;
		latest = wall;
		if (matches(cron, &tm))
			return minute * MINUTE_MS;
	}
	return INT64_MAX;
}
