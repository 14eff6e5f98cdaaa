/* Reply: what the front answers becomes a response of the library. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/web/module/server.h"
#include "lib/web/range.h"

/* A longer answer costs more by its body than by its headers. */
#define KEPT_BYTES 4096

static bool add(struct MHD_Response *r, const char *name, const char *value)
{
	return MHD_add_response_header(r, name, value) == MHD_YES;
}

static struct MHD_Response *from_buffer(const void *body, size_t len)
{
	/* The library does not write to what it copies. */
	return MHD_create_response_from_buffer(len, (void *)(uintptr_t)(len ? body : ""),
		len ? MHD_RESPMEM_MUST_COPY : MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *plain(struct peer *p, int status, const char *why)
{
	struct MHD_Response *r = from_buffer(why, strlen(why));

	p->status = status;
	p->file = false;
	if (r)
		add(r, "Content-Type", "text/plain; charset=utf-8");
	return r;
}

static bool is_read(const struct web_exchange *x)
{
	return !strcmp(x->method, "GET") || !strcmp(x->method, "HEAD");
}

static struct MHD_Response *no_range(struct peer *p, const struct web_reply *reply)
{
	struct MHD_Response *r;

	if (!reply->len)
		return plain(p, 416, "the file has no such range\n");
	r = from_buffer(reply->body, reply->len);
	p->status = 416;
	p->file = false;
	if (r)
		add(r, "Content-Type", "application/json");
	return r;
}

/* The part of the file that is asked for; takes its descriptor over. */
static struct MHD_Response *file_part(struct peer *p, const struct web_reply *reply, int64_t size)
{
	const struct web_exchange *x = &p->x;
	const int fd = reply->fd;
	enum range_kind kind = RANGE_WHOLE;
	int64_t first = 0, len = size;
	struct MHD_Response *r;
	char range[80];

	if (p->status == 200 && !strcmp(x->method, "GET") &&
		range_applies(web_header(x, "If-Range"), reply->etag))
		kind = range_read(web_header(x, "Range"), size, &first, &len);
	if (kind == RANGE_OUTSIDE) {
		close(fd);
		r = no_range(p, reply);
		snprintf(range, sizeof range, "bytes */%lld", (long long)size);
		return r && add(r, "Content-Range", range) ? r : NULL;
	}
	r = MHD_create_response_from_fd_at_offset64((uint64_t)len, fd, (uint64_t)first);
	if (!r) {
		close(fd);
		return NULL;
	}
	add(r, "Accept-Ranges", "bytes");
	if (kind == RANGE_PART) {
		p->status = 206;
		snprintf(range, sizeof range, "bytes %lld-%lld/%lld", (long long)first,
			(long long)(first + len - 1), (long long)size);
		add(r, "Content-Range", range);
	}
	return r;
}

static struct MHD_Response *from_file(struct peer *p, const struct web_reply *reply)
{
	struct stat st;

	if (fault_io(EIO) || fstat(reply->fd, &st) || !S_ISREG(st.st_mode)) {
		close(reply->fd);
		return plain(p, 500, "the file cannot be read\n");
	}
	p->file = true;
	return file_part(p, reply, st.st_size);
}

/* Making and freeing headers costs the library more than all else that it does for a short answer.
 * So a connection keeps the response of its last one, and an answer of the same length and headers,
 * but for the last of them, is put into it: the library has sent the one before, or it would not
 * have read this request. */

/* IMF-fixdate (RFC 9110 §5.6.7) of this second: the library would make it anew for every answer. */
static const char *date_now(void)
{
	static _Thread_local char text[sizeof "Sun, 06 Nov 1994 08:49:37 GMT"];
	static _Thread_local time_t at;
	time_t now = time(NULL);
	struct tm tm;

	if (now != at)
		strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &tm));
	at = now;
	return text;
}

/* Header number AT as the response has it; its name is NULL behind the last. */
static struct web_reply_header header_at(const struct web_reply *reply, size_t at)
{
	if (at == 0)
		return (struct web_reply_header){"Content-Type", reply->content_type};
	if (at == 1)
		return (struct web_reply_header){"Date", date_now()};
	return reply->headers ? reply->headers[at - 2] : (struct web_reply_header){NULL, NULL};
}

struct likeness {
	const struct web_reply *reply;
	size_t at;
	bool like;
	const char *changed;  /* value of the last header, when it is another now */
};

static enum MHD_Result compare(void *to, enum MHD_ValueKind kind, const char *name,
	const char *value)
{
	struct likeness *l = to;
	const struct web_reply_header now = header_at(l->reply, l->at);

	(void)kind;
	l->like = now.name && !l->changed && !strcmp(now.name, name);
	if (!l->like)
		return MHD_NO;
	if (strcmp(now.value, value))
		l->changed = value;
	l->at++;
	return MHD_YES;
}

