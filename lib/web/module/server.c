/* The module web: the server is started, stopped and set up here, every option in this file. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/os/file.h"
#include "lib/web/module/server.h"

#define BACKLOG 1024
/* Besides the headers a connection's pool holds the library's records of them and the head of the
 * answer. */
#define POOL_EXTRA_BYTES 8192
/* Descriptors for everything that is no connection. */
#define OTHER_FILES 256
#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-AES-128-CBC:" \
	"-AES-256-CBC:-AES-128-CCM:-AES-256-CCM:%SERVER_PRECEDENCE"

static enum fail parse_address(struct call *c, const struct web_settings *set,
	struct sockaddr_storage *out, socklen_t *len)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof *out);
	if (inet_pton(AF_INET, set->address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)set->port);
		*len = sizeof *v4;
		return FAIL_NONE;
	}
	if (inet_pton(AF_INET6, set->address, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)set->port);
		*len = sizeof *v6;
		return FAIL_NONE;
	}
	return fail(c, FAIL_INPUT, "%s is no IPv4 or IPv6 address to listen at", set->address);
}

static enum fail cannot_listen(struct call *c, const struct web_settings *set)
{
	if (errno == EADDRINUSE)
		return fail(c, FAIL_BUSY, "port %d of %s is taken: stop what listens there or give "
			"another port", set->port, set->address);
	if (errno == EADDRNOTAVAIL)
		return fail(c, FAIL_INPUT, "%s is no address of this machine", set->address);
	return fail_errno(c, errno, "cannot listen at port %d of %s", set->port, set->address);
}

static enum fail listen_at(struct call *c, const struct web_settings *set, int *out, int *port)
{
	struct sockaddr_storage sa;
	socklen_t len;
	int on = 1, off = 0;
	FILE_AUTO fd = -1;

	if (set->listen_fd) {
		*port = set->port;
		*out = set->listen_fd;
		return FAIL_NONE;
	}
	TRY(parse_address(c, set, &sa, &len));
	fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || fault_io(EMFILE))
		return fail_errno(c, errno, "cannot make a socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (sa.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	if (fault_io(EADDRINUSE) || bind(fd, (struct sockaddr *)&sa, len) || listen(fd, BACKLOG) ||
		getsockname(fd, (struct sockaddr *)&sa, &len))
		return cannot_listen(c, set);
	*port = ntohs(sa.ss_family == AF_INET ? ((struct sockaddr_in *)&sa)->sin_port :
		((struct sockaddr_in6 *)&sa)->sin6_port);
	*out = fd;
	fd = -1;
	return FAIL_NONE;
}

/* A connection is a descriptor, and its answer may be another. */
static void fit_files(struct call *c, struct web_settings *set)
{
	rlim_t need = 2 * (rlim_t)set->connections + OTHER_FILES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	if (limit.rlim_cur < need && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = need < limit.rlim_max ? need : limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) || getrlimit(RLIMIT_NOFILE, &limit))
			return;
	}
	if (limit.rlim_cur >= need)
		return;
	set->connections = limit.rlim_cur > 2 * OTHER_FILES ?
		(int)((limit.rlim_cur - OTHER_FILES) / 2) : 16;
	call_warn(c, "the limit on open files (ulimit -n) allows only %d connections",
		set->connections);
}

static struct MHD_Daemon *start_daemon(struct server *s)
{
	unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
		MHD_USE_TURBO | MHD_USE_ERROR_LOG | (s->tls ? MHD_USE_TLS : 0U);
	struct MHD_OptionItem options[] = {
		{MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)refusal_log, s},
		{MHD_OPTION_LISTEN_SOCKET, s->listen_fd, NULL},
		{MHD_OPTION_CONNECTION_MEMORY_LIMIT,
			(intptr_t)s->set.headers_bytes + POOL_EXTRA_BYTES, NULL},
		{MHD_OPTION_CONNECTION_LIMIT, s->set.connections, NULL},
		{MHD_OPTION_CONNECTION_TIMEOUT, 0, NULL}, /* see peer.c */
		{MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)peer_notify, s},
		{MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)handler_completed, s},
		{MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)handler_target, s},
		{MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)handler_unescape, s},
#if MHD_VERSION >= 0x00097701
		{MHD_OPTION_CLIENT_DISCIPLINE_LVL, 3, NULL},
