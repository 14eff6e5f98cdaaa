/* Handler: a request from its first line to its answer, step by step as the library reads it. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/web/module/server.h"

/* A refused body up to this size is read to its end, because a client that is still sending would
 * see a reset in place of the answer. */
#define DROP_BYTES ((size_t)8 << 20)
/* Of all bodies together. */
#define BODIES_BYTES ((size_t)256 << 20)
/* A body this small keeps its memory for the next request of the connection. */
#define KEEP_BYTES ((size_t)16 << 10)
#define SEND_MS 60000
/* A slow client makes room in the socket's buffer, some megabytes, in large steps. */
#define FILE_IDLES 5

void *handler_target(void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct peer *p = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
		->socket_context;
	size_t size = uri ? strlen(uri) + 1 : 1;

	(void)cls;
	if (!p)
		return NULL;
	if (size > p->target_size) {
		p->target = xrealloc(p->target, size, 1);
		p->target_size = size;
	}
	memcpy(p->target, uri ? uri : "", size);
	p->target_at = uri;
	if ((atomic_load_explicit(&p->phase, memory_order_relaxed) & 7) == PHASE_IDLE)
		peer_enter(p, PHASE_HEADERS, p->server->set.headers_ms);
	return p;
}

size_t handler_unescape(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls, (void)connection;
	return strlen(text);
}

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *name,
	const char *value)
{
	struct web_exchange *x = cls;

	(void)kind;
	if (x->header_count == WEB_MAX_HEADERS)
		return MHD_NO;
	x->headers[x->header_count++] = (struct web_field){name, value ? value : ""};
	return MHD_YES;
}

/* Blanks behind a value do not belong to it. They do for the rules, which the library has to share:
 * to it, "chunked " is not "chunked". */
static void trim(struct peer *p)
{
	for (size_t i = 0; i < p->x.header_count; i++) {
		const char *value = p->x.headers[i].value;
		size_t len = strlen(value), cut = len;

		while (cut && (value[cut - 1] == ' ' || value[cut - 1] == '\t'))
			cut--;
		if (cut != len)
			p->x.headers[i].value = arena_memdup(&p->trimmed, value, cut);
	}
}

