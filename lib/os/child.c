/* Child processes: started without a shell, spoken to by lines, killed with their parent. */
#include "lib/os/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/os/file.h"

#define TAIL_BYTES 2048
#define TERM_GRACE_MS 2000

extern char **environ;

struct running {
	pid_t pid;
	int in, out, err;
	size_t sent, received;
	struct buf line, tail;
	int64_t term_at_ms;
};

const char *const *child_env(struct call *c)
{
	static const char *const keep[] = {"HOME=", "PATH=", "LANG=", "LC_", "TZ=", "TMPDIR=",
		"XDG_", "SSL_CERT_", "DBUS_SESSION_BUS_ADDRESS=", "TRAE_FAULT", "ASAN_OPTIONS=",
		"UBSAN_OPTIONS=", "LSAN_OPTIONS="};
	size_t count = 0, n = 0;
	const char **env;

	while (environ[count])
		count++;
	env = ARENA_NEW(&c->arena, const char *, count + 1);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < sizeof keep / sizeof *keep; k++)
			if (!strncmp(environ[i], keep[k], strlen(keep[k]))) {
				env[n++] = environ[i];
				break;
			}
	return env;
}

/* What a child needs to become its program. */
struct birth {
	const char *const *argv, *const *env;
	pid_t parent;
	int in, out, err, report; /* err -1: that of the parent */
};

static _Noreturn void become(const struct birth *b)
{
	sigset_t none;
	int code;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* A terminal's Ctrl-C goes to its whole group: the parent decides when the child ends. */
	signal(SIGINT, SIG_IGN);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != b->parent)
		_exit(127);
	if (dup2(b->in, 0) < 0 || dup2(b->out, 1) < 0 || (b->err >= 0 && dup2(b->err, 2) < 0))
		_exit(127);
	execve(b->argv[0], (char *const *)b->argv, (char *const *)b->env);
	code = errno;
	if (write(b->report, &code, sizeof code) < 0)
		_exit(126);
	_exit(127);
}

/* Forks and executes; *PID is the child once it has become its program. */
static enum fail bear(struct call *c, struct birth *b, pid_t *pid)
{
	int report[2] = {-1, -1}, code = 0;
	enum fail f = FAIL_NONE;

	if (fault_io(EMFILE) || pipe2(report, O_CLOEXEC))
		return fail_errno(c, errno, "cannot make a pipe");
	b->report = report[1];
	b->parent = getpid();
	*pid = fault_io(EAGAIN) ? -1 : fork();
	if (!*pid)
		become(b);
	if (*pid < 0)
		f = fail_errno(c, errno, "cannot start %s", b->argv[0]);
	file_close(&report[1]);
	if (*pid > 0 && read(report[0], &code, sizeof code) == sizeof code) {
		waitpid(*pid, NULL, 0);
		*pid = 0;
		f = code == ENOENT ? fail(c, FAIL_CONFIG, "%s is not installed", b->argv[0])
				   : fail_errno(c, code, "cannot start %s", b->argv[0]);
	}
	file_close(&report[0]);
	return f;
}

static void close_pair(int pair[2])
{
	file_close(&pair[0]);
	file_close(&pair[1]);
}

static enum fail start(struct call *c, const struct child_job *job, struct running *r)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
	struct birth b = {.argv = job->argv, .env = job->env ? job->env : child_env(c)};
	enum fail f;

	if (fault_io(EMFILE) || pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) ||
		pipe2(err, O_CLOEXEC)) {
		f = fail_errno(c, errno, "cannot make a pipe");
	} else {
		b.in = in[0];
		b.out = out[1];
		b.err = err[1];
		f = bear(c, &b, &r->pid);
	}
	if (f == FAIL_NONE) {
		r->in = in[1];
		r->out = out[0];
		r->err = err[0];
		in[1] = out[0] = err[0] = -1;
		fcntl(r->in, F_SETFL, O_NONBLOCK);
	}
	close_pair(in);
	close_pair(out);
	close_pair(err);
	return f;
}

enum fail child_start(struct call *c, const char *const *argv, const char *const *env,
	struct child *out)
{
	int in[2] = {-1, -1}, from[2] = {-1, -1};
	struct birth b = {.argv = argv, .env = env, .err = -1};
	struct child child = {.in = -1, .out = -1};
	enum fail f;

	if (fault_io(EMFILE) || pipe2(in, O_CLOEXEC) || pipe2(from, O_CLOEXEC)) {
		f = fail_errno(c, errno, "cannot make a pipe");
	} else {
		b.in = in[0];
		b.out = from[1];
		f = bear(c, &b, &child.pid);
	}
	if (f == FAIL_NONE) {
		child.in = in[1];
		child.out = from[0];
		in[1] = from[0] = -1;
		fcntl(child.in, F_SETFL, O_NONBLOCK);
		fcntl(child.out, F_SETFL, O_NONBLOCK);
		*out = child;
	}
	close_pair(in);
	close_pair(from);
	return f;
}

static int status_of(int code)
{
	return WIFSIGNALED(code) ? 128 + WTERMSIG(code) : WEXITSTATUS(code);
}

bool child_ended(struct child *child, int *status)
{
	int code = 0;

	if (child->pid <= 0 || waitpid(child->pid, &code, WNOHANG) != child->pid)
		return false;
	child->pid = 0;
	*status = status_of(code);
	return true;
}

