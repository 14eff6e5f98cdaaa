/* Asking for a secret on the terminal. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/os/file.h"
#include "lib/secret/backend.h"

#define LINE_BYTES 4096
#define CTRL_C 3
#define CTRL_D 4
#define CTRL_U 21

struct terminal {
	int fd;
	struct termios before;
};

static void terminal_restore(struct terminal *t)
{
	if (t->fd >= 0)
		tcsetattr(t->fd, TCSAFLUSH, &t->before);
}

/* No echo, and no signals from keys either: Ctrl-C arrives as a byte, so that the terminal is
 * restored whoever handles signals. */
static enum fail terminal_quiet(struct call *c, int fd, struct terminal *t)
{
	struct termios quiet;

	if (tcgetattr(fd, &t->before))
		return fail_errno(c, errno, "cannot ask on the terminal");
	t->fd = fd;
	quiet = t->before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
	quiet.c_cc[VMIN] = 1;
	quiet.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSAFLUSH, &quiet))
		return fail_errno(c, errno, "cannot silence the terminal");
	return FAIL_NONE;
}

/* Takes one byte into LINE; *DONE at the end of the line. */
static enum fail take_key(struct call *c, char key, char *line, size_t *len, bool *done)
{
	switch (key) {
	case CTRL_C:
		return fail(c, FAIL_INTERRUPTED, "interrupted");
	case '\r':
	case '\n':
	case CTRL_D:
		*done = true;
		return FAIL_NONE;
	case CTRL_U:
		*len = 0;
		return FAIL_NONE;
	case '\b':
	case 0x7f:
		/* A whole UTF-8 character goes. */
		while (*len && (line[--*len] & 0xc0) == 0x80)
			;
		return FAIL_NONE;
	default:
		if (*len == LINE_BYTES)
			return fail(c, FAIL_INPUT, "more than %d bytes were typed: give it on "
				"standard input", LINE_BYTES);
		line[(*len)++] = key;
		return FAIL_NONE;
	}
}

static enum fail read_line(struct call *c, int fd, struct secret **out)
{
	SECRET_MEMORY char *line = secret_memory(LINE_BYTES);
	bool done = false;
	size_t len = 0;
	char key;

	while (!done) {
		ssize_t got = read(fd, &key, 1);

		if (got < 0 && errno == EINTR) {
			TRY(call_check(c));
			continue;
		}
		if (got < 0)
			return fail_errno(c, errno, "cannot read from the terminal");
		if (!got)
			break;
		TRY(take_key(c, key, line, &len, &done));
	}
	if (!len)
		return fail(c, FAIL_INPUT, "nothing was typed");
	*out = secret_from(line, len);
	return FAIL_NONE;
}

static enum fail ask_once(struct call *c, int fd, const char *prompt, struct secret **out)
{
	__attribute__((cleanup(terminal_restore))) struct terminal t = {.fd = -1};
	enum fail f;

	f = terminal_quiet(c, fd, &t);
	if (f == FAIL_NONE)
		f = file_write_all(c, fd, "the terminal", prompt, strlen(prompt));
	if (f == FAIL_NONE)
		f = read_line(c, fd, out);
	/* Enter was not echoed either. A terminal that is gone shows nothing more anyway. */
	if (write(fd, "\n", 1) < 0)
		return f;
	return f;
}

/* Callers from elsewhere than the shell must not reach the terminal of whoever started a server. */
static int open_terminal(struct call *c)
{
	return c->channel == CHANNEL_SHELL ? open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
}

bool secret_can_ask(struct call *c)
{
	FILE_AUTO fd = open_terminal(c);

	return fd >= 0;
}

enum fail secret_ask(struct call *c, const char *prompt, bool twice, struct secret **out)
{
	FILE_AUTO fd = open_terminal(c);
	SECRET_AUTO *first = NULL;
	SECRET_AUTO *second = NULL;

	if (fd < 0)
		return fail(c, FAIL_CONFIG, "there is no terminal to ask on");
	TRY(ask_once(c, fd, arena_printf(&c->arena, "%s: ", prompt), &first));
	if (twice) {
		TRY(ask_once(c, fd, arena_printf(&c->arena, "%s again: ", prompt), &second));
		if (!secret_equal(first, second))
			return fail(c, FAIL_INPUT, "the two answers differ");
	}
	*out = first;
	first = NULL;
	return FAIL_NONE;
}
