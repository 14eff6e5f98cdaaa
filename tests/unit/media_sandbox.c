/* Sandbox: what the process could do before it cannot do behind it; each check has its control. */
#include "lib/media/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char allowed[] = "/tmp/trae-sandbox-XXXXXX", other[] = "/tmp/trae-sandbox-XXXXXX";

static bool opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool sockets(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static const char *const true_argv[] = {"/bin/true", NULL};

/* Runs in a child: exec replaces it on success, so a way back means refusal. */
static bool cannot_exec(void)
{
	execve(true_argv[0], (char *const *)true_argv, (char *const[]){NULL});
	return errno == EPERM || errno == EACCES;
}

/* Enters the sandbox in a child and lets CHECK look; true when it is content. */
static bool behind(bool (*check)(void))
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		struct call c = {0};
		struct sandbox_state state;
		const char *readable[] = {allowed};

		if (sandbox_enter(&c, SANDBOX_BEST_EFFORT, readable, 1, &state) != FAIL_NONE)
			_exit(2);
		/* Kernels without a layer are told apart, not passed over. */
		if (!state.landlock_abi || !state.seccomp)
			_exit(3);
		_exit(check() ? 0 : 1);
	}
	waitpid(child, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 3)
		printf("# this kernel lacks a layer of the sandbox\n");
	return WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 3);
}

static bool reads_what_it_may(void)
{
	return opens(allowed, O_RDONLY) && opens("/usr/bin/env", O_RDONLY);
}

static bool reads_nothing_else(void)
{
	return !opens("/etc/passwd", O_RDONLY) && !opens(other, O_RDONLY) &&
		!opens("/tmp", O_RDONLY);
}

static bool writes_nothing(void)
{
	return !opens(allowed, O_WRONLY) && !opens(other, O_RDWR) &&
		!opens("/tmp/trae-sandbox-new", O_WRONLY | O_CREAT) && unlink(other) &&
		mkdir("/tmp/x", 0700);
}

static bool ptrace_is_refused(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return true; /* its leak checker needs it */
#else
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) && errno == EPERM;
#endif
}

static bool talks_to_nobody(void)
{
	return !sockets(AF_INET) && !sockets(AF_INET6) && !sockets(AF_UNIX) &&
		ptrace_is_refused() &&
		syscall(SYS_io_uring_setup, 1, NULL) && errno == EPERM;
}

static bool starts_no_process(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return true; /* its leak checker is one */
#else
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return child < 0 && errno == EPERM;
#endif
}

static void *nothing(void *value)
{
	return value;
}

static bool starts_threads(void)
{
	pthread_t thread;

	return !pthread_create(&thread, NULL, nothing, NULL) && !pthread_join(thread, NULL);
}

static bool is_bounded(void)
{
	struct rlimit core, files;

	return !getrlimit(RLIMIT_CORE, &core) && core.rlim_max == 0 &&
		!getrlimit(RLIMIT_NOFILE, &files) && files.rlim_max <= 256;
}

TEST(behind_the_sandbox)
{
	int a = mkstemp(allowed), b = mkstemp(other);

	CHECK(a >= 0 && b >= 0);
	/* The controls: all of this works before. */
	CHECK(opens("/etc/passwd", O_RDONLY) && opens(other, O_RDWR) && sockets(AF_UNIX));
	CHECK(behind(reads_what_it_may));
	CHECK(behind(reads_nothing_else));
	CHECK(behind(writes_nothing));
	CHECK(behind(talks_to_nobody));
	CHECK(behind(cannot_exec));
	CHECK(behind(starts_no_process));
	CHECK(behind(starts_threads));
	CHECK(behind(is_bounded));
	close(a);
	close(b);
	unlink(allowed);
	unlink(other);
}

TEST(a_missing_input_is_named)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		struct sandbox_state state;
		const char *readable[] = {"/tmp/trae-no-such-file"};
		enum fail f = sandbox_enter(c, SANDBOX_BEST_EFFORT, readable, 1, &state);

		_exit(f == FAIL_MISSING && strstr(c->why, readable[0]) ? 0 : 1);
	}
	waitpid(child, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
