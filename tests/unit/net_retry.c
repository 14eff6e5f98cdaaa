/* Retry: whether and when a request is sent again. */
#include "lib/net/retry.h"

#include "tests/unit/unit.h"

#define NOW_MS INT64_C(1763668800000) /* Thu, 20 Nov 2025 20:00:00 GMT */

static int64_t wait_of(struct retry_try t)
{
	return retry_wait_ms(&t, 0, NOW_MS);
}

static int64_t wait_after(const char *after_ms, const char *after)
{
	return wait_of((struct retry_try){.status = 429, .after_ms = after_ms, .after = after});
}

TEST(which_status)
{
	static const int again[] = {0, 408, 409, 429, 500, 502, 503, 504, 529};
	static const int never[] = {200, 301, 400, 401, 402, 403, 404, 405, 413, 422};

	for (size_t i = 0; i < sizeof again / sizeof *again; i++)
		CHECK(wait_of((struct retry_try){.status = again[i]}) == 500);
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		CHECK(wait_of((struct retry_try){.status = never[i]}) == RETRY_NEVER);
}

TEST(how_often)
{
	CHECK(wait_of((struct retry_try){.status = 500, .attempt = 1}) == 1000);
	CHECK(wait_of((struct retry_try){.status = 500, .attempt = RETRY_MAX}) == RETRY_NEVER);
	CHECK(wait_of((struct retry_try){.status = 200, .attempt = RETRY_MAX, .should = "true"}) ==
		RETRY_NEVER);
}

TEST(empty_account)
{
	CHECK(wait_of((struct retry_try){.status = 429, .out_of_quota = true}) == RETRY_NEVER);
	CHECK(wait_of((struct retry_try){.status = 429, .out_of_quota = true, .should = "true",
		.after = "1"}) == RETRY_NEVER);
}

TEST(word_of_the_server)
{
	CHECK(wait_of((struct retry_try){.status = 400, .should = "true"}) == 500);
	CHECK(wait_of((struct retry_try){.status = 500, .should = "false"}) == RETRY_NEVER);
	CHECK(wait_of((struct retry_try){.status = 500, .should = "perhaps"}) == 500);
}

TEST(time_from_the_server)
{
	CHECK(wait_after(NULL, "7") == 7000);
	CHECK(wait_after(NULL, "0.5") == 500);
	CHECK(wait_after(NULL, "0") == 0);
	CHECK(wait_after("250", "7") == 250);
	CHECK(wait_after(NULL, "Thu, 20 Nov 2025 20:00:05 GMT") == 5000);
	CHECK(wait_after(NULL, "Thu, 20 Nov 2025 19:00:00 GMT") == 0);
	CHECK(wait_after(NULL, "60") == 60000);
	CHECK(wait_after(NULL, "61") == RETRY_NEVER);
	CHECK(wait_after(NULL, "99999999999999999999") == RETRY_NEVER);
}

TEST(nonsense_from_the_server)
{
	static const char *const nonsense[] = {"", "soon", "-1", "inf", "nan", "0x10", "1e3",
		"1.2.3", " 5", "5 s", "Thu, 99 Nov 2025 20:00:05 GMT"};

	for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
		CHECK(wait_after(NULL, nonsense[i]) == 500);
		CHECK(wait_after(nonsense[i], NULL) == 500);
	}
}

TEST(jitter)
{
	struct retry_try t = {.status = 500, .attempt = 1};
	int64_t least = INT64_MAX, most = 0;

	for (uint32_t random = 0; random < 5000; random++) {
		int64_t ms = retry_wait_ms(&t, random, NOW_MS);

		least = ms < least ? ms : least;
		most = ms > most ? ms : most;
	}
	CHECK(least == 750);
	CHECK(most == 1000);
}
