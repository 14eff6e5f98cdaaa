/* Stream: an answer that grows. What is added waits here until the library fetches it; while there
 * is nothing to fetch the connection is suspended. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/web/module/server.h"

/* As far as a client may be behind. */
#define STREAM_BYTES (64 << 10)
#define ROOM_US 2000

struct stream {
	struct web_stream base;
	pthread_mutex_t lock;
	int shares;              /* the front's, the connection's, the response's */
	struct MHD_Connection *connection;
	int fd;
	char data[STREAM_BYTES];
	size_t start, len;       /* a ring */
	bool parked;             /* suspended for want of data */
	bool ended;              /* nothing more will be added */
	bool gone;               /* nobody fetches any more: neither connection nor FD may be used */
};

/* Ends one share and the lock. */
static void give_up(struct stream *s)
{
	int left = --s->shares;

	pthread_mutex_unlock(&s->lock);
	if (left)
		return;
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Under the lock. */
static void wake(struct stream *s)
{
	if (!s->parked)
		return;
	s->parked = false;
	MHD_resume_connection(s->connection);
}

static ssize_t fetch(void *cls, uint64_t at, char *out, size_t max)
{
	struct stream *s = cls;
	size_t len, end;
	ssize_t got;

	(void)at;
	pthread_mutex_lock(&s->lock);
	len = s->len < max ? s->len : max;
	end = STREAM_BYTES - s->start;
	if (end > len)
		end = len;
	memcpy(out, s->data + s->start, end);
	memcpy(out + end, s->data, len - end);
	s->start = (s->start + len) % STREAM_BYTES;
	s->len -= len;
	got = (ssize_t)len;
	if (s->gone) {
		got = MHD_CONTENT_READER_END_WITH_ERROR;
	} else if (!len && s->ended) {
		got = MHD_CONTENT_READER_END_OF_STREAM;
	} else if (!len) {
		MHD_suspend_connection(s->connection);
		s->parked = true;
	}
	pthread_mutex_unlock(&s->lock);
	return got;
}

static void release(void *cls)
{
	struct stream *s = cls;

	pthread_mutex_lock(&s->lock);
	s->gone = true;
	s->parked = false;
	give_up(s);
}

struct web_stream *stream_open(struct web_exchange *x, const char *content_type)
{
	struct peer *p = (struct peer *)x;
	struct stream *s = xmalloc(sizeof *s);
	struct MHD_Response *r;

	memset(s, 0, sizeof *s);
	s->base.module = x->module;
	pthread_mutex_init(&s->lock, NULL);
	s->shares = 3;
	s->connection = p->connection;
	s->fd = p->fd;
	r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, fetch, s, release);
	if (r) {
		MHD_add_response_header(r, "Content-Type", content_type);
		MHD_add_response_header(r, "Cache-Control", "no-store");
		/* nginx would hold back what has to come at once. */
		MHD_add_response_header(r, "X-Accel-Buffering", "no");
	} else { /* the connection is closed without an answer */
		s->shares = 2;
		s->gone = true;
	}
	p->status = 200;
	pthread_mutex_lock(&p->server->lock);
	p->stream = s;
	pthread_mutex_unlock(&p->server->lock);
	p->reply = r;
	handler_publish(p);
	return &s->base;
}

/* Under the lock: the client has closed its side or the connection broke. */
static bool has_left(const struct stream *s)
{
	struct pollfd poll_fd = {.fd = s->fd, .events = POLLRDHUP};

	return poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

/* Under the lock, which it lets go meanwhile: until LEN bytes have room, or nobody fetches them. */
static void wait_for_room(struct stream *s, size_t len, int64_t wait_ms)
{
	int64_t until = clock_boot_ms() + wait_ms;

	while (!s->gone && len > STREAM_BYTES - s->len && clock_boot_ms() < until) {
		pthread_mutex_unlock(&s->lock);
		usleep(ROOM_US);
		pthread_mutex_lock(&s->lock);
	}
}

bool stream_add(struct web_stream *stream, const char *data, size_t len, int64_t wait_ms)
{
	struct stream *s = (struct stream *)stream;
	size_t at, end;
	bool kept;

	pthread_mutex_lock(&s->lock);
	if (wait_ms)
		wait_for_room(s, len, wait_ms);
	if (!s->gone && (len > STREAM_BYTES - s->len || s->ended || has_left(s))) {
		s->gone = true;
		shutdown(s->fd, SHUT_RDWR);
		wake(s);
	}
	kept = !s->gone;
	if (kept && len) {
		at = (s->start + s->len) % STREAM_BYTES;
		end = STREAM_BYTES - at < len ? STREAM_BYTES - at : len;
		memcpy(s->data + at, data, end);
		memcpy(s->data, data + end, len - end);
		s->len += len;
		wake(s);
	}
	pthread_mutex_unlock(&s->lock);
	return kept;
}

void stream_close(struct web_stream *stream)
{
	struct stream *s = (struct stream *)stream;

	pthread_mutex_lock(&s->lock);
	s->ended = true;
	wake(s);
	give_up(s);
}

void stream_end(struct stream *s)
{
	pthread_mutex_lock(&s->lock);
	s->ended = true;
	wake(s);
	pthread_mutex_unlock(&s->lock);
}

void stream_drop(struct stream *s)
{
	pthread_mutex_lock(&s->lock);
	s->gone = true;
	give_up(s);
}
