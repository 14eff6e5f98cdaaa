/* Callbacks: the outbox, its schedule, its circuit, its signatures. */
#include "lib/model/callback.h"

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/model/callback_secret.h"
#include "lib/model/counter.h"
#include "lib/store/store.h"
#include "tests/unit/folder.h"
#include "tests/unit/unit.h"

#define URL "https://example.com/hook"
#define ORIGIN "https://example.com:443"

static void with_store(struct call *c)
{
	c->store_path = arena_printf(&c->arena, "%s/trae.db", test_folder(c));
	CHECK_OK(store_open(c));
}

static struct task some_task(struct call *c, const char *url)
{
	return (struct task){.id = id_new(&c->arena), .operation = "status", .state = "completed",
		.callback_url = url, .result = "[{\"n\": 1}]", .started_at = 1000,
		.completed_at = 3500};
}

static void tell(struct call *c, const char *url)
{
	struct task t = some_task(c, url);

	CHECK_OK(store_begin(c));
	CHECK_OK(store_end(c, callback_enqueue(c, &t, "task.completed")));
}

static int64_t number(struct call *c, const char *sql)
{
	QUERY_AUTO q;
	enum fail f;
	int64_t n = -1;

	CHECK_OK(query_start(c, sql, NO_PARAMS, &q));
	if (query_next(c, &q, &f))
		n = query_int(&q, 0);
	CHECK_OK(f);
	return n;
}

/* Claims the first that is due at NOW; false when there is none. */
static bool take(struct call *c, int64_t now, struct callback *out)
{
	struct callback *due;
	bool claimed = false;
	size_t n;

	CHECK_OK(callback_due(c, now, 1, 1, &due, &n));
	if (!n)
		return false;
	CHECK_OK(store_begin(c));
	CHECK_OK(store_end(c, callback_claim(c, &due[0], now, 90000, &claimed)));
	CHECK(claimed);
	*out = due[0];
	return claimed;
}

static void finish(struct call *c, const struct callback *k, enum callback_outcome outcome)
{
	struct callback_result r = {.outcome = outcome,
		.http_status = outcome == CALLBACK_DELIVERED ? 200 : 500,
		.error = outcome == CALLBACK_DELIVERED ? NULL : "no"};

	CHECK_OK(store_begin(c));
	CHECK_OK(store_end(c, callback_finish(c, k, &r)));
}

static const char *state_of(struct call *c, const char *id)
{
	struct callback k = {0};

	CHECK_OK(callback_find(c, id, &k));
	return k.state;
}

/* What is counted must always be what counting would give. */
static void check_counters(struct call *c)
{
	struct counters n;
	int64_t pending = number(c, SQL("select count(*) from callback where state = 'pending'"));

	CHECK_OK(counters_read(c, &n));
	CHECK(n.callbacks_pending == pending);
	CHECK(number(c, SQL("select coalesce(sum(pending), 0) from callback_origin")) == pending);
	CHECK(number(c, SQL("select count(*) from callback_origin where pending <> (select count(*)"
		" from callback where callback.origin = callback_origin.origin"
		" and callback.state = 'pending')")) == 0);
}

TEST(nothing_is_told_without_an_address)
{
	with_store(c);
	tell(c, NULL);
	CHECK(number(c, SQL("select count(*) from callback")) == 0);
}

TEST(a_change_that_is_rolled_back_tells_nothing)
{
	struct task t;

	with_store(c);
	t = some_task(c, URL);
	CHECK_OK(store_begin(c));
	CHECK_OK(callback_enqueue(c, &t, "task.completed"));
	store_rollback(c);
	CHECK(number(c, SQL("select count(*) from callback")) == 0);
	check_counters(c);
}

TEST(the_body_is_the_guides)
{
	struct callback *list;
	JSON_AUTO body = NULL;
	size_t n;

	with_store(c);
	tell(c, URL);
	CHECK_OK(callback_list(c, 10, NULL, NULL, NULL, &list, &n));
	CHECK(n == 1);
	CHECK_OK(json_parse(c, list[0].body, strlen(list[0].body), &body));
	CHECK_TEXT(json_member_text(body, "event", ""), "task.completed");
	CHECK_TEXT(json_member_text(body, "status", ""), "completed");
	CHECK(json_is_null(json_object_get(body, "error")));
	CHECK(json_integer_value(json_object_get(json_object_get(body, "result"), "n")) == 1);
	CHECK(json_real_value(json_object_get(body, "execution_time_seconds")) == 2.5);
	CHECK_TEXT(list[0].origin, ORIGIN);
}

