/* The queue: what is put, claimed, ended, moved by time, by hand and by death. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/model/task.h"
#include "tests/unit/store_home.h"

#define OWNER_AUTO __attribute__((cleanup(task_owner_release))) struct task_owner

static struct task_owner owner_of(struct call *c, int64_t lease_ms)
{
	struct task_owner owner = {.lock = -1};

	CHECK_OK(task_owner_take(c, "pool", lease_ms, &owner));
	return owner;
}

static struct task put_task(struct call *c, const struct task_ask *ask)
{
	struct task_ask full = *ask;
	struct task t = {.id = "", .state = ""};

	full.operation = ask->operation ? ask->operation : "status";
	full.arguments = ask->arguments ? ask->arguments : "{}";
	CHECK_OK(task_put(c, &full, &t, NULL));
	return t;
}
#define PUT(...) put_task(c, &(struct task_ask){__VA_ARGS__})

static const char *state_of(struct call *c, const char *id)
{
	struct task t = {.state = "?"};

	CHECK_OK(task_find(c, id, &t));
	return t.state;
}

static struct task claim(struct call *c, const struct task_owner *owner, bool want)
{
	struct task t = {.id = ""};
	size_t found = !want;

	CHECK_OK(task_claim(c, owner, "light", 1, &t, &found));
	CHECK(found == want);
	return t;
}

static bool finish(struct call *c, const struct task_owner *owner, const struct task *t,
	enum fail ended, bool again)
{
	const struct task_end end = {.ended = ended, .why = ended ? "it went wrong" : NULL,
		.result = ended ? NULL : "[{}]", .again = again};
	bool taken = false;

	CHECK_OK(task_finish(c, owner, t->id, t->attempt, &end, &taken));
	return taken;
}

/* The counters must always be what counting would give. */
static void check_counters(struct call *c)
{
	QUERY_AUTO q;
	enum fail f;

	CHECK_OK(query_start(c, SQL("select n, (select count(*) from task"
		" where 'task_' || state = name) from counter where substr(name, 1, 5) = 'task_'"),
		NO_PARAMS, &q));
	while (query_next(c, &q, &f))
		CHECK(query_int(&q, 0) == query_int(&q, 1));
	CHECK_OK(f);
}

TEST(the_most_urgent_comes_first_and_then_the_oldest)
{
	struct task low, high, older;
	OWNER_AUTO owner = {.lock = -1};

	with_store(c);
	owner = owner_of(c, TASK_LEASE_MS);
	low = PUT(.priority = 7);
	older = PUT(.priority = 3);
	usleep(2000);
	high = PUT(.priority = 3);
	CHECK_TEXT(claim(c, &owner, true).id, older.id);
	CHECK_TEXT(claim(c, &owner, true).id, high.id);
	CHECK_TEXT(claim(c, &owner, true).id, low.id);
	claim(c, &owner, false);
	check_counters(c);
}

TEST(a_task_is_claimed_by_one_and_completed)
{
	OWNER_AUTO one = {.lock = -1};
	struct task t, got;
	struct task_log *lines;
	size_t n;

	with_store(c);
	one = owner_of(c, TASK_LEASE_MS);
	t = PUT(.metadata = "{\"a\":1}");
	CHECK_TEXT(t.state, "pending");
	got = claim(c, &one, true);
	CHECK(got.attempt == 1 && got.started_at > 0);
	CHECK_TEXT(got.metadata, "{\"a\":1}");
	CHECK(finish(c, &one, &got, FAIL_NONE, false));
	CHECK_TEXT(state_of(c, t.id), "completed");
	CHECK(!finish(c, &one, &got, FAIL_BUG, false));
	CHECK_TEXT(state_of(c, t.id), "completed");
	CHECK_OK(task_logs(c, t.id, 0, &lines, &n));
	CHECK(n == 4);
	CHECK_TEXT(lines[0].action, "created");
	CHECK_TEXT(lines[1].action, "started");
	CHECK_TEXT(lines[2].action, "completed");
	CHECK_TEXT(lines[3].action, "job_race");
	check_counters(c);
}

/* R5: the attempt of an owner whose lease ran out does not overwrite the next one. */
TEST(a_late_worker_is_fenced_off)
{
	OWNER_AUTO slow = {.lock = -1};
	OWNER_AUTO next = {.lock = -1};
	struct task late, now;
	int64_t n = -1;

	with_store(c);
	slow = owner_of(c, 30);
	next = owner_of(c, TASK_LEASE_MS);
	PUT(.priority = 5);
	late = claim(c, &slow, true);
	CHECK_OK(task_reap(c, &n));
	CHECK(n == 0);
	usleep(60000);
	CHECK_OK(task_reap(c, &n));
	CHECK(n == 1);
	now = claim(c, &next, true);
	CHECK(now.attempt == 2);
	CHECK(!finish(c, &slow, &late, FAIL_NONE, false));
	CHECK_TEXT(state_of(c, now.id), "running");
	CHECK(finish(c, &next, &now, FAIL_NONE, false));
	check_counters(c);
}

