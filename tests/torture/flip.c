/* Damage: random bits of a store are flipped, one at a time. Nothing may crash, what is wrong is
 * said as a kind of failure, and a backup with any flipped bit is refused.
 *     flip [FLIPS]
 * The controls: the same store without a flip passes, and so does its backup. */
#include "lib/model/counter.h"
#include "lib/model/file.h"
#include "lib/model/task.h"
#include "lib/os/dirs.h"
#include "lib/os/file.h"
#include "lib/work/backup.h"
#include "tests/torture/torture.h"

static void must(enum fail f, struct call *c)
{
	if (f)
		bail("%s", c->why);
}

static void prepare(struct call *c, const char **copy, size_t *len, const char **backup)
{
	struct backup b;
	char *data;

	must(store_open(c), c);
	for (int i = 0; i < 60; i++) {
		TASK_RUN_AUTO run = TASK_RUN_NONE;
		struct file f = {.path = arena_printf(&c->arena, "/f/%d", i), .bytes = i,
			.media_type = "text/plain", .sha256 = "0"};

		must(task_begin(c, "video render", "{}", &run), c);
		must(task_end(c, &run, FAIL_NONE, NULL, "{}", &f, 1), c);
	}
	must(backup_create(c, backup_dir(c), &b), c);
	must(file_read(c, arena_printf(&c->arena, "%s/store.db", b.path), 1 << 24, &data, len), c);
	*copy = data;
	*backup = b.path;
}

/* Everything a program does with a store. */
static enum fail use(struct call *c)
{
	struct file f = {.path = "/f/new", .bytes = 1, .media_type = "text/plain", .sha256 = "0"};
	TASK_RUN_AUTO run = TASK_RUN_NONE;
	struct counters n;
	struct file *files;
	struct task *tasks;
	size_t count;

	TRY(store_open(c));
	TRY(counters_read(c, &n));
	TRY(file_list(c, 100, NULL, &files, &count));
	TRY(task_list(c, 100, NULL, NULL, &tasks, &count));
	TRY(task_begin(c, "video render", "{}", &run));
	TRY(task_end(c, &run, FAIL_NONE, NULL, "{}", &f, 1));
	TRY(task_reap(c, NULL));
	return store_verify(c, store_path(c));
}

/* The failure that use() of DATA as a store ends with, -1 for a crash. */
static int use_apart(const char *data, size_t len)
{
	struct call c = {0};
	int status = -1;
	pid_t pid;

	c.store_path = arena_printf(&c.arena, "%s/trae.db", test_folder(&c));
	must(file_replace(&c, c.store_path, data, len, 0600), &c);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		struct call own = {.store_path = c.store_path};
		enum fail f = use(&own);

		if (f == FAIL_BUG)
			printf("# %s\n", own.why);
		fflush(stdout);
		call_release(&own);
		_exit((int)f);
	}
	if (waitpid(pid, &status, 0) != pid)
		bail("lost a process");
	RUN("rm", "-rf", path_dir(&c, c.store_path));
	call_release(&c);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static char *flipped(struct call *c, const char *data, size_t len)
{
	char *copy = arena_memdup(&c->arena, data, len);

	copy[(size_t)random() % len] ^= (char)(1 << random() % 8);
	return copy;
}

static void flip_store(const char *data, size_t len, long flips)
{
	long crashed = 0, untyped = 0, noticed = 0;

	tap(use_apart(data, len) == FAIL_NONE, "control: without a flip all is well");
	for (long i = 0; i < flips; i++) {
		struct call c = {0};
		int result = use_apart(flipped(&c, data, len), len);

		crashed += result < 0;
		untyped += result == FAIL_BUG;
		noticed += result > 0;
		call_release(&c);
	}
	tap(crashed == 0, "%ld flips: %ld crashes", flips, crashed);
	tap(untyped == 0, "%ld flips taken for a defect of the program", untyped);
	tap(noticed > 0, "%ld flips noticed; the others lie in values and free space", noticed);
}

static void flip_backup(struct call *c, const char *data, size_t len, const char *backup,
	long flips)
{
	const char *path = arena_printf(&c->arena, "%s/store.db", backup);
	long passed = 0;
	struct backup b;

	tap(!backup_verify(c, backup, &b), "control: the backup passes without a flip");
	for (long i = 0; i < flips; i++) {
		struct call own = {0};

		must(file_replace(&own, path, flipped(&own, data, len), len, 0600), &own);
		passed += backup_verify(&own, backup, &b) != FAIL_INPUT;
		call_release(&own);
	}
	tap(passed == 0, "%ld of %ld flipped backups passed", passed, flips);
}

int main(int argc, char **argv)
{
	long flips = argc > 1 ? atol(argv[1]) : 300;
	const char *data, *backup;
	struct call c = {0};
	size_t len;

	if (!access("/dev/shm", W_OK))
		setenv("TMPDIR", "/dev/shm", 1);
	seed_random();
	setenv("HOME", test_folder(&c), 1);
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_CONFIG_HOME");
	prepare(&c, &data, &len, &backup);
	c.store_close(c.store);
	c.store = NULL;
	flip_store(data, len, flips);
	flip_backup(&c, data, len, backup, flips / 3);
	call_release(&c);
	return tap_end();
}
