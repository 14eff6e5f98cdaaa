/* Refusals of the library's own, of a head or chunk that it cannot read: its answer is a page of
 * HTML, twice the head where it was a Content-Length (0.9.75), and no function of ours is asked. It
 * says so to its log alone, before it answers and in the thread of the connection; so the front's
 * answer is sent from there, and the way shut for the library's. */
#include <string.h>
#include <sys/socket.h>

#include "lib/web/module/server.h"

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

/* The connection of this thread whose request the library reads just now: the one with a whole head
 * that was not shown to us, else the only one that can be. NULL where several can: nobody is cut
 * for another's request. */
static struct peer *find(struct server *s, bool chunks)
{
	struct peer *found = NULL;
	int count = 0;

	for (struct peer *p = s->peers; p; p = p->next) {
		if (!pthread_equal(p->thread, pthread_self()))
			continue;
		if (!p->begun && !chunks && has_head(p))
			return p;
		if (in_chunks(p) || (!p->begun && !chunks)) {
			found = p;
			count++;
		}
	}
	return count == 1 ? found : NULL;
}

static const char *reason(const struct peer *p, unsigned int status)
{
	switch (status) {
	case 413:
		return WEB_LARGE_BODY;
	case 414:
		return "the request target is too long";
	case 431:
		return WEB_LARGE_HEAD;
	case 505:
		return WEB_BAD_VERSION;
	default:
		return in_chunks(p) ? "the body is not in chunks as HTTP/1.1 asks" :
			has_head(p) ? WEB_BAD_LENGTH :
			WEB_BAD_HEAD;
	}
}

void refusal_log(void *server, const char *format, va_list args)
{
	struct server *s = server;
	const char *page;
	unsigned int status;
	struct peer *p;

	/* "Error processing request (HTTP response code is %u ('%s')). Closing connection.\n" */
	if (!strstr(format, "%u ('%s')"))
		return;
	status = va_arg(args, unsigned int);
	page = va_arg(args, const char *);
	pthread_mutex_lock(&s->lock);
	p = find(s, strstr(page, "chunk"));
	pthread_mutex_unlock(&s->lock);
	if (!p || !peer_enter(p, PHASE_CUT, 0))
		return;
	/* What it has no room for it calls its own error. */
	if (status == 500 && in_chunks(p))
		status = 400;
	handler_cut(p, (int)status, reason(p, status));
	shutdown(p->fd, SHUT_RDWR);
}
