/* SIGKILL of anything that puts or runs tasks: none that was acknowledged is lost, none is stuck
 * for more than two seconds, no effect happens twice; SIGSTOP past the lease: no late end
 * overwrites.
 *     queue [KILLS [STOPS]]
 * The controls: a worker that does not write down what it is about to do repeats effects, and an
 * end without a fence overwrites. */
#include <fcntl.h>

#include "lib/base/clock.h"
#include "lib/model/effect.h"
#include "lib/model/task.h"
#include "lib/os/lock.h"
#include "tests/torture/torture.h"

#define POOLS 2
#define PUTTERS 2
#define STUCK_MS 2000

static struct call home; /* the folder of the campaign */
static const char *store_file, *program;

static struct call call_at(const char *path)
{
	return (struct call){.store_path = path};
}

/* --- Pools and their workers, killed --- */

/* Puts tasks without end, and writes down each that was acknowledged. */
static void put_tasks(int acks)
{
	for (;;) {
		struct call c = call_at(store_file);
		const struct task_ask ask = {.operation = "status", .arguments = "{}",
			.max_retries = 1000, .retry_delay_s = 0};
		struct task t;
		char line[64];

		if (store_open(&c) == FAIL_NONE && task_put(&c, &ask, &t, NULL) == FAIL_NONE) {
			int len = snprintf(line, sizeof line, "%s\n", t.id);

			if (write(acks, line, (size_t)len) != len)
				_exit(1);
		}
		call_release(&c);
		sleep_us(random() % 30000);
	}
}

static pid_t start_putter(int acks)
{
	pid_t pid = fork();

	if (!pid) {
		srandom((unsigned)getpid());
		put_tasks(acks);
	}
	return pid;
}

static pid_t start_pool(const char *home_dir, bool until_empty)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		setenv("HOME", home_dir, 1);
		setenv("XDG_DATA_HOME", home_dir, 1);
		execl(program, program, "task", "work", "--jobs", "2",
			until_empty ? "--until-empty" : NULL, NULL);
		_exit(127);
	}
	return pid;
}

/* A random child of PID, or 0. */
static pid_t worker_of(pid_t pid)
{
	char path[64], text[256] = "", *at = text, *end;
	pid_t pids[16];
	int fd, n = 0;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof text - 1) < 0)
		text[0] = '\0';
	if (fd >= 0)
		close(fd);
	for (; n < 16; at = end) {
		pids[n] = (pid_t)strtol(at, &end, 10);
		if (end == at)
			break;
		n++;
	}
	return n ? pids[random() % n] : 0;
}

/* Tasks whose pool is gone. */
static long orphans(void)
{
	struct call c = call_at(store_file);
	long n = 0;
	QUERY_AUTO q = {0};
	enum fail f;

	if (store_open_read(&c) || query_start(&c, SQL("select lease_owner from task"
		" where state = 'running'"), NO_PARAMS, &q))
		bail("cannot look: %s", c.why);
	while (query_next(&c, &q, &f)) {
		const char *owner = query_text(&c, &q, 0);

		n += owner && access(owner, F_OK) == 0 && !lock_held(owner);
	}
	query_end(&q);
	call_release(&c);
	return n;
}

static long wait_for_rescue(void)
{
	int64_t began = clock_boot_ms();

	while (orphans() && clock_boot_ms() - began < 10 * STUCK_MS)
		sleep_us(20000);
	return (long)(clock_boot_ms() - began);
}

static long count_lost(const char *acks, long *acknowledged)
{
	FILE *in = fopen(acks, "r");
	char id[64], sql[256];
	long lost = 0;

	while (in && fgets(id, sizeof id, in)) {
		id[strcspn(id, "\n")] = '\0';
		++*acknowledged;
		snprintf(sql, sizeof sql,
			"select count(*) from task where id = '%s' and state = 'completed'", id);
		lost += ask_number(store_file, sql) != 1;
	}
	if (in)
		fclose(in);
	return lost;
}

