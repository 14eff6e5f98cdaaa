/* Lock files. */
#include "lib/os/lock.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/os/file.h"
#include "tests/unit/folder.h"
#include "tests/unit/unit.h"

static const char *some_path(struct call *c)
{
	return arena_printf(&c->arena, "%s/x.lock", test_folder(c));
}

TEST(alone_or_shared)
{
	const char *path = some_path(c);
	FILE_AUTO one = -1, two = -1;

	CHECK(!lock_held(path));
	CHECK_OK(lock_take(c, path, false, 0, &one));
	CHECK_OK(lock_take(c, path, false, 0, &two));
	CHECK(lock_held(path));
	file_close(&two);
	CHECK(lock_take(c, path, true, 5, &two) == FAIL_BUSY);
	CHECK(strstr(c->why, path));
	fail_forget(c);
	file_close(&one);
	CHECK(!lock_held(path));
	CHECK_OK(lock_take(c, path, true, 0, &two));
	CHECK(lock_take(c, path, false, 0, &one) == FAIL_BUSY);
}

TEST(death_releases_it)
{
	const char *path = some_path(c);
	int ends[2], status;
	FILE_AUTO fd = -1;
	pid_t pid;
	char ch;

	CHECK(!pipe(ends));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		struct call own = {0};
		int held;

		if (lock_take(&own, path, true, 0, &held) || write(ends[1], "h", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	CHECK(read(ends[0], &ch, 1) == 1);
	CHECK(lock_held(path));
	CHECK(!kill(pid, SIGKILL) && waitpid(pid, &status, 0) == pid);
	CHECK(!lock_held(path));
	CHECK_OK(lock_take(c, path, true, 0, &fd));
	close(ends[0]);
	close(ends[1]);
}

TEST(a_link_is_no_lock_file)
{
	const char *path = some_path(c);
	FILE_AUTO fd = -1;

	CHECK(!symlink("/etc/passwd", path));
	CHECK(lock_take(c, path, true, 0, &fd) != FAIL_NONE);
	/* What cannot be told counts as held: the living must not be taken for dead. */
	CHECK(lock_held(path));
}

TEST(waiting_can_be_cancelled)
{
	volatile sig_atomic_t cancelled = 1;
	const char *path = some_path(c);
	FILE_AUTO one = -1, two = -1;

	CHECK_OK(lock_take(c, path, true, 0, &one));
	c->cancelled = &cancelled;
	CHECK(lock_take(c, path, true, 60000, &two) == FAIL_INTERRUPTED);
}