TEST(progress_that_waits_is_replaced)
{
	struct callback *list;
	struct task t;
	size_t n;

	with_store(c);
	t = some_task(c, URL);
	t.state = "running";
	for (int i = 0; i < 5; i++) {
		t.progress = i / 10.0;
		CHECK_OK(store_begin(c));
		CHECK_OK(store_end(c, callback_enqueue(c, &t, "task.progress")));
	}
	CHECK_OK(callback_list(c, 10, NULL, NULL, t.id, &list, &n));
	CHECK(n == 1);
	CHECK(strstr(list[0].body, "\"completion_percent\":40") ||
		strstr(list[0].body, "\"completion_percent\": 40"));
	check_counters(c);
}

TEST(the_schedule)
{
	static const int64_t s[] = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};

	for (int64_t i = 1; i <= 9; i++) {
		CHECK(callback_wait_ms(i, 0) == s[i - 1] * 1000);
		CHECK(callback_wait_ms(i, 1000) == s[i - 1] * 1200);
		for (uint32_t r = 0; r < 5000; r += 7)
			CHECK(callback_wait_ms(i, r) >= s[i - 1] * 1000 &&
				callback_wait_ms(i, r) <= s[i - 1] * 1200);
	}
	CHECK(callback_wait_ms(0, 0) == -1);
	CHECK(callback_wait_ms(10, 0) == -1);
}

TEST(a_claim_holds_for_one_and_ends)
{
	int64_t now = clock_now_ms();
	struct callback first, again;
	bool claimed = true;

	with_store(c);
	tell(c, URL);
	now = clock_now_ms();
	CHECK(take(c, now, &first));
	CHECK(!take(c, now, &again));
	again = first;
	again.attempt--; /* as another process saw it before */
	CHECK_OK(callback_claim(c, &again, now, 90000, &claimed));
	CHECK(!claimed);
	CHECK(take(c, now + 90001, &again));
	CHECK(again.attempt == 2);
	/* The first comes back late: it no longer counts. */
	finish(c, &first, CALLBACK_DELIVERED);
	CHECK_TEXT(state_of(c, first.id), "pending");
	finish(c, &again, CALLBACK_DELIVERED);
	CHECK_TEXT(state_of(c, first.id), "delivered");
	check_counters(c);
}

TEST(a_late_answer_does_not_count_for_a_redelivery)
{
	struct callback late, k;
	int64_t now;

	with_store(c);
	tell(c, URL);
	now = clock_now_ms();
	CHECK(take(c, now, &late));
	CHECK(take(c, now + 90001, &k));
	finish(c, &k, CALLBACK_DELIVERED);
	CHECK_OK(callback_redeliver(c, k.id));
	CHECK(take(c, clock_now_ms(), &k));
	finish(c, &late, CALLBACK_DELIVERED);
	CHECK_TEXT(state_of(c, k.id), "pending");
	CHECK(k.attempt - k.first_attempt == 1);
}

TEST(what_was_broken_off_does_not_count)
{
	struct callback k;

	with_store(c);
	tell(c, URL);
	for (int i = 0; i < 30; i++) {
		CHECK(take(c, clock_now_ms(), &k));
		CHECK(k.attempt - k.first_attempt == 1);
		finish(c, &k, CALLBACK_RELEASED);
	}
	CHECK_TEXT(state_of(c, k.id), "pending");
}

TEST(ten_attempts_and_no_more)
{
	struct callback k = {0};
	int64_t now;
	int n = 0;

	with_store(c);
	tell(c, URL);
	for (now = clock_now_ms(); n < 100 && take(c, now, &k); n++, now += 40 * 3600000LL)
		finish(c, &k, CALLBACK_RETRY);
	CHECK(n == CALLBACK_ATTEMPTS);
	CHECK_TEXT(state_of(c, k.id), "failed");
	check_counters(c);
}

TEST(one_origin_does_not_hold_up_the_others)
{
	struct callback *due;
	size_t n, other = 0;

	with_store(c);
	for (int i = 0; i < 200; i++)
		tell(c, URL);
	for (int i = 0; i < 3; i++)
		tell(c, arena_printf(&c->arena, "https://other%d.example.com/", i));
	CHECK_OK(callback_due(c, clock_now_ms(), 16, 4, &due, &n));
	CHECK(n == 7);
	for (size_t i = 0; i < n; i++)
		other += strcmp(due[i].origin, ORIGIN) != 0;
	CHECK(other == 3);
}

TEST(the_circuit_opens_and_tries_with_one)
{
	struct callback k, *due;
	int64_t now, next;
	size_t n;

	with_store(c);
	for (int i = 0; i < 20; i++)
		tell(c, URL);
	now = clock_now_ms();
	for (int i = 0; i < 5; i++) {
		CHECK(take(c, now, &k));
		finish(c, &k, CALLBACK_RETRY);
	}
	CHECK(!take(c, now, &k));
	CHECK_OK(callback_next(c, &next));
	CHECK(next >= now + 30000 && next < now + 40000);
	CHECK_OK(callback_due(c, next, 16, 4, &due, &n));
	CHECK(n == 1);
	CHECK(take(c, next, &k));
	finish(c, &k, CALLBACK_DELIVERED);
	CHECK_OK(callback_due(c, next, 16, 4, &due, &n));
	CHECK(n == 4);
	check_counters(c);
}

