/* The wall clock jumps, by a second or ten years, on days that change to and from summer time: no
 * lease expires early, no schedule runs a time twice or leaves out more than one.
 *     clock [JUMPS]
 * The controls: a lease does expire when time passes, and a schedule that only waits for its next
 * time rests for years. */
#include <sys/syscall.h>

#include "lib/base/clock.h"
#include "lib/model/task.h"
#include "lib/text/cron.h"
#include "lib/text/when.h"
#include "lib/work/schedule.h"
#include "tests/torture/torture.h"

#define STEP_MS 30000
#define TICK_MS 300000
/* A jump back can come right before a time, leaves out the next, and keeps the one behind that. */
#define REST_MS (3 * TICK_MS + STEP_MS)
#define DAY_MS 86400000LL
#define YEAR_MS (365 * DAY_MS)

/* What is added to the clocks of this process. */
static int64_t wall_off_ms, boot_off_ms;
/* The wall clock stands still where this is not 0. */
static int64_t wall_ms;

/* In place of the C library's, for all that is linked in here. */
int clock_gettime(clockid_t id, struct timespec *t)
{
	int64_t off = id == CLOCK_REALTIME ? wall_off_ms : id == CLOCK_BOOTTIME ? boot_off_ms : 0;

	if (syscall(SYS_clock_gettime, id, t))
		return -1;
	if (id == CLOCK_REALTIME && wall_ms)
		*t = (struct timespec){wall_ms / 1000, wall_ms % 1000 * 1000000};
	t->tv_sec += off / 1000;
	t->tv_nsec += off % 1000 * 1000000;
	if (t->tv_nsec >= 1000000000 || t->tv_nsec < 0) {
		int carry = t->tv_nsec < 0 ? -1 : 1;

		t->tv_sec += carry;
		t->tv_nsec -= carry * 1000000000L;
	}
	return 0;
}

/* A second to ten years, each size as likely, in either direction. */
static int64_t random_jump(int64_t most_ms)
{
	int64_t size = 1000;

	while (size < most_ms && random() % 8)
		size *= 2 + random() % 3;
	size = size > most_ms ? most_ms : size;
	return random() % 2 ? size : -size;
}

static void must(enum fail f, struct call *c)
{
	if (f)
		bail("%s", c->why);
}

static void leases(long jumps)
{
	struct call c = {0};
	const struct task_ask ask = {.operation = "status", .arguments = "{}"};
	struct task_owner owner;
	struct task t;
	size_t found = 0;
	long expired = 0;

	c.store_path = arena_printf(&c.arena, "%s/trae.db", test_folder(&c));
	must(store_open(&c), &c);
	must(task_put(&c, &ask, &t, NULL), &c);
	must(task_owner_take(&c, "clock", TASK_LEASE_MS, &owner), &c);
	must(task_claim(&c, &owner, "light", 1, &t, &found), &c);
	for (long i = 0; i < jumps; i++) {
		wall_off_ms = random_jump(10 * YEAR_MS);
		must(task_reap(&c, NULL), &c);
		must(task_find(&c, t.id, &t), &c);
		expired += strcmp(t.state, "running") != 0;
	}
	wall_off_ms = 0;
	tap(found && !expired, "%ld jumps of the wall clock: %ld leases expired", jumps, expired);
	boot_off_ms = TASK_LEASE_MS + 1000;
	must(task_reap(&c, NULL), &c);
	must(task_find(&c, t.id, &t), &c);
	boot_off_ms = 0;
	tap(strcmp(t.state, "running") != 0, "control: when time passes the lease expires");
	task_owner_release(&owner);
	call_release(&c);
}

/* What is told of a schedule's runs in true time. */
struct tale {
	int64_t last_ms, longest_ms; /* the last run, the longest rest between two */
	long runs, close;            /* runs, and those less than half a tick behind another */
};

static void tell(struct tale *t, int64_t now_ms, long runs)
{
	int64_t rest = now_ms - t->last_ms;

	if (!runs)
		return;
	t->longest_ms = rest > t->longest_ms ? rest : t->longest_ms;
	t->close += runs - 1 + (rest < TICK_MS / 2);
	t->runs += runs;
	t->last_ms = now_ms;
}