TEST(a_heartbeat_keeps_the_lease)
{
	OWNER_AUTO owner = {.lock = -1};
	int64_t n = -1;

	with_store(c);
	owner = owner_of(c, 200);
	PUT(.priority = 5);
	claim(c, &owner, true);
	for (int i = 0; i < 4; i++) {
		usleep(100000);
		CHECK_OK(task_heartbeat(c, &owner));
		CHECK_OK(task_reap(c, &n));
		CHECK(n == 0);
	}
}

TEST(failures_are_tried_again_and_end_as_dead_letter)
{
	OWNER_AUTO owner = {.lock = -1};
	struct task t;
	int64_t next_at;

	with_store(c);
	owner = owner_of(c, TASK_LEASE_MS);
	t = PUT(.max_retries = 2, .retry_delay_s = 0);
	for (int i = 0; i < 3; i++) {
		struct task got = claim(c, &owner, true);

		CHECK(got.attempt == i + 1 && got.retries == i);
		CHECK(finish(c, &owner, &got, FAIL_REMOTE, true));
		if (i == 2)
			break;
		CHECK_TEXT(state_of(c, t.id), "retrying");
		CHECK_OK(task_promote(c, &next_at));
		CHECK_TEXT(state_of(c, t.id), "pending");
	}
	CHECK_TEXT(state_of(c, t.id), "dead_letter");
	CHECK_OK(task_retry(c, t.id, &t));
	CHECK(!strcmp(t.state, "pending") && t.retries == 0 && !t.error_word);
	check_counters(c);
}

TEST(what_is_wrong_in_itself_is_not_tried_again)
{
	OWNER_AUTO owner = {.lock = -1};
	struct task t;

	with_store(c);
	owner = owner_of(c, TASK_LEASE_MS);
	PUT(.max_retries = 3);
	t = claim(c, &owner, true);
	CHECK(finish(c, &owner, &t, FAIL_INPUT, false));
	CHECK_TEXT(state_of(c, t.id), "failed");
}

TEST(delays_grow_and_differ)
{
	OWNER_AUTO owner = {.lock = -1};
	int64_t last = 0;
	bool spread = false;

	with_store(c);
	owner = owner_of(c, TASK_LEASE_MS);
	for (int i = 0; i < 20; i++) {
		struct task t, now;
		int64_t delay;

		PUT(.max_retries = 3, .retry_delay_s = 100, .backoff = "fixed");
		t = claim(c, &owner, true);
		CHECK(finish(c, &owner, &t, FAIL_REMOTE, true));
		CHECK_OK(task_find(c, t.id, &now));
		delay = now.run_at - clock_now_ms();
		CHECK(delay > 79000 && delay <= 120000);
		spread |= i && delay / 1000 != last / 1000;
		last = delay;
	}
	CHECK(spread);
}

TEST(one_waits_for_the_other)
{
	OWNER_AUTO owner = {.lock = -1};
	struct task first, second, third, got;

	with_store(c);
	owner = owner_of(c, TASK_LEASE_MS);
	first = PUT(.priority = 9);
	second = PUT(.priority = 1, .needs = (const char *const[]){first.id, NULL});
	third = PUT(.priority = 1, .needs = (const char *const[]){first.id, second.id, NULL});
	CHECK_TEXT(second.state, "blocked");
	got = claim(c, &owner, true);
	CHECK_TEXT(got.id, first.id);
	claim(c, &owner, false);
	CHECK(finish(c, &owner, &got, FAIL_NONE, false));
	CHECK_TEXT(state_of(c, third.id), "blocked");
	got = claim(c, &owner, true);
	CHECK_TEXT(got.id, second.id);
	CHECK(finish(c, &owner, &got, FAIL_NONE, false));
	CHECK_TEXT(claim(c, &owner, true).id, third.id);
	check_counters(c);
}

TEST(what_needs_a_failed_one_is_cancelled_and_revived_with_it)
{
	OWNER_AUTO owner = {.lock = -1};
	struct task first, second, third, got;

	with_store(c);
	owner = owner_of(c, TASK_LEASE_MS);
	first = PUT(.priority = 5);
	second = PUT(.needs = (const char *const[]){first.id, NULL});
	third = PUT(.needs = (const char *const[]){second.id, NULL});
	got = claim(c, &owner, true);
	CHECK(finish(c, &owner, &got, FAIL_INPUT, false));
	CHECK_TEXT(state_of(c, second.id), "cancelled");
	CHECK_TEXT(state_of(c, third.id), "cancelled");
	CHECK(task_retry(c, third.id, &got) == FAIL_CONFLICT);
	fail_forget(c);
	CHECK_OK(task_retry(c, first.id, &got));
	CHECK_TEXT(state_of(c, second.id), "blocked");
	CHECK_TEXT(state_of(c, third.id), "blocked");
	CHECK_OK(task_cancel(c, second.id, &got));
	CHECK_TEXT(state_of(c, third.id), "cancelled");
	check_counters(c);
}

