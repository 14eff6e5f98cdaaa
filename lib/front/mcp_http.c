/* POST /mcp: the Model Context Protocol over HTTP. An answer is JSON, unless something has to come
 * before it: then it ends a stream of server-sent events. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/front/http_state.h"
#include "lib/mcp/mcp.h"
#include "lib/policy/policy.h"

/* Each has a thread of its own, which waits most of its time; one caller leaves some to the others. */
#define CALLS_MAX 128
#define OWN_CALLS_MAX 32
#define CHUNK_BYTES 16384
#define FULL_MS 10000

struct mcp_door {
	struct mcp *mcp;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	struct post *posts; /* those that have a thread */
	size_t count;
};

/* One message on its way. */
struct post {
	struct request *r;
	struct mcp_exchange x;
	struct mcp_out out;
	const char *session;       /* that it came in; NULL: none */
	struct post *next;
	struct web_stream *stream; /* NULL: nothing came before the answer yet */
	volatile sig_atomic_t gone;
};

enum fail mcp_door_open(struct call *c, const struct http *h, struct mcp_door **out)
{
	struct mcp_door *d = ARENA_NEW(&c->arena, struct mcp_door, 1);

	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->ended, NULL);
	TRY(mcp_start(c, &d->mcp));
	mcp_on_task(d->mcp, h->queued, h->queued_to);
	*out = d;
	return FAIL_NONE;
}

void mcp_door_shut(struct mcp_door *d)
{
	mcp_close(d->mcp);
}

void mcp_door_end(struct mcp_door *d)
{
	pthread_mutex_lock(&d->lock);
	while (d->count)
		pthread_cond_wait(&d->ended, &d->lock);
	pthread_mutex_unlock(&d->lock);
	mcp_free(d->mcp);
}

static bool stream_text(struct post *p, const char *text)
{
	size_t len = strlen(text);

	for (size_t at = 0; at < len && !p->gone; at += CHUNK_BYTES)
		p->gone = !web_stream_send(p->stream, text + at,
			len - at < CHUNK_BYTES ? len - at : CHUNK_BYTES, FULL_MS);
	return !p->gone;
}

static bool stream_event(struct post *p, const char *data)
{
	return stream_text(p, "event: message\ndata: ") && stream_text(p, data) &&
		stream_text(p, "\n\n");
}

static bool send_message(void *to, const char *text)
{
	struct post *p = to;

	if (!p->stream && !p->gone)
		p->stream = web_stream_open(p->r->x, "text/event-stream");
	if (p->gone)
		return false;
	return text ? stream_event(p, text) : stream_text(p, ":\n\n");
}

static bool is_gone(void *to)
{
	struct post *p = to;

	/* Adding nothing finds out whether the client is still there. */
	if (!p->gone)
		p->gone = p->stream ? !web_stream_add(p->stream, "", 0) : web_gone(p->r->x);
	return p->gone;
}

static void finish(struct post *p)
{
	struct request *r = p->r;
	struct mcp_exchange *x = &p->x;

	if (p->stream) {
		if (x->answer && *x->answer)
			stream_event(p, x->answer);
		web_stream_close(p->stream);
		request_free(r);
	} else {
		r->session = x->session;
		answer_text(r, x->status, x->answer ? x->answer : "");
	}
	free(p);
}

