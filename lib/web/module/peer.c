/* Connections: their list, their number per address, and their absolute deadlines. The library's
 * own timeouts start again with every byte, so that a slow drip passes them. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/web/module/server.h"

#define SWEEP_MS 100

struct address {
	struct address *next, **link;
	struct in6_addr key;
	int count;
};

bool peer_enter(struct peer *p, enum phase phase, int64_t after_ms)
{
	int64_t to = (after_ms ? clock_rough_ms() + after_ms : 0) << 3 | phase;
	int64_t from = atomic_load_explicit(&p->phase, memory_order_relaxed);

	do {
		if ((from & 7) == PHASE_CUT)
			return false;
	} while (!atomic_compare_exchange_weak(&p->phase, &from, to));
	return true;
}

/* The address as IPv6, of which only the network counts. */
static struct in6_addr address_key(const struct sockaddr *sa)
{
	struct in6_addr key = {0};

	if (sa->sa_family == AF_INET) {
		key.s6_addr[10] = key.s6_addr[11] = 0xff;
		memcpy(key.s6_addr + 12, &((const struct sockaddr_in *)sa)->sin_addr, 4);
		return key;
	}
	key = ((const struct sockaddr_in6 *)sa)->sin6_addr;
	if (!IN6_IS_ADDR_V4MAPPED(&key))
		memset(key.s6_addr + 8, 0, 8);
	return key;
}

static bool is_loopback(const struct sockaddr *sa)
{
	const struct in6_addr *v6 = &((const struct sockaddr_in6 *)sa)->sin6_addr;

	if (sa->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)sa)->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(v6) || (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == 127);
}

static void address_text(const struct sockaddr *sa, char *out)
{
	const struct in6_addr *v6 = &((const struct sockaddr_in6 *)sa)->sin6_addr;

	if (sa->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)sa)->sin_addr, out,
			INET6_ADDRSTRLEN);
	else if (IN6_IS_ADDR_V4MAPPED(v6))
		inet_ntop(AF_INET, v6->s6_addr + 12, out, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, v6, out, INET6_ADDRSTRLEN);
}

/* Counts one more connection of the address, under the server's lock; NULL when it has enough. */
static struct address *address_take(struct server *s, const struct sockaddr *sa)
{
	struct in6_addr key = address_key(sa);
	uint32_t hash = 2166136261;
	struct address **bucket, *a;

	for (size_t i = 0; i < sizeof key; i++)
		hash = (hash ^ key.s6_addr[i]) * 16777619;
	bucket = &s->addresses[hash % ADDRESS_BUCKETS];
	for (a = *bucket; a; a = a->next)
		if (!memcmp(&a->key, &key, sizeof key))
			break;
	if (a && a->count >= s->set.per_address)
		return NULL;
	if (!a) {
		a = xmalloc(sizeof *a);
		*a = (struct address){.next = *bucket, .link = bucket, .key = key};
		if (a->next)
			a->next->link = &a->next;
		*bucket = a;
	}
	a->count++;
	return a;
}

static void address_give(struct address *a)
{
	if (!a || --a->count)
		return;
	if (a->next)
		a->next->link = a->link;
	*a->link = a->next;
	free(a);
}

static void peer_close(struct peer *p)
{
	struct server *s = p->server;

	pthread_mutex_lock(&s->lock);
	if (p->next)
		p->next->link = p->link;
	*p->link = p->next;
	address_give(p->address);
	pthread_mutex_unlock(&s->lock);
	atomic_fetch_sub(&s->body_bytes, p->body_size);
	reply_forget(&p->kept);
	free(p->x.body);
	free(p->target);
	free(p);
}

static struct peer *peer_open(struct server *s, struct MHD_Connection *connection, int fd,
	const struct sockaddr *sa)
{
	struct peer *p = xmalloc(sizeof *p);

	memset(p, 0, sizeof *p);
	p->x.module = s->base.module;
	p->x.loopback = is_loopback(sa);
	p->x.tls = s->tls;
	address_text(sa, p->x.peer);
	p->server = s;
	p->connection = connection;
	p->fd = fd;
	p->thread = pthread_self();
	peer_enter(p, PHASE_HEADERS, s->set.headers_ms);
	pthread_mutex_lock(&s->lock);
	if (!p->x.loopback && !(p->address = address_take(s, sa))) {
		pthread_mutex_unlock(&s->lock);
		free(p);
		return NULL;
	}
	p->next = s->peers;
	p->link = &s->peers;
	if (p->next)
		p->next->link = &p->next;
	else
		pthread_cond_signal(&s->wake);
	s->peers = p;
	pthread_mutex_unlock(&s->lock);
	return p;
}

enum MHD_Result peer_accept(void *server, const struct sockaddr *address, socklen_t len)
{
	const struct server *s = server;

	(void)address, (void)len;
	return atomic_load_explicit(&s->draining, memory_order_relaxed) ? MHD_NO : MHD_YES;
}

void peer_notify(void *cls, struct MHD_Connection *connection, void **context,
	enum MHD_ConnectionNotificationCode code)
{
	const struct sockaddr *sa;
	int fd;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (*context)
			peer_close(*context);
		*context = NULL;
		return;
	}
	fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	sa = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
	*context = peer_open(cls, connection, fd, sa);
	if (!*context)
		shutdown(fd, SHUT_RDWR);
}

/* The lock is held, so the library has not closed the socket yet. */
static void cut_late(struct peer *p, int64_t now_ms)
{
	int64_t at = atomic_load(&p->phase);
	enum phase phase = (enum phase)(at & 7);

	if (!(at >> 3) || at >> 3 > now_ms || phase == PHASE_CUT)
		return;
	if (!atomic_compare_exchange_strong(&p->phase, &at, PHASE_CUT))
		return;
	if (phase == PHASE_HEADERS || phase == PHASE_BODY)
		handler_cut(p, 408, "the request did not arrive in time");
	shutdown(p->fd, SHUT_RDWR);
}

void *peers_sweep(void *server)
{
	struct server *s = server;
	struct timespec pause = {.tv_nsec = SWEEP_MS * 1000000L};

	pthread_mutex_lock(&s->lock);
	while (!s->ending) {
		int64_t now_ms = clock_rough_ms();

		if (!s->peers) {
			pthread_cond_wait(&s->wake, &s->lock);
			continue;
		}
		for (struct peer *p = s->peers; p; p = p->next)
			cut_late(p, now_ms);
		pthread_mutex_unlock(&s->lock);
		nanosleep(&pause, NULL);
		pthread_mutex_lock(&s->lock);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

void peer_end_stream(struct peer *p)
{
	struct stream *stream;

	pthread_mutex_lock(&p->server->lock);
	stream = p->stream;
	p->stream = NULL;
	pthread_mutex_unlock(&p->server->lock);
	stream_drop(stream);
}

void peers_end_streams(struct server *s)
{
	pthread_mutex_lock(&s->lock);
	for (struct peer *p = s->peers; p; p = p->next)
		if (p->stream)
			stream_end(p->stream);
	pthread_mutex_unlock(&s->lock);
}

void peers_shut(struct server *s)
{
	pthread_mutex_lock(&s->lock);
	for (struct peer *p = s->peers; p; p = p->next)
		shutdown(p->fd, SHUT_RDWR);
	pthread_mutex_unlock(&s->lock);
}