#endif
		/* One of these ends the list when there is no TLS, or one thread. */
		{s->tls ? MHD_OPTION_HTTPS_CERT_CALLBACK : MHD_OPTION_END,
			(intptr_t)cert_retrieve, (void *)(intptr_t)cert_retrieve},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)PRIORITIES},
		{MHD_OPTION_END, 0, NULL},
	};
	struct MHD_OptionItem pool[] = {
		{MHD_OPTION_THREAD_POOL_SIZE, s->set.threads, NULL},
		{MHD_OPTION_END, 0, NULL},
	};

	return MHD_start_daemon(flags, 0, peer_accept, s, handler_step, s,
		MHD_OPTION_ARRAY, options,
		s->set.threads > 1 ? MHD_OPTION_ARRAY : MHD_OPTION_END, pool, MHD_OPTION_END);
}

/* Threads take the signal mask of their maker, and signals belong to the program's own. */
static enum fail start_threads(struct call *c, struct server *s)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = fault_io(EAGAIN) ? EAGAIN : pthread_create(&s->sweeper, NULL, peers_sweep, s);
	if (!failed && !(s->daemon = start_daemon(s))) {
		failed = errno ? errno : EAGAIN;
		s->listen_fd = -1; /* the library has closed it */
		pthread_mutex_lock(&s->lock);
		s->ending = true;
		pthread_cond_signal(&s->wake);
		pthread_mutex_unlock(&s->lock);
		pthread_join(s->sweeper, NULL);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed ? fail_errno(c, failed, "cannot start the server's threads") : FAIL_NONE;
}

static void server_free(struct server *s)
{
	if (s->listen_fd >= 0)
		close(s->listen_fd);
	certs_free(s);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

extern const struct web_module trae_module;

static enum fail start(struct call *c, const struct web_settings *settings, struct web_server **out)
{
	struct server *s = xmalloc(sizeof *s);
	enum fail f;

	memset(s, 0, sizeof *s);
	s->base.module = &trae_module;
	s->set = *settings;
	s->tls = settings->tls_cert != NULL;
	s->layout = layout_known();
	s->listen_fd = -1;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->wake, NULL);
	fit_files(c, &s->set);
	f = s->tls ? cert_use(c, s, settings->tls_cert, settings->tls_key) : FAIL_NONE;
	if (f == FAIL_NONE)
		f = listen_at(c, settings, &s->listen_fd, &s->base.port);
	if (f == FAIL_NONE)
		f = start_threads(c, s);
	if (f != FAIL_NONE) {
		server_free(s);
		return f;
	}
	/* Texts of the caller, which may go. */
	s->set.address = s->set.tls_cert = s->set.tls_key = NULL;
	*out = &s->base;
	return FAIL_NONE;
}

/* Waits until COUNT is 0 or END_MS has come. */
static void wait_for(atomic_size_t *count, int64_t end_ms)
{
	struct timespec pause = {.tv_nsec = 5 * 1000000L};

	while (atomic_load(count) && clock_boot_ms() < end_ms)
		nanosleep(&pause, NULL);
}

static size_t stop(struct web_server *server, int64_t grace_ms)
{
	struct server *s = (struct server *)server;
	int64_t end_ms = clock_boot_ms() + grace_ms;
	size_t held;

	atomic_store(&s->draining, true);
	/* From here peer_accept() refuses connections. MHD_quiesce_daemon() is of no use: it and a
	 * thread of its own both take the socket out of the same set, and the second one aborts. */
	wait_for(&s->held, end_ms);
	peers_end_streams(s);
	wait_for(&s->active, end_ms);
	atomic_store(&s->closed, true);
	peers_shut(s);
	/* What came in between was seen to be closed, or is in the front's hands. */
	wait_for(&s->held, clock_boot_ms() + 100);
	held = atomic_load(&s->held);
	if (held)
		return held;
	peers_end_streams(s); /* those opened meanwhile: none may be suspended now */
	MHD_stop_daemon(s->daemon);
	s->listen_fd = -1; /* the library has closed it */
	pthread_mutex_lock(&s->lock);
	s->ending = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->sweeper, NULL);
	server_free(s);
	return 0;
}

static enum fail reload(struct call *c, struct web_server *server, const char *cert,
	const char *key)
{
	struct server *s = (struct server *)server;

	if (!s->tls)
		return fail(c, FAIL_CONFLICT, "this server was started without TLS");
	return cert_use(c, s, cert, key);
}

const struct web_module trae_module = {
	.start = start,
	.stop = stop,
	.resume = handler_resume,
	.reload = reload,
	.gone = handler_gone,
	.answer = reply_answer,
	.stream_open = stream_open,
	.stream_add = stream_add,
	.stream_close = stream_close,
};
