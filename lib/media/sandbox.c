/* Sandbox: what this process gives up before it looks at anything that others made. */
#include "lib/media/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/os/file.h"

/* Newer than the headers of Debian 12: ABI 3 truncation, ABI 4 network, ABI 5 device control. */
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)
#define ACCESS_IOCTL_DEV (UINT64_C(1) << 15)

#define READ_FILE ((uint64_t)LANDLOCK_ACCESS_FS_READ_FILE)
#define READ_TREE (READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

const char *const sandbox_wishes[] = {"best-effort", "required", NULL};

/* What the libraries read: themselves, voices, fonts, the time zone, what the kernel says. */
static const char *const trees[] = {"/usr", "/lib", "/lib64", "/etc/fonts", "/var/cache/fontconfig",
	"/etc/ld.so.cache", "/etc/localtime", "/proc/self", "/proc/cpuinfo", "/proc/meminfo",
	"/sys/devices/system/cpu", "/dev/urandom", "/dev/null"};

struct ruleset_attr {
	uint64_t handled_access_fs, handled_access_net;
};

static enum fail allow(struct call *c, int ruleset, const char *path, bool needed)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = READ_TREE};
	FILE_AUTO fd = open(path, O_PATH | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return needed ? fail_errno(c, errno, "cannot read %s", path) : FAIL_NONE;
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access = READ_FILE;
	rule.parent_fd = fd;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
		return fail_errno(c, errno, "the sandbox cannot allow %s", path);
	return FAIL_NONE;
}

static uint64_t handled_fs(int abi)
{
	uint64_t all = (UINT64_C(1) << 13) - 1;

	if (abi >= 2)
		all |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		all |= ACCESS_TRUNCATE;
	if (abi >= 5)
		all |= ACCESS_IOCTL_DEV;
	return all;
}

static enum fail enter_landlock(struct call *c, const char *const *readable, size_t count, int *abi)
{
	struct ruleset_attr attr = {0};
	FILE_AUTO ruleset = -1;
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
		LANDLOCK_CREATE_RULESET_VERSION);

	if (version < 1)
		return FAIL_NONE;
	attr.handled_access_fs = handled_fs((int)version);
	attr.handled_access_net = version >= 4 ? 3 : 0;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr,
		version >= 4 ? sizeof attr : sizeof attr.handled_access_fs, 0);
	if (ruleset < 0)
		return FAIL_NONE;
	for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++)
		TRY(allow(c, ruleset, trees[i], false));
	for (size_t i = 0; i < count; i++)
		TRY(allow(c, ruleset, readable[i], true));
	if (syscall(SYS_landlock_restrict_self, ruleset, 0))
		return fail_errno(c, errno, "cannot enter the sandbox");
	*abi = (int)version;
	return FAIL_NONE;
}

/* Names, because seccomp_syscall_resolve_name() answers for calls that the headers do not know
 * yet; what a processor does not have is passed over. */
static const char *const denied[] = {"socket", "socketpair", "connect", "bind", "listen", "accept",
	"accept4", "sendto", "sendmsg", "sendmmsg", "recvmsg", "recvmmsg", "execve", "execveat",
	"fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp",
	"mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsmount",
	"fsconfig", "unshare", "setns", "keyctl", "add_key", "request_key", "bpf",
	"perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
	"kexec_load", "init_module", "finit_module", "delete_module", "reboot", "swapon", "swapoff",
	"sethostname", "settimeofday", "clock_settime", "acct", "quotactl", "name_to_handle_at",
	"open_by_handle_at", "unlink", "unlinkat", "rename", "renameat", "renameat2", "link",
	"linkat", "symlink", "symlinkat", "mkdir", "mkdirat", "mknod", "mknodat", "chmod",
	"fchmodat", "chown", "lchown", "fchownat", "setxattr", "lsetxattr", "removexattr", "ioperm",
	"iopl", "personality", "memfd_secret"};

/* Threads yes, processes no. The flags of clone3 lie in memory, where a filter cannot look: it
 * seems to be unknown, and the C library then uses clone. */
static bool deny_processes(scmp_filter_ctx filter)
{
#if defined(__SANITIZE_ADDRESS__)
	(void)filter; /* its leak checker is a process */
	return true;
#else
	return !seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
		       SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) &&
		!seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
#endif
}

static bool enter_seccomp(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	bool done = filter != NULL && deny_processes(filter);

	for (size_t i = 0; done && i < sizeof denied / sizeof denied[0]; i++) {
		int number = seccomp_syscall_resolve_name(denied[i]);

#if defined(__SANITIZE_ADDRESS__)
		/* The leak checker looks at the process from a second one. */
		if (!strcmp(denied[i], "ptrace"))
			continue;
#endif
		if (number != __NR_SCMP_ERROR)
			done = !seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0);
	}
	done = done && !seccomp_load(filter);
	seccomp_release(filter);
	return done;
}

static bool limit(int what, rlim_t most)
{
	struct rlimit now;

	if (getrlimit((__rlimit_resource_t)what, &now))
		return false;
	if (now.rlim_max < most)
		most = now.rlim_max;
	return !setrlimit((__rlimit_resource_t)what, &(struct rlimit){most, most});
}

static bool enter_rlimits(void)
{
	bool done = limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, 256) &&
		limit(RLIMIT_CPU, 6 * 3600) && limit(RLIMIT_FSIZE, (rlim_t)64 << 30);

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	done = limit(RLIMIT_AS, (rlim_t)6 << 30) && done;
#endif
	/* A file that grows too large is then an error of write(2), not the end of the process. */
	signal(SIGXFSZ, SIG_IGN);
	return done;
}

enum fail sandbox_enter(struct call *c, enum sandbox_wish wish, const char *const *readable,
	size_t count, struct sandbox_state *out)
{
	struct sandbox_state state = {0};

	state.rlimits = enter_rlimits();
	state.no_new_privs = !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (state.no_new_privs) {
		TRY(enter_landlock(c, readable, count, &state.landlock_abi));
		state.seccomp = enter_seccomp();
	}
	if (!state.landlock_abi || !state.seccomp || !state.rlimits) {
		const char *missing = !state.landlock_abi ? "landlock"
			: !state.seccomp ? "seccomp" : "resource limits";

		if (wish == SANDBOX_REQUIRED)
			return fail(c, FAIL_CONFIG,
				"this kernel has no %s, and the sandbox is required", missing);
		call_warn(c,
			"this kernel has no %s: media files are read with fewer walls around them",
			missing);
	}
	*out = state;
	return FAIL_NONE;
}