void child_stop(struct child *child)
{
	file_close(&child->in);
	file_close(&child->out);
	if (child->pid <= 0)
		return;
	kill(child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
	child->pid = 0;
}

const char *const *child_env_whole(struct call *c)
{
	static const char master[] = "TRAE_MASTER_KEY=";
	size_t count = 0, n = 0;
	const char **env;

	while (environ[count])
		count++;
	env = ARENA_NEW(&c->arena, const char *, count + 1);
	for (size_t i = 0; i < count; i++)
		if (strncmp(environ[i], master, sizeof master - 1))
			env[n++] = environ[i];
	return env;
}

static void feed(const struct child_job *job, struct running *r)
{
	const char *data = job->input;
	ssize_t put = 0;

	if (r->sent < job->input_len)
		put = write(r->in, data + r->sent, job->input_len - r->sent);
	if (put > 0)
		r->sent += (size_t)put;
	/* A child that does not want more input says why itself. */
	if ((put < 0 && errno != EAGAIN && errno != EINTR) || r->sent >= job->input_len)
		file_close(&r->in);
}

static enum fail take_lines(struct call *c, const struct child_job *job, struct running *r)
{
	char *at = r->line.data, *end = at + r->line.len, *newline;
	size_t left;

	while ((newline = memchr(at, '\n', (size_t)(end - at)))) {
		*newline = '\0';
		if (job->line)
			TRY(job->line(c, job->to, at, (size_t)(newline - at)));
		at = newline + 1;
	}
	left = (size_t)(end - at);
	memmove(r->line.data, at, left);
	buf_cut(&r->line, left);
	return FAIL_NONE;
}

static enum fail take_output(struct call *c, const struct child_job *job, struct running *r)
{
	char *to = buf_room(&r->line, 16384);
	ssize_t got = fault_io(EIO) ? -1 : read(r->out, to, 16384);
	size_t max = job->max_output ? job->max_output : 16 << 20;

	if (got < 0 && errno == EINTR)
		return FAIL_NONE;
	if (got < 0)
		return fail_errno(c, errno, "cannot read from %s", job->argv[0]);
	if (!got) {
		file_close(&r->out);
		if (!r->line.len)
			return FAIL_NONE;
		buf_addc(&r->line, '\n');
		return take_lines(c, job, r);
	}
	r->line.len += (size_t)got;
	r->line.data[r->line.len] = '\0';
	r->received += (size_t)got;
	if (r->received > max)
		return fail(c, FAIL_REMOTE, "%s printed more than %zu bytes", job->argv[0], max);
	return take_lines(c, job, r);
}

static void take_errors(struct running *r)
{
	char text[1024];
	ssize_t got = read(r->err, text, sizeof text);

	if (got == 0 || (got < 0 && errno != EINTR))
		file_close(&r->err);
	if (got <= 0)
		return;
	if (r->tail.len + (size_t)got > TAIL_BYTES) {
		size_t keep = r->tail.len > TAIL_BYTES / 2 ? TAIL_BYTES / 2 : r->tail.len;

		memmove(r->tail.data, r->tail.data + r->tail.len - keep, keep);
		buf_cut(&r->tail, keep);
	}
	buf_add(&r->tail, text, (size_t)got);
}

/* One round of talking; FAIL_NONE while there is more to say or hear. */
static enum fail talk(struct call *c, const struct child_job *job, struct running *r)
{
	struct pollfd fds[3] = {{r->in, POLLOUT, 0}, {r->out, POLLIN, 0}, {r->err, POLLIN, 0}};
	enum fail f = call_check(c);

	if (f != FAIL_NONE && !r->term_at_ms) {
		kill(r->pid, SIGTERM);
		r->term_at_ms = clock_boot_ms();
	}
	if (r->term_at_ms && clock_boot_ms() - r->term_at_ms > TERM_GRACE_MS)
		return f;
	if (poll(fds, 3, 100) < 0 && errno != EINTR)
		return fail_errno(c, errno, "cannot wait for %s", job->argv[0]);
	if (fds[0].revents)
		feed(job, r);
	if (fds[2].revents)
		take_errors(r);
	return fds[1].revents ? take_output(c, job, r) : FAIL_NONE;
}

static _Atomic int64_t peak_bytes;

int64_t child_peak(void)
{
	return peak_bytes;
}

void child_peak_forget(void)
{
	peak_bytes = 0;
}

/* Waits for the child PID, and notes how much memory it held. */
static int collect(pid_t pid)
{
	struct rusage use = {0};
	int64_t bytes;
	int code = 0;

	while (wait4(pid, &code, 0, &use) < 0 && errno == EINTR)
		;
	bytes = (int64_t)use.ru_maxrss * 1024;
	if (bytes > peak_bytes)
		peak_bytes = bytes;
	return code;
}

enum fail child_run(struct call *c, const struct child_job *job, int *status,
	const char **stderr_tail)
{
	struct running r = {.in = -1, .out = -1, .err = -1, .line = buf_in(&c->arena),
		.tail = buf_in(&c->arena)};
	enum fail f;
	int code = 0;

	if (c->dry_run && !job->reads)
		return fail(c, FAIL_BUG, "a call that may only read started %s", job->argv[0]);
	f = start(c, job, &r);
	while (f == FAIL_NONE && (r.out >= 0 || r.err >= 0))
		f = talk(c, job, &r);
	file_close(&r.in);
	file_close(&r.out);
	file_close(&r.err);
	if (r.pid > 0) {
		if (f != FAIL_NONE)
			kill(r.pid, SIGKILL);
		code = collect(r.pid);
	}
	if (stderr_tail)
		*stderr_tail = r.tail.data;
	if (f == FAIL_NONE)
		f = call_check(c);
	if (f == FAIL_NONE)
		*status = status_of(code);
	return f;
}
