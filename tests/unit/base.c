/* The lowest room: texts in an arena, times as text, identifiers. */
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "tests/unit/unit.h"

TEST(formatted_texts_of_every_length)
{
	char want[1001] = {0};

	for (int len = 0; len <= 1000; len++) {
		const char *got = arena_printf(&c->arena, "%0*d", len, 7);

		memset(want, '0', sizeof want - 1);
		want[len ? len - 1 : 0] = '7';
		want[len ? len : 1] = '\0';
		CHECK_TEXT(got, want);
	}
}

/* Against the C library, at an end of each day from the year 1000 to 3065. */
TEST(times_are_those_of_the_calendar)
{
	for (int64_t day = -354285; day < 400000; day++) {
		int64_t s = day * 86400 + (day % 2 ? 86399 : 0);
		time_t at = (time_t)s;
		struct arena a = {0};
		char want[64];
		struct tm tm;
		size_t len;

		gmtime_r(&at, &tm);
		len = strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%S", &tm);
		strcpy(want + len, day % 2 ? ".999Z" : ".000Z");
		CHECK_TEXT(clock_text(&a, s * 1000 + (day % 2 ? 999 : 0)), want);
		arena_release(&a);
	}
}

TEST(identifiers_differ_behind_a_fork)
{
	const char *before = id_new(&c->arena), *ours;
	char theirs[37] = "";
	int ends[2], status = -1;
	pid_t pid;

	CHECK(strlen(before) == 36 && before[14] == '7');
	CHECK(!pipe(ends));
	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(write(ends[1], id_new(&c->arena), 36) != 36);
	ours = id_new(&c->arena);
	CHECK(waitpid(pid, &status, 0) == pid && !status);
	CHECK(read(ends[0], theirs, 36) == 36);
	/* Behind the time all is random. */
	CHECK(strcmp(ours + 19, theirs + 19));
	CHECK(strcmp(ours + 19, before + 19));
	close(ends[0]);
	close(ends[1]);
}

TEST(identifiers_made_later_sort_later)
{
	const char *last = id_new(&c->arena), *next;
	int64_t at_us;

	for (int i = 0; i < 5000; i++) {
		for (at_us = clock_now_us(); clock_now_us() <= at_us;)
			;
		next = id_new(&c->arena);
		CHECK(strcmp(last, next) < 0);
		last = next;
	}
}
