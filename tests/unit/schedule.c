/* Times that repeat, and schedules when the clock is set. */
#include <stdlib.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/model/task.h"
#include "lib/text/cron.h"
#include "lib/text/csv.h"
#include "lib/text/when.h"
#include "lib/work/schedule.h"
#include "tests/unit/store_home.h"

static void in_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

static int64_t at(const char *text)
{
	int64_t ms = -1;

	CHECK(when_parse(text, 0, &ms));
	return ms;
}

static const char *next(struct call *c, const char *cron, const char *after)
{
	struct cron parsed;

	if (!cron_parse(cron, &parsed)) {
		printf("# refused \"%s\"\n", cron);
		CHECK(false);
		return "";
	}
	return clock_text(&c->arena, cron_next(&parsed, at(after)));
}

TEST(fields_of_cron)
{
	static const struct {
		const char *cron, *after, *next;
	} rows[] = {
		{"* * * * *", "2026-11-20T10:00:00Z", "2026-11-20T10:01:00.000Z"},
		{"* * * * *", "2026-11-20T10:00:59.999Z", "2026-11-20T10:01:00.000Z"},
		{"30 6 * * 1-5", "2026-11-20T07:00:00Z", "2026-11-23T06:30:00.000Z"},
		{"*/20 * * * *", "2026-11-20T10:40:00Z", "2026-11-20T11:00:00.000Z"},
		{"0 0 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00.000Z"},
		{"0 12 13 * fri", "2026-11-20T13:00:00Z", "2026-11-27T12:00:00.000Z"},
		{"5,10-12 3 * jan sun", "2026-11-20T00:00:00Z", "2027-01-03T03:05:00.000Z"},
		{"0 0 * * 7", "2026-11-20T00:00:00Z", "2026-11-22T00:00:00.000Z"},
		{"monthly", "2026-11-20T00:00:00Z", "2026-12-01T00:00:00.000Z"},
		{"15m", "2026-11-20T00:00:00Z", "2026-11-20T00:15:00.000Z"},
	};

	in_zone("UTC");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_TEXT(next(c, rows[i].cron, rows[i].after), rows[i].next);
}

TEST(what_is_no_time_is_refused)
{
	static const char *const bad[] = {"", "* * * *", "* * * * * *", "60 * * * *", "0 24 * * *",
		"0 0 0 * *", "0 0 30 2 *", "0 0 * 13 *", "5-1 * * * *", "*/0 * * * *", "1/2 * * "
		"* *",
		"a * * * *", "0 0 * * mondays", "10ms", "-5m", "1,,2 * * * *"};
	struct cron cron;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (cron_parse(bad[i], &cron)) {
			printf("# accepted \"%s\"\n", bad[i]);
			CHECK(false);
		}
}

/* R10: the hour that summer time skips, and the hour that comes twice. */
TEST(summer_time)
{
	in_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	/* 02:30 does not exist on 29 March 2026: it comes at 03:00 CEST, which is 01:00 UTC. */
	CHECK_TEXT(next(c, "30 2 * * *", "2026-03-28T12:00:00Z"), "2026-03-29T01:00:00.000Z");
	CHECK_TEXT(next(c, "30 2 * * *", "2026-03-29T01:00:00Z"), "2026-03-30T00:30:00.000Z");
	/* 02:30 comes twice on 25 October 2026: at 00:30 UTC and not again at 01:30 UTC. */
	CHECK_TEXT(next(c, "30 2 * * *", "2026-10-24T12:00:00Z"), "2026-10-25T00:30:00.000Z");
	CHECK_TEXT(next(c, "30 2 * * *", "2026-10-25T00:30:00Z"), "2026-10-26T01:30:00.000Z");
	/* Every hour is every hour. */
	CHECK_TEXT(next(c, "30 * * * *", "2026-10-25T00:30:00Z"), "2026-10-25T01:30:00.000Z");
	in_zone("UTC");
}

