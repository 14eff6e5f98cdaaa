/* SIGKILL at any instant: a migration killed at every step is completed by the next start, and what
 * was acknowledged before a kill is there after it.
 *     kill [ROUNDS]
 * The controls: a migration without a transaction, and a writer that acknowledges too early. */
#include <fcntl.h>
#include <poll.h>

#include "lib/model/counter.h"
#include "lib/model/file.h"
#include "lib/model/task.h"
#include "lib/os/file.h"
#include "lib/store/handle.h"
#include "tests/torture/torture.h"

#define WHOLE 1000 /* rounds; fewer kill a migration at some of its steps only */

static long steps_left;

static void step(void)
{
	if (--steps_left == 0)
		kill(getpid(), SIGKILL);
}

static ssize_t pwrite_step(int fd, const void *data, size_t len, off_t at)
{
	step();
	return pwrite(fd, data, len, at);
}

static int ftruncate_step(int fd, off_t size)
{
	step();
	return ftruncate(fd, size);
}

static int unlink_step(const char *path)
{
	step();
	return unlink(path);
}

static int tick(void *arg)
{
	(void)arg;
	step();
	return 0;
}

static int watch_handle(sqlite3 *db)
{
	sqlite3_progress_handler(db, 5, tick, NULL);
	return SQLITE_OK;
}

/* From now on every write and every fifth instruction of SQLite's machine is a step; the process
 * dies at the AT-th. */
static void die_at(long at)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	steps_left = at;
	vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)pwrite_step);
	vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)pwrite_step);
	vfs->xSetSystemCall(vfs, "ftruncate", (sqlite3_syscall_ptr)ftruncate_step);
	vfs->xSetSystemCall(vfs, "unlink", (sqlite3_syscall_ptr)unlink_step);
	sqlite3_auto_extension((void (*)(void))watch_handle);
}

/* Runs BODY(PATH, N) in a process of its own; its wait status. */
static int apart(void (*body)(const char *path, long n), const char *path, long n)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		body(path, n);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		bail("lost a process");
	return status;
}

static void migrate(const char *path, long at)
{
	struct call c = {.store_path = path};

	die_at(at);
	if (store_open(&c))
		_exit(2);
	call_release(&c);
}

static void run_bare(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL))
		_exit(2);
}

/* The same statements, each for itself. */
static void migrate_naively(const char *path, long at)
{
	struct call c = {0};
	const char *name, *text;
	sqlite3 *db;

	if (mknod(path, S_IFREG | 0600, 0))
		_exit(2);
	die_at(at);
	if (sqlite3_open(path, &db))
		_exit(2);
	run_bare(db, "pragma journal_mode=wal");
	for (int i = 1; (text = store_migration(&c, i, "sqlite", &name)); i++) {
		run_bare(db, text);
		run_bare(db, arena_printf(&c.arena, "pragma user_version=%d", i));
	}
	run_bare(db, migrate_mark(&c));
	sqlite3_close(db);
	call_release(&c);
}

static void open_and_verify(const char *path, long n)
{
	struct call c = {.store_path = path};

	(void)n;
	if (store_open(&c) || store_verify(&c, path)) {
		printf("# %s\n", c.why);
		fflush(stdout);
		_exit(1);
	}
	call_release(&c);
}

/* At every STRIDE-th step, from a random one on. */
static void kill_migrations(bool naive, long stride)
{
	struct call c = {0};
	long at = random() % stride + 1 - stride, kills = -1, bad = 0;
	bool killed = true;

	while (killed) {
		const char *dir = test_folder(&c);
		const char *path = arena_printf(&c.arena, "%s/trae.db", dir);
		int status = apart(naive ? migrate_naively : migrate, path, at += stride);

		killed = WIFSIGNALED(status);
		if (!killed && status)
			bail("a migration failed by itself");
		kills++;
		bad += apart(open_and_verify, path, 0) != 0;
		RUN("rm", "-rf", dir);
	}
	if (naive)
		tap(bad > 0, "control: %ld of %ld kills spoil a migration without a transaction",
			bad, kills);
	else
		tap(bad == 0, "migration killed at %ld of %ld steps: %ld not completed later", kills,
			at - 1, bad);
	call_release(&c);
}