TEST(gone_ends_all_that_goes_there)
{
	struct callback k, *list;
	size_t n;

	with_store(c);
	for (int i = 0; i < 5; i++)
		tell(c, URL);
	tell(c, URL "/other");
	CHECK(take(c, clock_now_ms(), &k));
	finish(c, &k, CALLBACK_GONE);
	tell(c, URL);
	CHECK_OK(callback_list(c, 10, NULL, "failed", NULL, &list, &n));
	CHECK(n == 6);
	CHECK_OK(callback_list(c, 10, NULL, "pending", NULL, &list, &n));
	CHECK(n == 1);
	check_counters(c);
	CHECK_OK(callback_redeliver(c, k.id));
	tell(c, URL);
	CHECK_OK(callback_list(c, 10, NULL, "pending", NULL, &list, &n));
	CHECK(n == 3);
	check_counters(c);
}

TEST(counters_hold_whatever_happens)
{
	static const char *const urls[] = {URL, URL "?x", "https://b.example.com/",
		"http://c.example.com:8080/"};
	int64_t now, removed;

	with_store(c);
	now = clock_now_ms();
	for (int i = 0; i < 1500; i++) {
		struct callback k, *list;
		uint32_t r;
		size_t n;

		random_bytes(&r, sizeof r);
		if (r % 5 < 2) {
			tell(c, urls[r / 8 % 4]);
		} else if (r % 5 < 4) {
			if (take(c, now, &k))
				finish(c, &k, (enum callback_outcome)(r / 8 % 5));
		} else {
			CHECK_OK(callback_list(c, 1, NULL, NULL, NULL, &list, &n));
			if (n && r & 8)
				CHECK_OK(callback_redeliver(c, list[0].id));
			else if (r % 64 == 0)
				CHECK_OK(callback_prune(c, now, &removed));
		}
		now += r % 20000;
		if (i % 50 == 0)
			check_counters(c);
	}
	check_counters(c);
	CHECK(number(c, SQL("select count(*) from callback where state <> 'pending'"
		" and done_at is null")) == 0);
}

/* The example of the specification of Standard Webhooks. */
TEST(signatures)
{
	static const char text[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
	SECRET_AUTO *secret = secret_from(text, strlen(text));
	SECRET_AUTO *bad = secret_from("whsec_c2hvcnQ=", 14);
	struct callback_signatures s;

	CHECK_OK(callback_sign(c, secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330999,
		"{\"test\": 2432232314}", &s));
	CHECK_TEXT(s.standard, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	CHECK_TEXT(s.trae,
		"sha256=80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c");
	CHECK(!s.next);
	CHECK(callback_sign(c, bad, "x", 0, "", &s) == FAIL_CONFIG);
}

TEST(an_old_secret_ends_by_itself)
{
	static const char text[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw "
				   "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 5000";
	SECRET_AUTO *secret = secret_from(text, strlen(text));
	struct callback_signatures s;
	int64_t until;

	CHECK_OK(callback_sign(c, secret, "id", 4999, "{}", &s));
	CHECK(s.next && strchr(s.standard, ' '));
	CHECK_OK(callback_sign(c, secret, "id", 5000, "{}", &s));
	CHECK(!s.next && !strchr(s.standard, ' '));
	CHECK_TEXT(callback_secret_text(c, secret, 4000, &until),
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
	CHECK(until == 5000);
}

TEST(where_a_callback_may_go)
{
	static const char *const closed[] = {"http://example.com/", "https://127.0.0.1/",
		"https://0x7f.1/", "https://2130706433/", "https://[::1]/", "https://10.1.2.3/",
		"https://169.254.169.254/latest", "https://[::ffff:127.0.0.1]/",
		"https://localhost/", "https://a.localhost./", "https://127.0.0.1./",
		"https://example.com:444/",
		"https://user@example.com/", "https://x", "", "file:///etc/passwd"};
	bool listed;

	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
		CHECK(callback_check(c, closed[i], "other.example.com", NULL) == FAIL_INPUT);
		CHECK(c->why && strstr(c->why, "callback_url"));
		fail_forget(c);
	}
	CHECK_OK(callback_check(c, "https://example.com/hook?a=b", NULL, &listed));
	CHECK(!listed);
	CHECK_OK(callback_check(c, "http://LOCALHOST:99/x", "a,localhost", &listed));
	CHECK(listed);
	CHECK(callback_check(c, "http://localhost:99/x", "localhost:98,ocalhost", NULL) ==
		FAIL_INPUT);
}