static void end_all(const pid_t *pids, int n)
{
	for (int i = 0; i < n; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

/* What was put and has not run yet is run now. */
static void run_rest(const char *dir)
{
	for (int i = 0; i < 20 && ask_number(store_file, "select count(*) from task where state in"
		" ('pending', 'running', 'retrying')"); i++)
		waitpid(start_pool(dir, true), NULL, 0);
}

static void kill_pools(long rounds)
{
	const char *dir = test_folder(&home);
	const char *acks = arena_printf(&home.arena, "%s/acks", dir);
	int fd = open(acks, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	pid_t pools[POOLS], putters[PUTTERS];
	long slowest = 0, acknowledged = 0, lost;

	store_file = arena_printf(&home.arena, "%s/trae/trae.db", dir);
	for (int i = 0; i < PUTTERS; i++)
		putters[i] = start_putter(fd);
	for (int i = 0; i < POOLS; i++)
		pools[i] = start_pool(dir, false);
	sleep_us(500000);
	for (long i = 0; i < rounds; i++) {
		long what = random() % 4, at = random() % 2;
		pid_t worker = worker_of(pools[at]);

		sleep_us(random() % 60000);
		if (what == 0) {
			kill(putters[at], SIGKILL);
			waitpid(putters[at], NULL, 0);
			putters[at] = start_putter(fd);
		} else if (what == 1) {
			long ms;

			kill(pools[at], SIGKILL);
			waitpid(pools[at], NULL, 0);
			ms = wait_for_rescue();
			slowest = ms > slowest ? ms : slowest;
			pools[at] = start_pool(dir, false);
		} else if (worker) {
			kill(worker, SIGKILL);
		}
	}
	end_all(putters, PUTTERS);
	end_all(pools, POOLS);
	run_rest(dir);
	lost = count_lost(acks, &acknowledged);
	close(fd);
	tap(!lost && acknowledged > rounds / 10, "%ld kills: %ld of %ld acknowledged tasks "
		"lost", rounds,
		lost, acknowledged);
	tap(slowest <= STUCK_MS, "tasks of a killed pool were rescued within %ld ms", slowest);
	tap(is_whole(store_file), "the store is whole");
}

/* --- Effects --- */

static bool far_side_has(const char *far, const char *key)
{
	FILE *in = fopen(far, "r");
	char line[128];
	bool found = false;

	while (in && !found && fgets(line, sizeof line, in))
		found = !strncmp(line, key, strlen(key));
	if (in)
		fclose(in);
	return found;
}

static void do_effect(const char *far, const char *key)
{
	char line[128];
	int fd = open(far, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int len = snprintf(line, sizeof line, "%s\n", key);

	sleep_us(random() % 1000);
	if (fd < 0 || write(fd, line, (size_t)len) != len)
		_exit(1);
	close(fd);
	sleep_us(random() % 1000);
}

static enum fail effect_once(struct call *c, const char *far, const struct task *t)
{
	const char *key = arena_printf(&c->arena, "%s.send", t->id), *far_id;
	enum effect_state before;

	TRY(effect_begin(c, key, t->id, "send", &before, &far_id));
	if (before == EFFECT_DONE)
		return FAIL_NONE;
	if (before == EFFECT_NEW || !far_side_has(far, key))
		do_effect(far, key);
	return effect_end(c, key, "1");
}

static void work_with_effects(const char *far, bool naive)
{
	struct call c = call_at(store_file);
	struct task_owner owner;

	srandom((unsigned)getpid());
	if (store_open(&c) || task_owner_take(&c, "torture", TASK_LEASE_MS, &owner))
		_exit(1);
	for (;;) {
		const struct task_end end = {.ended = FAIL_NONE, .result = "{}"};
		size_t found;
		bool taken;
		struct task t;

		if (task_reap(&c, NULL) || task_claim(&c, &owner, "light", 1, &t, &found))
			_exit(2);
		if (!found) {
			sleep_us(2000);
			continue;
		}
		if (naive)
			do_effect(far, arena_printf(&c.arena, "%s.send", t.id));
		else if (effect_once(&c, far, &t))
			_exit(3);
		if (task_finish(&c, &owner, t.id, t.attempt, &end, &taken))
			_exit(4);
	}
}

static pid_t start_effects(const char *far, bool naive)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		work_with_effects(far, naive);
	return pid;
}

static long put_some(long n)
{
	struct call c = call_at(store_file);
	const struct task_ask ask = {.operation = "status", .arguments = "{}"};
	struct task t;

	if (store_open(&c))
		bail("cannot open: %s", c.why);
	for (long i = 0; i < n; i++)
		if (task_put(&c, &ask, &t, NULL))
			bail("cannot put: %s", c.why);
	call_release(&c);
	return n;
}

/* Lines of FAR in all, and how many of them stand there twice. */
static long count_effects(const char *far, long *doubled)
{
	char command[4096], text[64] = "";
	long all = 0;
	FILE *in = fopen(far, "r");
	char line[128];

	while (in && fgets(line, sizeof line, in))
		all++;
	if (in)
		fclose(in);
	snprintf(command, sizeof command, "sort %s | uniq -d | wc -l", far);
	in = popen(command, "r");
	if (!in || !fgets(text, sizeof text, in))
		bail("cannot count effects");
	pclose(in);
	*doubled = atol(text);
	return all;
}

static void kill_effects(long rounds, bool naive)
{
	const char *dir = test_folder(&home);
	const char *far = arena_printf(&home.arena, "%s/far", dir);
	long put = 0, doubled, all;
	pid_t pids[2];

	store_file = arena_printf(&home.arena, "%s/trae.db", dir);
	put += put_some(20);
	for (int i = 0; i < 2; i++)
		pids[i] = start_effects(far, naive);
	for (long i = 0; i < rounds; i++) {
		long at = random() % 2;

		put += put_some(10);
		sleep_us(random() % 20000);
		kill(pids[at], SIGKILL);
		waitpid(pids[at], NULL, 0);
		pids[at] = start_effects(far, naive);
	}
	for (int i = 0; i < 3000 && ask_number(store_file, "select count(*) from task"
		" where state <> 'completed'"); i++)
		sleep_us(10000);
	for (int i = 0; i < 2; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	all = count_effects(far, &doubled);
	if (naive)
		tap(doubled > 0, "control: a naive worker repeats effects (%ld of %ld)",
			doubled, put);
	else
		tap(!doubled && all == put, "%ld kills: %ld of %ld effects doubled, %ld "
			"missing", rounds,
			doubled, put, put - (all - doubled));
}

/* --- Stopped past the lease --- */

static void stop_worker(const char *tell, bool fenced)
{
	struct call c = call_at(store_file);
	const struct task_end end = {.ended = FAIL_NONE, .result = "\"late\""};
	struct task_owner owner;
	size_t found = 0;
	bool taken;
	struct task t;

	if (store_open(&c) || task_owner_take(&c, "late", 20, &owner) ||
		task_claim(&c, &owner, "light", 1, &t, &found) || !found)
		_exit(1);
	close(open(tell, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	raise(SIGSTOP);
	if (fenced && task_finish(&c, &owner, t.id, t.attempt, &end, &taken))
		_exit(2);
	if (!fenced && store_run(&c, SQL("update task set result = '\"late\"' where id = $1"),
		PARAMS(t.id), NULL))
		_exit(3);
	_exit(0);
}

static bool stop_once(struct task_owner *owner, struct call *c, const char *tell, bool fenced)
{
	const struct task_end end = {.ended = FAIL_NONE, .result = "\"new\""};
	size_t found = 0;
	bool taken = false;
	struct task t;
	int status;
	pid_t pid;

	unlink(tell);
	put_some(1);
	fflush(stdout);
	pid = fork();
	if (!pid)
		stop_worker(tell, fenced);
	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
		bail("the worker did not stop");
	for (int i = 0; i < 500 && !found; i++) {
		sleep_us(5000);
		if (task_reap(c, NULL) || task_claim(c, owner, "light", 1, &t, &found))
			bail("cannot claim: %s", c->why);
	}
	if (!found || task_finish(c, owner, t.id, t.attempt, &end, &taken) || !taken)
		bail("cannot finish");
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	if (status || task_find(c, t.id, &t))
		bail("the worker failed: %d", status);
	return strcmp(t.result, "\"new\"") != 0;
}

static void stop_past_lease(long rounds, bool fenced)
{
	const char *dir = test_folder(&home);
	const char *tell = arena_printf(&home.arena, "%s/tell", dir);
	struct call c;
	struct task_owner owner;
	long overwritten = 0;

	store_file = arena_printf(&home.arena, "%s/trae.db", dir);
	c = call_at(store_file);
	for (long i = 0; i < rounds; i++) {
		if (store_open(&c) || task_owner_take(&c, "next", TASK_LEASE_MS, &owner))
			bail("cannot open: %s", c.why);
		overwritten += stop_once(&owner, &c, tell, fenced);
		task_owner_release(&owner);
		call_release(&c);
		c = call_at(store_file);
	}
	if (fenced)
		tap(!overwritten && ask_number(store_file, "select count(*) from task_log"
			" where action = 'job_race'") == rounds,
			"%ld workers stopped past their lease: %ld overwrote, all are in the log",
			rounds, overwritten);
	else
		tap(overwritten == rounds, "control: without a fence %ld of %ld overwrite",
			overwritten, rounds);
}

int main(int argc, char **argv)
{
	long kills = argc > 1 ? atol(argv[1]) : 60, stops = argc > 2 ? atol(argv[2]) : 20;
	const char *slash = strrchr(argv[0], '/');

	if (!access("/dev/shm", W_OK))
		setenv("TMPDIR", "/dev/shm", 1);
	program = realpath(arena_printf(&home.arena, "%.*s/../../trae",
		slash ? (int)(slash - argv[0]) : 1, slash ? argv[0] : "."), NULL);
	seed_random();
	if (program)
		kill_pools(kills);
	else
		tap_skip("pools", "build/trae is not built");
	kill_effects(kills, false);
	kill_effects(kills / 4 + 30, true);
	stop_past_lease(stops, true);
	stop_past_lease(3, false);
	call_release(&home);
	return tap_end();
}
