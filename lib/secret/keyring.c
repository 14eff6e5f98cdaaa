/* Backend "keyring": the desktop's secret service, asked by a process of its own. D-Bus libraries
 * start threads, may hang, and must not share a process with an open store across a fork. */
#include "lib/secret/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/os/child.h"
#include "lib/os/file.h"

/* The keyring answers in milliseconds or waits for a person. */
#define ANSWER_S 5

/* An address as D-Bus spells it: all but a few characters escaped. */
static const char *unix_address(struct call *c, const char *path)
{
	struct buf b = buf_in(&c->arena);

	buf_adds(&b, "unix:path=");
	for (; *path; path++) {
		if ((*path >= 'a' && *path <= 'z') || (*path >= 'A' && *path <= 'Z') ||
			(*path >= '0' && *path <= '9') || strchr("-_/.", *path))
			buf_addc(&b, *path);
		else
			buf_addf(&b, "%%%02x", (unsigned)(unsigned char)*path);
	}
	return b.data;
}

/* The session bus that is there, or NULL. Asking GLib without one would start a daemon. */
static const char *bus_address(struct call *c)
{
	const char *address = getenv("DBUS_SESSION_BUS_ADDRESS"), *dir = getenv("XDG_RUNTIME_DIR");
	const char *path;
	struct stat st;

	if (address && *address)
		return strncmp(address, "autolaunch:", strlen("autolaunch:")) ? address : NULL;
	if (!dir || dir[0] != '/')
		return NULL;
	path = arena_printf(&c->arena, "%s/bus", dir);
	if (stat(path, &st) || !S_ISSOCK(st.st_mode) || st.st_uid != geteuid())
		return NULL;
	return unix_address(c, path);
}

static const char *const *environment(struct call *c)
{
	static const char variable[] = "DBUS_SESSION_BUS_ADDRESS=";
	const char *const *all = child_env(c);
	size_t count = 0, n = 0;
	const char **env;

	while (all[count])
		count++;
	env = ARENA_NEW(&c->arena, const char *, count + 2);
	for (size_t i = 0; i < count; i++)
		if (strncmp(all[i], variable, strlen(variable)))
			env[n++] = all[i];
	env[n] = arena_printf(&c->arena, "%s%s", variable, bus_address(c));
	return env;
}

/* Only calls that are safe between fork and exec in a program with threads. */
static _Noreturn void become_keyring(int fd, pid_t parent, const char *const *env)
{
	static const char *const argv[] = {"trae", SECRET_KEYRING_WORD, NULL};
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* A terminal's Ctrl-C goes to its whole group: the parent decides when this one ends. */
	signal(SIGINT, SIG_IGN);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(127);
	if (nowhere < 0 || dup2(nowhere, 1) < 0 || dup2(nowhere, 2) < 0 || dup2(fd, 0) < 0)
		_exit(127);
	execve("/proc/self/exe", (char *const *)argv, (char *const *)env);
	_exit(127);
}

struct helper {
	pid_t pid;
	int fd;
};

/* Its work is done or given up: nothing is lost by killing it. */
static void helper_end(struct helper *h)
{
	file_close(&h->fd);
	if (h->pid <= 0)
		return;
	kill(h->pid, SIGKILL);
	while (waitpid(h->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static enum fail helper_start(struct call *c, struct helper *h)
{
	const struct timeval limit = {.tv_sec = ANSWER_S};
	const char *const *env = environment(c);
	pid_t parent = getpid();
	int pair[2];

	if (fault_io(EMFILE) || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return fail_errno(c, errno, "cannot make a socket");
	h->fd = pair[0];
	if (setsockopt(h->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) ||
		setsockopt(h->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit)) {
		close(pair[1]);
		return fail_errno(c, errno, "cannot limit the time of a socket");
	}
	h->pid = fault_io(EAGAIN) ? -1 : fork();
	if (!h->pid)
		become_keyring(pair[1], parent, env);
	close(pair[1]);
	if (h->pid < 0)
		return fail_errno(c, errno, "cannot start a process for the keyring");
	return FAIL_NONE;
}

static enum fail ask(struct call *c, enum keyring_verb verb, const char *name,
	const struct secret *value, struct keyring_message *answer, struct secret **body)
{
	__attribute__((cleanup(helper_end))) struct helper h = {.pid = -1, .fd = -1};
	struct keyring_message question = {.word = (uint32_t)verb};
	SECRET_AUTO *got = NULL;
	enum fail f;

	memcpy(question.name, name, strlen(name));
	TRY(helper_start(c, &h));
	f = keyring_send(c, h.fd, &question, value);
	if (f == FAIL_NONE)
		f = keyring_receive(c, h.fd, answer, &got);
	if (f == FAIL_BUSY) {
		fail_forget(c);
		return fail(c, FAIL_BUSY, "the keyring did not answer within %d s: is it waiting "
			"for somebody to unlock it?", ANSWER_S);
	}
	TRY(f);
	if (answer->word >= FAIL_COUNT)
		return fail(c, FAIL_BUG, "the keyring process answered nonsense");
	if (answer->word != FAIL_NONE)
		return fail(c, (enum fail)answer->word, "%s", secret_reveal(got, NULL));
	*body = got;
	got = NULL;
	return FAIL_NONE;
}

static bool present(struct call *c)
{
	return bus_address(c);
}

static enum fail get(struct call *c, const char *name, struct secret **out)
{
	struct keyring_message answer;

	return ask(c, KEYRING_GET, name, NULL, &answer, out);
}

static enum fail set(struct call *c, const char *name, const struct secret *value)
{
	struct keyring_message answer;
	SECRET_AUTO *body = NULL;

	return ask(c, KEYRING_SET, name, value, &answer, &body);
}

static enum fail delete(struct call *c, const char *name)
{
	struct keyring_message answer;
	SECRET_AUTO *body = NULL;

	return ask(c, KEYRING_DELETE, name, NULL, &answer, &body);
}

static enum fail list(struct call *c, struct secret_rows *rows)
{
	struct keyring_message answer;
	SECRET_AUTO *body = NULL;
	struct keyring_row row;
	const char *at;
	size_t len;

	TRY(ask(c, KEYRING_LIST, "", NULL, &answer, &body));
	at = secret_reveal(body, &len);
	for (; len >= sizeof row; at += sizeof row, len -= sizeof row) {
		memcpy(&row, at, sizeof row);
		row.name[SECRET_NAME_BYTES] = '\0';
		secret_rows_add(c, rows, row.name, "keyring", row.changed_at);
	}
	if (answer.unreadable)
		call_warn(c, "the keyring is locked: %llu names in it cannot be read",
			(unsigned long long)answer.unreadable);
	return FAIL_NONE;
}

static bool state(struct call *c, const char **why)
{
	struct keyring_message answer;
	SECRET_AUTO *body = NULL;
	enum fail f = ask(c, KEYRING_PROBE, "", NULL, &answer, &body);

	*why = f == FAIL_NONE ? "the secret service of the session bus, unlocked" : c->why;
	fail_forget(c);
	return f == FAIL_NONE;
}

const struct secret_backend secret_keyring = {
	.name = "keyring",
	.absent = "no session bus: run under a desktop session or `dbus-run-session`",
	.writable = true,
	.present = present,
	.get = get,
	.set = set,
	.delete = delete,
	.list = list,
	.state = state,
};