TEST(needs_have_to_be_there)
{
	struct task_ask ask = {.operation = "status", .arguments = "{}",
		.needs = (const char *const[]){"nobody", NULL}};
	struct task t;

	with_store(c);
	CHECK(task_put(c, &ask, &t, NULL) == FAIL_MISSING);
	ask.id = "mine";
	ask.needs = (const char *const[]){"mine", NULL};
	CHECK(task_put(c, &ask, &t, NULL) == FAIL_MISSING);
}

TEST(one_id_is_one_task)
{
	struct task_ask ask = {.id = "job-1", .operation = "status", .arguments = "{}"};
	struct task t;
	bool there = true;

	with_store(c);
	CHECK_OK(task_put(c, &ask, &t, &there));
	CHECK(!there);
	CHECK_OK(task_put(c, &ask, &t, &there));
	CHECK(there);
	CHECK_TEXT(t.id, "job-1");
	ask.arguments = "{\"a\":1}";
	CHECK(task_put(c, &ask, &t, &there) == FAIL_REUSED);
	fail_forget(c);
	ask = (struct task_ask){.operation = "status", .arguments = "{}", .unique_key = "k"};
	CHECK_OK(task_put(c, &ask, &t, &there));
	CHECK(!there);
	CHECK_OK(task_put(c, &ask, &t, &there));
	CHECK(there);
	CHECK_OK(task_cancel(c, t.id, &t));
	CHECK_OK(task_put(c, &ask, &t, &there));
	CHECK(!there);
	check_counters(c);
}

TEST(time_and_hand)
{
	OWNER_AUTO owner = {.lock = -1};
	struct task later, paused, t;
	int64_t next_at = 0;

	with_store(c);
	owner = owner_of(c, TASK_LEASE_MS);
	later = PUT(.run_at = clock_now_ms() + 50);
	CHECK_TEXT(later.state, "scheduled");
	claim(c, &owner, false);
	CHECK_OK(task_promote(c, &next_at));
	CHECK(next_at == later.run_at);
	usleep(70000);
	CHECK_OK(task_promote(c, &next_at));
	CHECK(next_at == 0);
	CHECK_TEXT(claim(c, &owner, true).id, later.id);
	CHECK(task_pause(c, later.id, &t) == FAIL_CONFLICT);
	fail_forget(c);
	paused = PUT(.paused = true);
	claim(c, &owner, false);
	CHECK_OK(task_resume(c, paused.id, &t));
	CHECK_OK(task_pause(c, paused.id, &t));
	claim(c, &owner, false);
	CHECK_OK(task_resume(c, paused.id, &t));
	CHECK_TEXT(claim(c, &owner, true).id, paused.id);
	check_counters(c);
}

/* R10: set back by ten years, the clock does not put a retry off for ten years. */
TEST(a_clock_set_back_does_not_hold_a_retry)
{
	struct task t;
	int64_t next_at;

	with_store(c);
	t = PUT(.run_at = clock_now_ms() + 315360000000);
	CHECK_OK(task_promote(c, &next_at));
	CHECK_TEXT(state_of(c, t.id), "scheduled");
	CHECK_OK(store_run(c, SQL("update task set state = 'retrying'"), NO_PARAMS, NULL));
	CHECK_OK(store_run(c, SQL("update counter set name = 'task_retrying'"
		" where name = 'task_scheduled'"), NO_PARAMS, NULL));
	CHECK_OK(task_promote(c, &next_at));
	CHECK_TEXT(state_of(c, t.id), "pending");
}

TEST(cancelling_stops_what_runs)
{
	OWNER_AUTO owner = {.lock = -1};
	const char *const *ids;
	struct task t, got;

	with_store(c);
	owner = owner_of(c, TASK_LEASE_MS);
	PUT(.priority = 5);
	got = claim(c, &owner, true);
	CHECK_OK(task_running(c, &owner, &ids));
	CHECK_TEXT(ids[0], got.id);
	CHECK_OK(task_cancel(c, got.id, &t));
	CHECK_OK(task_running(c, &owner, &ids));
	CHECK(!ids[0]);
	CHECK(!finish(c, &owner, &got, FAIL_NONE, false));
	CHECK_TEXT(state_of(c, got.id), "cancelled");
	CHECK(task_cancel(c, got.id, &t) == FAIL_CONFLICT);
	check_counters(c);
}