static void *run_post(void *to)
{
	struct post *p = to, **at;
	struct mcp_door *d = p->r->http->mcp;

	p->r->call.cancelled = &p->gone;
	mcp_run(&p->x);
	pthread_mutex_lock(&d->lock);
	for (at = &d->posts; *at != p; at = &(*at)->next)
		;
	*at = p->next;
	pthread_mutex_unlock(&d->lock);
	finish(p);
	pthread_mutex_lock(&d->lock);
	d->count--;
	pthread_cond_broadcast(&d->ended);
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

static bool same_caller(const struct post *a, const struct post *b)
{
	return !strcmp(caller_id(&a->r->call), caller_id(&b->r->call));
}

/* In a thread of its own; false when there are too many. */
static bool start(struct post *p)
{
	struct mcp_door *d = p->r->http->mcp;
	size_t own = 0;
	pthread_t thread;
	bool room;

	pthread_mutex_lock(&d->lock);
	for (const struct post *one = d->posts; one; one = one->next)
		own += same_caller(one, p);
	room = own < OWN_CALLS_MAX && d->count < CALLS_MAX &&
		!pthread_create(&thread, NULL, run_post, p);
	if (room) {
		pthread_detach(thread);
		p->next = d->posts;
		d->posts = p;
		d->count++;
	}
	pthread_mutex_unlock(&d->lock);
	return room;
}

/* A client of the legacy era says so, instead of closing the stream: by the session and the id. */
static void cancel(const struct post *p, const json_t *id)
{
	struct mcp_door *d = p->r->http->mcp;

	if (!id || !p->session)
		return;
	pthread_mutex_lock(&d->lock);
	for (struct post *one = d->posts; one; one = one->next)
		if (same_caller(one, p) && one->session && !strcmp(one->session, p->session) &&
			json_equal(one->x.id, id))
			one->gone = one->x.cancelled = 1;
	pthread_mutex_unlock(&d->lock);
}

/* Looks into the store at most, in the server's own thread. */
static void run_here(struct post *p)
{
	enum fail f = request_store(p->r);

	if (f != FAIL_NONE) {
		answer_failure(p->r, f);
		free(p);
		return;
	}
	mcp_run(&p->x);
	p->r->call.store = NULL;
	finish(p);
}

static const char *header(struct request *r, const char *name)
{
	const char *value = web_header(r->x, name);

	return value ? arena_strdup(&r->call.arena, value) : NULL;
}

static enum fail check(struct request *r, const char *session, struct mcp_client *client)
{
	const char *type = web_header(r->x, "Content-Type"), *json = "application/json";

	*client = (struct mcp_client){.version = NULL};
	TRY(request_caller(r, "mcp"));
	if (!type || strncasecmp(type, json, strlen(json)))
		return fail(&r->call, FAIL_USAGE, "a body has to be application/json");
	return session ? mcp_session_read(&r->call, session, client) : FAIL_NONE;
}

void mcp_take(struct request *r)
{
	const char *tools = web_query(r->x, "tools"), *session = header(r, "Mcp-Session-Id"), *text;
	struct mcp_client client;
	struct post *p;
	enum fail f;
	size_t len;

	r->call.channel = CHANNEL_MCP;
	if (r->origin && !strcmp(web_method(r->x), "OPTIONS")) {
		origin_preflight(r, "POST");
		return;
	}
	if (strcmp(web_method(r->x), "POST")) {
		answer_no_route(r, "POST");
		return;
	}
	f = check(r, session, &client);
	if (f != FAIL_NONE) {
		answer_failure(r, f);
		return;
	}
	p = xmalloc(sizeof *p);
	*p = (struct post){.r = r, .session = session};
	p->out = (struct mcp_out){.send = send_message, .gone = is_gone, .to = p};
	p->x = (struct mcp_exchange){.mcp = r->http->mcp->mcp, .call = &r->call, .out = &p->out,
		.client = client, .headers = true, .two_tools = tools && !strcmp(tools, "two"),
		.transport_version = header(r, "MCP-Protocol-Version")};
	request_context(r);
	text = web_body(r->x, &len);
	mcp_read(&p->x, text, len);
	mcp_check_headers(&p->x, header(r, "Mcp-Method"), header(r, "Mcp-Name"));
	if (!p->x.answer)
		cancel(p, mcp_cancels(&p->x));
	if (!p->x.answer && !mcp_is_quick(&p->x)) {
		if (start(p))
			return;
		mcp_refuse_busy(&p->x);
	}
	run_here(p);
}
