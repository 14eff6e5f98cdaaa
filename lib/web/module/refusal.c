/* Refusals of the library's own, of a head or chunk that it cannot read: its answer is a page of
 * HTML, twice the head where it was a Content-Length (0.9.75), and no function of ours is asked. It
 * says so to its log alone, before it answers and in the thread of the connection; so the front's
 * answer is sent from there, and the way shut for the library's. */
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/web/module/server.h"

/* Whoever was silent for longer is not being read. */
#define HEARD_MS 1000
/* Each is a call of the system, under the server's lock. */
#define MAX_LOOKS 100

/* How far the request is that the library reads for P: only behind a whole head it knows a size. */
static bool has_head(const struct peer *p)
{
	const union MHD_ConnectionInfo *size = MHD_get_connection_info(p->connection,
		MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	return size != NULL;
}

static bool in_chunks(const struct peer *p)
{
	return p->begun && p->length < 0 && !p->ready;
}

static bool was_heard(const struct peer *p)
{
	struct tcp_info info;
	socklen_t len = sizeof info;

	return getsockopt(p->fd, IPPROTO_TCP, TCP_INFO, &info, &len) ||
		info.tcpi_last_data_recv < HEARD_MS;
}

/* The connection of this thread whose request the library reads just now: the one with a whole head
 * that was not shown to us, else the only one that can be. NULL where this cannot be told. */
static struct peer *find(struct server *s)
{
	struct peer *found = NULL;
	int looked = 0, heard = 0;

	for (struct peer *p = s->peers; p; p = p->next) {
		if (!pthread_equal(p->thread, pthread_self()) ||
			(atomic_load(&p->phase) & 7) == PHASE_CUT || (p->begun && !in_chunks(p)))
			continue;
		if (!p->begun && has_head(p))
			return p;
		if (heard > 1 || ++looked > MAX_LOOKS || !was_heard(p))
			continue;
		found = p;
		heard++;
	}
	return heard == 1 && looked <= MAX_LOOKS ? found : NULL;
}

static const char *reason(const struct peer *p, unsigned int status)
{
	switch (status) {
	case 413:
		return "the body is too large";
	case 414:
		return "the request target is too long";
	case 431:
		return "the request head is too large";
	case 505:
		return "only HTTP/1.1 and HTTP/1.0 are spoken here";
	default:
		return in_chunks(p) ? "the body is not in chunks as HTTP/1.1 asks" :
			has_head(p) ? "Content-Length is no number" :
			"the request head is not as HTTP/1.1 asks";
	}
}

void refusal_log(void *server, const char *format, va_list args)
{
	struct server *s = server;
	unsigned int status;
	struct peer *p;

	/* "Error processing request (HTTP response code is %u ('%s')). Closing connection.\n" */
	if (!strstr(format, "%u ('%s')"))
		return;
	status = va_arg(args, unsigned int);
	pthread_mutex_lock(&s->lock);
	p = find(s);
	pthread_mutex_unlock(&s->lock);
	if (!p || !peer_enter(p, PHASE_CUT, 0))
		return;
	handler_cut(p, (int)status, reason(p, status));
	shutdown(p->fd, SHUT_RDWR);
}
