/* Services: the protocols of sd_notify(3) and sd_listen_fds(3), each a datagram or three variables:
 * libsystemd would be one more library in a program that mostly runs without it. */
#include "lib/os/service.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/os/file.h"

#define FIRST_SOCKET 3 /* SD_LISTEN_FDS_START */

void service_tell(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t len = path ? strlen(path) : 0;
	FILE_AUTO fd = -1;

	if (len < 2 || len >= sizeof to.sun_path || !strchr("/@", *path))
		return;
	memcpy(to.sun_path, path, len);
	if (*path == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
			(struct sockaddr *)&to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
}

/* The number in the variable NAME; 0: none. */
static int64_t number(const char *name)
{
	const char *text = getenv(name);

	return text ? strtoll(text, NULL, 10) : 0;
}

int64_t service_watchdog_ms(void)
{
	int64_t pid = number("WATCHDOG_PID");

	return !pid || pid == getpid() ? number("WATCHDOG_USEC") / 2000 : 0;
}

enum fail service_socket(struct call *c, int *fd, const char **address, int *port)
{
	struct sockaddr_storage sa;
	struct sockaddr_in *v4 = (struct sockaddr_in *)&sa;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&sa;
	char *text = ARENA_NEW(&c->arena, char, INET6_ADDRSTRLEN);
	socklen_t len = sizeof sa;
	int64_t count = number("LISTEN_FDS");

	*fd = -1;
	if (!count || number("LISTEN_PID") != getpid())
		return FAIL_NONE;
	/* They are of this process, not of those that it starts. */
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	if (count > 1)
		return fail(c, FAIL_CONFIG, "%d sockets were handed over, and one is taken", (int)count);
	if (getsockname(FIRST_SOCKET, (struct sockaddr *)&sa, &len) ||
		(sa.ss_family != AF_INET && sa.ss_family != AF_INET6) ||
		fcntl(FIRST_SOCKET, F_SETFD, FD_CLOEXEC) || fcntl(FIRST_SOCKET, F_SETFL, O_NONBLOCK))
		return fail(c, FAIL_CONFIG, "what was handed over is no IPv4 or IPv6 socket");
	if (sa.ss_family == AF_INET)
		inet_ntop(AF_INET, &v4->sin_addr, text, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, &v6->sin6_addr, text, INET6_ADDRSTRLEN);
	*address = text;
	*port = ntohs(sa.ss_family == AF_INET ? v4->sin_port : v6->sin6_port);
	*fd = FIRST_SOCKET;
	return FAIL_NONE;
}
