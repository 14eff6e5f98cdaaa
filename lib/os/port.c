/* Ports: whether something listens there. */
#include "lib/os/port.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/os/file.h"

/* 0, or errno of what refused. */
static int try_one(const struct addrinfo *a, int64_t until_boot_ms)
{
	int type = a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK;
	FILE_AUTO fd = fault_io(EIO) ? -1 : socket(a->ai_family, type, a->ai_protocol);
	struct pollfd wait = {.fd = fd, .events = POLLOUT};
	int64_t left = until_boot_ms - clock_boot_ms();
	int refused = 0;
	socklen_t len = sizeof refused;

	if (fd < 0)
		return errno;
	if (!connect(fd, a->ai_addr, a->ai_addrlen))
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	if (poll(&wait, 1, left > 0 ? (int)left : 0) != 1)
		return ETIMEDOUT;
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &refused, &len) ? errno : refused;
}

static void free_list(struct addrinfo **list)
{
	if (*list)
		freeaddrinfo(*list);
}

enum fail port_connect(struct call *c, const char *host, const char *port, int wait_ms)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	__attribute__((cleanup(free_list))) struct addrinfo *list = NULL;
	int64_t until = clock_boot_ms() + wait_ms;
	int err = getaddrinfo(host, port, &hints, &list), refused = ETIMEDOUT;

	if (err)
		return fail(c, FAIL_REMOTE, "cannot find %s: %s", host, gai_strerror(err));
	for (const struct addrinfo *a = list; a && clock_boot_ms() < until; a = a->ai_next) {
		refused = try_one(a, until);
		if (!refused)
			return FAIL_NONE;
	}
	return fail(c, FAIL_REMOTE, "%s port %s: %s", host, port, strerror(refused));
}