/* A day that begins at START with JUMPS jumps of at most MOST; every other one sets the clock
 * right. BODY says how many runs each step makes. *FORWARD: jumps that led ahead. */
static struct tale live(int64_t start, long jumps, int64_t most_ms, long (*body)(void *), void *to,
	long *forward)
{
	struct tale t = {.last_ms = start};
	long steps = DAY_MS / STEP_MS, made = 0;
	int64_t off = 0;

	*forward = 0;
	for (long i = 0; i < steps; i++) {
		/* All before 18 o'clock, so that the day ends by the right clock. */
		if (made < jumps && i >= (made + 1) * (steps * 3 / 4) / (jumps + 1)) {
			int64_t next = ++made % 2 ? random_jump(most_ms) : 0;

			*forward += next > off;
			off = next;
		}
		wall_ms = start + i * STEP_MS + off;
		tell(&t, start + i * STEP_MS, body(to));
	}
	wall_ms = 0;
	return t;
}

struct scheduled {
	struct call *c;
	long tasks;
};

static long run_schedules(void *to)
{
	struct scheduled *s = to;
	long before = s->tasks;
	QUERY_AUTO q;
	enum fail f;

	must(schedule_run(s->c), s->c);
	must(query_start(s->c, SQL("select count(*) from task"), NO_PARAMS, &q), s->c);
	if (query_next(s->c, &q, &f))
		s->tasks = query_int(&q, 0);
	must(f, s->c);
	return s->tasks - before;
}

/* One that waits for the time it reckoned last, whatever the clock did. */
static long run_naively(void *to)
{
	int64_t *next_at = to;
	struct cron cron;

	if (!cron_parse("*/5 * * * *", &cron) || clock_now_ms() < *next_at)
		return 0;
	*next_at = cron_next(&cron, clock_now_ms());
	return 1;
}

static struct tale live_scheduled(int64_t start, long jumps, int64_t most_ms, const char *every,
	long *forward)
{
	const struct task_ask ask = {.operation = "status", .arguments = "{}"};
	struct call c = {0};
	struct scheduled to = {.c = &c};
	struct schedule s;
	struct tale t;

	c.store_path = arena_printf(&c.arena, "%s/trae.db", test_folder(&c));
	must(store_open(&c), &c);
	wall_ms = start;
	must(schedule_add(&c, "s", every, "once", &ask, &s), &c);
	t = live(start, jumps, most_ms, run_schedules, &to, forward);
	call_release(&c);
	return t;
}

static void day(const char *date, long jumps)
{
	long forward, steady = DAY_MS / TICK_MS;
	struct tale t, once;
	int64_t start, next_at;

	if (!when_parse(date, 0, &start))
		bail("no date: %s", date);
	t = live_scheduled(start, jumps, 10 * YEAR_MS, "*/5 * * * *", &forward);
	tap(t.longest_ms <= REST_MS && t.close <= forward &&
		t.runs <= steady + jumps, "%s, %ld jumps: %ld of %ld times kept, none twice but %ld "
		"made up for behind %ld jumps ahead, %lld s at most between two", date, jumps,
		t.runs, steady, t.close, forward, (long long)t.longest_ms / 1000);
	once = live_scheduled(start, jumps, 4 * 3600000LL, "30 2 * * *", &forward);
	tap(once.runs == 1, "%s, %ld jumps: what is due once a day ran %ld times", date, jumps,
		once.runs);
	next_at = start;
	t = live(start, jumps, 10 * YEAR_MS, run_naively, &next_at, &forward);
	tap(t.longest_ms > REST_MS || t.close > forward || t.runs < steady / 2,
		"control, %s: one that only waits ran %ld times", date, t.runs);
}

int main(int argc, char **argv)
{
	long jumps = argc > 1 ? atol(argv[1]) : 50;

	if (!access("/dev/shm", W_OK))
		setenv("TMPDIR", "/dev/shm", 1);
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	seed_random();
	leases(jumps);
	day("2026-03-28T23:00:00Z", jumps);
	day("2026-10-24T22:00:00Z", jumps);
	return tap_end();
}