static size_t head_size(const struct peer *p)
{
	return MHD_get_connection_info(p->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
		->header_size;
}

/* All that is known before the body; the rest of P is set from it. */
static struct web_verdict judge(struct peer *p, const char *method, const char *version)
{
	struct web_exchange *x = &p->x;
	struct web_verdict v;
	struct web_framing framing;
	size_t own = 0;
	int count = MHD_get_connection_values(p->connection, MHD_HEADER_KIND, add_header, x);

	if (p->server->layout && !layout_holds(p, method, version))
		v = (struct web_verdict){400, WEB_BAD_HEAD};
	else if (count > WEB_MAX_HEADERS)
		v = (struct web_verdict){431, "the request has more than 100 headers"};
	else if (head_size(p) > p->server->set.headers_bytes)
		v = (struct web_verdict){431, WEB_LARGE_HEAD};
	else
		v = target_read(p->target, &x->target);
	if (!v.status)
		v = rules_check(method, version, x->target.authority, x->headers, x->header_count,
			&framing);
	if (v.status) {
		x->header_count = 0; /* not fit to be shown to the front */
		return v;
	}
	trim(p);
	p->length = framing.length;
	if (framing.length && p->server->set.body_limit)
		own = p->server->set.body_limit(p->server->set.to, method, x->target.path);
	p->body_limit = own ? own : p->server->set.body_bytes;
	if (framing.length > 0 && (size_t)framing.length > p->body_limit) {
		p->drops = !framing.expects && (size_t)framing.length <= DROP_BYTES;
		return (struct web_verdict){413, WEB_LARGE_BODY};
	}
	return v;
}

/* Has the front say STATUS and WHY, at once. */
static void refuse(struct peer *p, int status, const char *why)
{
	const struct web_settings *set = &p->server->set;

	atomic_store(&p->hold, HOLD_HANDLING);
	if (set->refuse)
		set->refuse(set->to, &p->x, status, why);
	if (atomic_load(&p->hold) != HOLD_ANSWERED)
		p->x.module->answer(&p->x, &(struct web_reply){.status = status,
			.content_type = "text/plain; charset=utf-8", .body = why,
			.len = strlen(why), .close = true});
}

void handler_cut(const struct peer *p, int status, const char *why)
{
	struct peer raw = {.x = {.module = p->x.module, .method = "", .target.path = ""},
		.server = p->server, .connection = p->connection, .fd = p->fd, .raw = true};

	if (p->x.tls && !pthread_equal(p->thread, pthread_self()))
		return;
	memcpy(raw.x.peer, p->x.peer, sizeof raw.x.peer);
	raw.x.loopback = p->x.loopback;
	raw.x.tls = p->x.tls;
	refuse(&raw, status, why);
}

/* Hands the reply to the library, in its thread. A file may take its time as long as it moves. */
static enum MHD_Result give(struct peer *p)
{
	enum MHD_Result done;

	if (p->file)
		p->timed = MHD_set_connection_option(p->connection,
			MHD_CONNECTION_OPTION_TIMEOUT,
			(unsigned)(p->server->set.idle_ms * FILE_IDLES / 1000 + 1)) == MHD_YES;
	done = peer_enter(p, PHASE_SEND, p->file || p->stream ? 0 : SEND_MS) ?
		MHD_queue_response(p->connection, (unsigned)p->status, p->reply) : MHD_NO;
	reply_release(p);
	return done;
}

static enum MHD_Result refuse_now(struct peer *p)
{
	peer_enter(p, PHASE_WORK, 0);
	refuse(p, p->verdict.status, p->verdict.why);
	return give(p);
}

/* The headers are complete. An answer here ends the connection behind it. */
static enum MHD_Result begin(struct peer *p, const char *method, const char *version)
{
	p->begun = true;
	p->x.method = method;
	p->x.target.path = "";
	if (atomic_load(&p->server->closed))
		return MHD_NO;
	p->busy = true;
	atomic_fetch_add(&p->server->active, 1);
	p->verdict = judge(p, method, version);
	if (p->verdict.status && !p->drops)
		return refuse_now(p);
	if (p->length)
		return peer_enter(p, PHASE_BODY, p->server->set.body_ms) ? MHD_YES : MHD_NO;
	return MHD_YES;
}

/* A line that gives a chunk's size has to end in CR LF; the library takes LF alone. It is seen only
 * where the line was read together with the chunk, into the place behind the head. */
static bool chunk_line_ends(const struct peer *p, const char *data)
{
	const char *start = p->x.method + head_size(p);

	if (!p->server->layout || data < start + 2)
		return true;
	return data[-2] == '\r' && data[-1] == '\n';
}

/* Room for LEN more bytes and a NUL; false when all bodies together have too much. */
static bool make_room(struct peer *p, size_t len)
{
	size_t size = 2 * (p->x.body_len + len + 1);

	if (p->x.body_len + len < p->body_size)
		return true;
	if (size > p->body_limit + 1)
		size = p->body_limit + 1;
	if (atomic_load(&p->server->body_bytes) + size > BODIES_BYTES)
		return false;
	atomic_fetch_add(&p->server->body_bytes, size - p->body_size);
	p->x.body = xrealloc(p->x.body, size, 1);
	p->body_size = size;
	return true;
}

static enum MHD_Result drop_body(struct peer *p, size_t len)
{
	p->drops = true;
	p->dropped += len;
	if (p->dropped <= DROP_BYTES)
		return MHD_YES;
	handler_cut(p, p->verdict.status, p->verdict.why);
	return MHD_NO;
}

static enum MHD_Result add_body(struct peer *p, const char *data, size_t len)
{
	struct web_exchange *x = &p->x;

	if (p->length < 0 && !p->drops && !chunk_line_ends(p, data)) {
		handler_cut(p, 400, "a line of the chunked body ends without CR");
		return MHD_NO;
	}
	if (!p->drops && len > p->body_limit - x->body_len)
		p->verdict = (struct web_verdict){413, WEB_LARGE_BODY};
	else if (!p->drops && !make_room(p, len))
		p->verdict = (struct web_verdict){503, "too many large requests: try again"};
	if (p->verdict.status)
		return drop_body(p, len);
	memcpy(x->body + x->body_len, data, len);
	x->body_len += len;
	x->body[x->body_len] = '\0';
	return MHD_YES;
}

/* The request is complete. */
static enum MHD_Result hand_over(struct peer *p)
{
	struct server *s = p->server;
	int hold = HOLD_HANDLING;

	p->ready = true;
	if (p->verdict.status)
		return refuse_now(p);
	if (!peer_enter(p, PHASE_WORK, 0))
		return MHD_NO;
	atomic_store(&p->hold, HOLD_HANDLING);
	atomic_fetch_add(&s->held, 1);
	if (atomic_load(&s->closed)) {
		atomic_fetch_sub(&s->held, 1);
		return MHD_NO;
	}
	s->set.handle(s->set.to, &p->x);
	if (atomic_load(&p->hold) == HOLD_ANSWERED)
		return give(p);
	/* Suspended first, so that whoever finds it parked may resume it. */
	MHD_suspend_connection(p->connection);
	if (!atomic_compare_exchange_strong(&p->hold, &hold, HOLD_PARKED))
		MHD_resume_connection(p->connection);
	return MHD_YES;
}

void handler_publish(struct peer *p)
{
	struct MHD_Connection *connection = p->connection;
	struct server *s = p->server;
	bool ready = p->ready && !p->verdict.status;

	if (atomic_exchange(&p->hold, HOLD_ANSWERED) == HOLD_PARKED)
		MHD_resume_connection(connection);
	if (ready)
		atomic_fetch_sub(&s->held, 1);
}

void handler_resume(struct web_exchange *x, void (*back)(void *to), void *to)
{
	struct peer *p = (struct peer *)x;
	struct MHD_Connection *connection = p->connection;

	p->back = back;
	p->back_to = to;
	if (atomic_exchange(&p->hold, HOLD_RESUMED) == HOLD_PARKED)
		MHD_resume_connection(connection);
}

static void go_back(struct peer *p)
{
	if (atomic_load(&p->hold) == HOLD_RESUMED)
		p->back(p->back_to);
}

enum MHD_Result handler_step(void *cls, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *data, size_t *len, void **context)
{
	struct peer *p = *context;

	(void)cls, (void)connection, (void)url;
	if (!p || (atomic_load_explicit(&p->phase, memory_order_relaxed) & 7) == PHASE_CUT)
		return MHD_NO;
	if (!p->begun)
		return begin(p, method, version);
	if (*len) {
		size_t got = *len;

		*len = 0;
		return add_body(p, data, got);
	}
	if (!p->ready)
		return hand_over(p);
	go_back(p);
	return atomic_load(&p->hold) == HOLD_ANSWERED ? give(p) : MHD_YES;
}

bool handler_gone(const struct web_exchange *x)
{
	struct pollfd poll_fd = {.fd = ((const struct peer *)x)->fd, .events = POLLRDHUP};

	return poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

void handler_completed(void *cls, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode code)
{
	struct peer *p = *context;

	(void)cls, (void)code;
	if (!p)
		return;
	*context = NULL;
	go_back(p);
	reply_release(p);
	if (p->timed)
		MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, 0U);
	if (p->stream)
		peer_end_stream(p);
	/* The library refused the head itself: what follows on the connection is not read. */
	if (!p->begun)
		shutdown(p->fd, SHUT_RD);
	if (p->busy)
		atomic_fetch_sub(&p->server->active, 1);
	if (p->body_size > KEEP_BYTES) {
		free(p->x.body);
		p->x.body = NULL;
		atomic_fetch_sub(&p->server->body_bytes, p->body_size);
		p->body_size = 0;
	}
	if (p->trimmed.last || p->trimmed.ends)
		arena_release(&p->trimmed);
	p->x.header_count = p->x.target.param_count = p->x.body_len = 0;
	p->begun = p->ready = p->drops = p->busy = p->timed = p->file = false;
	p->verdict = (struct web_verdict){0};
	p->length = 0;
	p->dropped = 0;
	atomic_store_explicit(&p->hold, HOLD_READING, memory_order_relaxed);
	peer_enter(p, PHASE_IDLE, p->server->set.idle_ms);
}