/* Writes tasks with two files each and says so, until it is killed. */
static _Noreturn void write_tasks(const char *path, long round, int out, bool early)
{
	struct call c = {.store_path = path};
	const char *name = arena_printf(&c.arena, "round %ld", round);
	enum fail f = store_open(&c);

	for (long i = 0; !f; i++) {
		struct file files[2];
		TASK_RUN_AUTO run = TASK_RUN_NONE;

		for (int k = 0; k < 2; k++)
			files[k] = (struct file){.bytes = 10, .media_type = "text/plain",
				.sha256 = "0",
				.path = arena_printf(&c.arena, "/f/%ld/%ld/%d", round, i, k)};
		if (early && write(out, "a", 1) != 1)
			_exit(3);
		f = task_begin(&c, name, "{}", &run);
		if (!f)
			f = task_end(&c, &run, FAIL_NONE, NULL, NULL, files, 2);
		if (!f && i % 20 == 19)
			f = store_checkpoint(&c, NULL);
		if (!early && !f && write(out, "a", 1) != 1)
			_exit(3);
	}
	printf("# %s\n", c.why);
	fflush(stdout);
	_exit(1);
}

/* Starts a writer, kills it within 15 ms after its first acknowledgement: how many it gave. */
static long acknowledged_before_kill(const char *path, long round, bool early)
{
	char acks[4096];
	long n = 0;
	ssize_t got;
	int ends[2], status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		bail("no pipe");
	fflush(stdout);
	pid = fork();
	if (!pid)
		write_tasks(path, round, ends[1], early);
	close(ends[1]);
	n += read(ends[0], acks, 1) == 1;
	sleep_us(random() % 15000);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (!WIFSIGNALED(status))
		bail("the writer ended by itself");
	while ((got = read(ends[0], acks, sizeof acks)) > 0)
		n += got;
	close(ends[0]);
	return n;
}

/* Acknowledged tasks of ROUND that are not there. */
static long lost_of(struct call *c, const char *path, long round, long acked)
{
	long there = ask_number(path, arena_printf(&c->arena, "select count(*) from task where"
		" operation = 'round %ld' and state = 'completed' and (select count(*) from file"
		" where task_id = task.id) = 2", round));

	return there < acked ? acked - there : 0;
}

static void reap_all(const char *path, long n)
{
	struct call c = {.store_path = path};
	struct counters counters;

	(void)n;
	if (store_open(&c) || task_reap(&c, NULL) || counters_read(&c, &counters))
		_exit(1);
	_exit(counters.tasks_running != 0);
}

static bool agrees(const char *path)
{
	return ask_number(path,
		"select (select n from counter where name = 'files') = (select count(*) from file)"
		" and (select n from counter where name = 'task_completed') ="
		" (select count(*) from task where state = 'completed')"
		" and not exists (select 1 from file where task_id not in"
		" (select id from task where state = 'completed'))") == 1;
}

static void kill_writers(long rounds, bool early)
{
	struct call c = {0};
	const char *path = arena_printf(&c.arena, "%s/trae.db", test_folder(&c));
	long acked = 0, lost = 0, stuck = 0, torn = 0;

	for (long round = 0; round < rounds; round++) {
		long n = acknowledged_before_kill(path, round, early);

		acked += n;
		lost += lost_of(&c, path, round, n);
		stuck += apart(reap_all, path, 0) != 0;
		torn += !agrees(path);
	}
	if (early) {
		tap(lost > 0, "control: a writer that acknowledges early loses %ld of %ld", lost,
			acked);
	} else {
		tap(lost == 0, "%ld kills: %ld of %ld acknowledged tasks lost", rounds, lost,
			acked);
		tap(stuck == 0, "%ld stores with tasks that run for ever", stuck);
		tap(torn == 0, "%ld stores whose counters or files disagree", torn);
		tap(is_whole(path), "the store is whole");
	}
	call_release(&c);
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 60;

	if (!access("/dev/shm", W_OK))
		setenv("TMPDIR", "/dev/shm", 1);
	seed_random();
	kill_migrations(false, rounds < WHOLE ? 7 : 1);
	kill_migrations(true, 7);
	kill_writers(rounds, false);
	kill_writers(rounds / 4 + 10, true);
	return tap_end();
}