/* Puts the reply into the response that P has kept; false when it does not fit. */
static bool put_again(struct peer *p, const struct web_reply *reply)
{
	struct MHD_Response *r = p->kept.response;
	struct likeness l = {.reply = reply};
	struct web_reply_header last;

	if (!r || p->kept.len != reply->len)
		return false;
	MHD_get_response_headers(r, compare, &l);
	if (!l.like || header_at(reply, l.at).name)
		return false;
	last = header_at(reply, l.at - 1);
	if (l.changed && (MHD_del_response_header(r, last.name, l.changed) != MHD_YES ||
		!add(r, last.name, last.value)))
		return false;
	memcpy(p->kept.body, reply->body, reply->len);
	return true;
}

/* A response that P keeps; NULL when a header is not valid. */
static struct MHD_Response *to_keep(struct peer *p, const struct web_reply *reply)
{
	struct kept k = {.body = xmalloc(reply->len), .len = reply->len};
	struct web_reply_header h;

	memcpy(k.body, reply->body, reply->len);
	k.response = MHD_create_response_from_buffer(k.len, k.body, MHD_RESPMEM_MUST_FREE);
	reply_forget(&p->kept);
	if (!k.response) {
		free(k.body);
		return NULL;
	}
	p->kept = k;
	for (size_t at = 0; (h = header_at(reply, at)).name; at++)
		if (!add(k.response, h.name, h.value)) {
			reply_forget(&p->kept);
			return NULL;
		}
	return k.response;
}

void reply_forget(struct kept *kept)
{
	if (kept->response)
		MHD_destroy_response(kept->response);
	*kept = (struct kept){0};
}

void reply_release(struct peer *p)
{
	if (p->reply && p->reply != p->kept.response)
		MHD_destroy_response(p->reply);
	p->reply = NULL;
}

static struct MHD_Response *no_header(struct peer *p)
{
	return plain(p, 500, "a header of the reply is not valid\n");
}

static struct MHD_Response *make(struct peer *p, const struct web_reply *reply)
{
	bool closes = reply->close ||
		atomic_load_explicit(&p->server->draining, memory_order_relaxed);
	struct MHD_Response *r;
	bool right = true;

	p->status = reply->status;
	if (!closes && !reply->file && !reply->etag && reply->content_type && reply->len &&
		reply->len <= KEPT_BYTES) {
		r = put_again(p, reply) ? p->kept.response : to_keep(p, reply);
		return r ? r : no_header(p);
	}
	if (reply->etag && reply->status == 200 && is_read(&p->x) &&
		etag_listed(web_header(&p->x, "If-None-Match"), reply->etag)) {
		if (reply->file)
			close(reply->fd);
		p->status = 304;
		r = from_buffer("", 0);
	} else if (reply->file) {
		r = from_file(p, reply);
	} else {
		r = from_buffer(reply->body, reply->len);
	}
	if (!r)
		return NULL;
	if (reply->content_type && p->status != 304 && reply->file == p->file)
		right = add(r, "Content-Type", reply->content_type);
	if (reply->etag)
		right = right && add(r, "ETag", reply->etag);
	for (const struct web_reply_header *h = reply->headers; right && h && h->name; h++)
		right = add(r, h->name, h->value);
	if (closes)
		right = right && add(r, "Connection", "close");
	if (right)
		return r;
	MHD_destroy_response(r);
	return no_header(p);
}

static gnutls_session_t session(const struct peer *p)
{
	return MHD_get_connection_info(p->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION)
		->tls_session;
}

/* Straight to the socket, for a connection that is closed behind it. */
static void answer_raw(struct peer *p, const struct web_reply *reply)
{
	struct arena arena = {0};
	struct buf b = buf_in(&arena);

	buf_addf(&b, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: %zu\r\n",
		reply->status, MHD_get_reason_phrase_for((unsigned)reply->status), reply->len);
	if (reply->content_type)
		buf_addf(&b, "Content-Type: %s\r\n", reply->content_type);
	for (const struct web_reply_header *h = reply->headers; h && h->name; h++)
		buf_addf(&b, "%s: %s\r\n", h->name, h->value);
	buf_adds(&b, "\r\n");
	if (reply->len)
		buf_add(&b, reply->body, reply->len);
	/* Nothing else was sent, so it fits into the socket's buffer, or the client has gone. */
	if (p->x.tls)
		gnutls_record_send(session(p), b.data, b.len);
	else
		(void)!send(p->fd, b.data, b.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	arena_release(&arena);
	if (reply->file)
		close(reply->fd);
	atomic_store(&p->hold, HOLD_ANSWERED);
}

void reply_answer(struct web_exchange *x, const struct web_reply *reply)
{
	struct peer *p = (struct peer *)x;

	if (p->raw) {
		answer_raw(p, reply);
		return;
	}
	p->reply = make(p, reply);
	handler_publish(p);
}