TEST(classes_have_slots_of_their_own)
{
	OWNER_AUTO owner = {.lock = -1};
	struct task render, t;
	size_t found = 0;

	with_store(c);
	owner = owner_of(c, TASK_LEASE_MS);
	render = PUT(.resource = "render", .priority = 1);
	claim(c, &owner, false);
	CHECK_OK(task_claim(c, &owner, "render", 1, &t, &found));
	CHECK(found);
	CHECK_TEXT(t.id, render.id);
	CHECK_OK(task_give_back(c, &owner, t.id, t.attempt));
	CHECK_TEXT(state_of(c, t.id), "pending");
	check_counters(c);
}

TEST(agents_that_are_paused_or_full_get_nothing)
{
	OWNER_AUTO owner = {.lock = -1};

	with_store(c);
	owner = owner_of(c, TASK_LEASE_MS);
	CHECK_OK(store_run(c, SQL("insert into agent (name, state, max_running)"
		" values ('a', 'active', 1), ('b', 'paused', 9)"), NO_PARAMS, NULL));
	PUT(.agent = "a");
	PUT(.agent = "a");
	PUT(.agent = "b");
	CHECK_TEXT(claim(c, &owner, true).agent, "a");
	claim(c, &owner, false);
	CHECK_OK(store_run(c, SQL("update agent set state = 'active' where name = 'b'"), NO_PARAMS,
		NULL));
	CHECK_TEXT(claim(c, &owner, true).agent, "b");
	claim(c, &owner, false);
}

/* R4: death is noticed by the lock, long before the lease ends. */
TEST(the_dead_are_rescued)
{
	struct task t;
	int64_t n = -1, began;
	int ends[2];
	char byte;
	pid_t pid;

	at_new_place(c);
	if (pipe2(ends, O_CLOEXEC))
		abort();
	fflush(stdout);
	pid = fork();
	if (!pid) {
		struct call own = OTHER(c);
		struct task_owner owner;
		size_t found;

		if (store_open(&own) || task_owner_take(&own, "pool", TASK_LEASE_MS, &owner) ||
			task_put(&own, &(struct task_ask){.operation = "status", .arguments = "{}"},
				&t, NULL) ||
			task_claim(&own, &owner, "light", 1, &t, &found) || write(ends[1], "x", 1) < 0)
			_exit(1);
		pause();
		_exit(0);
	}
	CHECK(read(ends[0], &byte, 1) == 1);
	CHECK_OK(store_open(c));
	CHECK_OK(task_reap(c, &n));
	CHECK(n == 0);
	CHECK(!kill(pid, SIGKILL) && waitpid(pid, NULL, 0) == pid);
	began = clock_boot_ms();
	CHECK_OK(task_reap(c, &n));
	CHECK(n == 1 && clock_boot_ms() - began < 2000);
	check_counters(c);
}

TEST(prune_keeps_what_is_needed)
{
	OWNER_AUTO owner = {.lock = -1};
	struct task first, second, t;
	int64_t removed = -1, future = clock_now_ms() + 1000;

	with_store(c);
	owner = owner_of(c, TASK_LEASE_MS);
	first = PUT(.priority = 1);
	second = PUT(.needs = (const char *const[]){first.id, NULL}, .paused = true);
	t = claim(c, &owner, true);
	CHECK(finish(c, &owner, &t, FAIL_NONE, false));
	CHECK_OK(task_prune(c, future, future, &removed));
	CHECK(removed == 0);
	CHECK_OK(task_cancel(c, second.id, &t));
	CHECK_OK(task_prune(c, future, future, &removed));
	CHECK(removed == 2);
	CHECK(task_find(c, first.id, &t) == FAIL_MISSING);
	fail_forget(c);
	check_counters(c);
}

TEST(pages)
{
	struct task *page;
	int64_t total = 0;
	size_t n = 0;

	with_store(c);
	for (int i = 0; i < 25; i++)
		PUT(.operation = i % 2 ? "status" : "video render", .parent = i < 5 ? "b" : NULL);
	CHECK_OK(task_page(c, &(struct task_filter){.limit = 10, .offset = 20}, &page, &n, &total));
	CHECK(n == 5 && total == 25);
	CHECK_OK(task_page(c, &(struct task_filter){.limit = 100, .operation = "status"}, &page, &n,
		&total));
	CHECK(n == 12 && total == 12);
	CHECK_OK(task_page(c, &(struct task_filter){.limit = 2, .status = "pending"}, &page, &n,
		&total));
	CHECK(n == 2 && total == 25);
	CHECK_OK(task_page(c, &(struct task_filter){.limit = 10, .parent = "b",
		.operation = "video render"}, &page, &n, &total));
	CHECK(n == 3 && total == 3);
	CHECK_OK(task_page(c, &(struct task_filter){.limit = 10, .status = "completed"}, &page, &n,
		&total));
	CHECK(n == 0 && total == 0);
}