static int64_t tasks(struct call *c)
{
	struct task *page;
	int64_t total = 0;
	size_t n;

	CHECK_OK(task_page(c, &(struct task_filter){.limit = 1}, &page, &n, &total));
	return total;
}

static struct schedule add(struct call *c, const char *every, const char *catch_up)
{
	const struct task_ask ask = {.operation = "status", .arguments = "{}", .priority = 5};
	struct schedule s = {.name = ""};

	CHECK_OK(schedule_add(c, "s", every, catch_up, &ask, &s));
	return s;
}

static void shift(struct call *c, int64_t ms)
{
	CHECK_OK(store_run(c, SQL("update schedule set next_at = next_at + $1,"
		" last_at = last_at + $1"), PARAMS(ms), NULL));
}

TEST(missed_times)
{
	static const struct {
		const char *catch_up;
		int64_t tasks;
	} rows[] = {{"skip", 0}, {"once", 1}, {"all", 24}};

	in_zone("UTC");
	with_store(c);
	for (size_t i = 0; i < 3; i++) {
		int64_t before = tasks(c), now = clock_now_ms();
		struct schedule s = add(c, "1h", rows[i].catch_up);

		CHECK_OK(schedule_run(c));
		CHECK(tasks(c) == before);
		shift(c, -24 * 3600000 - 1800000);
		CHECK_OK(schedule_run(c));
		CHECK(tasks(c) == before + rows[i].tasks);
		CHECK_OK(schedule_run(c));
		CHECK(tasks(c) == before + rows[i].tasks);
		CHECK_OK(schedule_find(c, "s", &s));
		CHECK(s.next_at > now && s.next_at <= now + 3700000);
		CHECK_OK(schedule_remove(c, "s"));
	}
}

/* R10: ten years forward is one time, and back again the schedule goes on within two. */
TEST(the_clock_jumps)
{
	static const int64_t years_ms = 3650LL * 86400000;
	struct schedule s;

	with_store(c);
	add(c, "1h", "once");
	CHECK_OK(store_run(c, SQL("update schedule set last_at = next_at - 3600000"), NO_PARAMS,
		NULL));
	shift(c, -years_ms);
	CHECK_OK(schedule_run(c));
	CHECK(tasks(c) == 1);
	shift(c, years_ms);
	CHECK_OK(schedule_run(c));
	CHECK(tasks(c) == 1);
	CHECK_OK(schedule_find(c, "s", &s));
	CHECK(s.next_at <= clock_now_ms() + 2 * 3600000);
}

TEST(times)
{
	int64_t ms;

	CHECK(at("1970-01-01T00:00:01.25Z") == 1250);
	CHECK(at("1970-01-01T01:00:00+01:00") == 0);
	CHECK(at("2026-11-20") == 1795132800000);
	CHECK(when_parse("10m", 5, &ms) && ms == 600005);
	CHECK(!when_parse("2026-02-30", 0, &ms));
	CHECK(!when_parse("2026-11-20T10:00:00", 0, &ms));
	CHECK(!when_parse("tomorrow", 0, &ms));
}

TEST(csv)
{
	static const char text[] = "\xef\xbb\xbf" "a,b\r\n\"x, \"\"y\"\"\nz\",2\n\n\"open\n";
	struct csv csv = csv_of(text, sizeof text - 1);
	char **cells;
	int64_t line;
	size_t n;

	CHECK_OK(csv_next(c, &csv, &cells, &n, &line));
	CHECK(n == 2 && line == 1);
	CHECK_TEXT(cells[0], "a");
	CHECK_OK(csv_next(c, &csv, &cells, &n, &line));
	CHECK(n == 2 && line == 2);
	CHECK_TEXT(cells[0], "x, \"y\"\nz");
	CHECK_TEXT(cells[1], "2");
	CHECK(csv_next(c, &csv, &cells, &n, &line) == FAIL_INPUT && line == 5);
	fail_forget(c);
	CHECK_OK(csv_next(c, &csv, &cells, &n, &line));
	CHECK(n == 0);
}
