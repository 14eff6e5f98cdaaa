/* The HTTP front: start, waiting for tasks, end. */
#include "lib/front/http.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/front/http_state.h"
#include "lib/model/task.h"
#include "lib/policy/policy.h"

/* How long answers may take that nothing holds up any more. */
#define LATE_MS 2000

static void handle(void *to, struct web_exchange *x)
{
	request_take(to, x);
}

static void refuse(void *to, struct web_exchange *x, int status, const char *why)
{
	(void)to;
	answer_refusal(x, status, FAIL_USAGE, why);
}

/* Batches may be large; those of ChatGPT are counted in characters, of up to 4 bytes. */
static size_t body_limit(void *to, const char *method, const char *path)
{
	(void)to;
	(void)method;
	if (!strncmp(path, ACTIONS_PATH "/", sizeof ACTIONS_PATH))
		return ACTIONS_CHARACTERS * 4;
	return !strcmp(path, "/api/v1/batch") ? 32 << 20 : 0;
}

static const char *own_url(struct call *c, const struct http_settings *s, int port)
{
	bool v6 = strchr(s->address, ':') != NULL;

	if (s->public_url)
		return s->public_url;
	return arena_printf(&c->arena, "%s://%s%s%s:%d", s->tls_cert ? "https" : "http",
		v6 ? "[" : "", s->address, v6 ? "]" : "", port);
}

enum fail http_start(struct call *c, const struct http_settings *settings, struct http **out)
{
	struct http *h = ARENA_NEW(&c->arena, struct http, 1);
	struct web_settings web = {.address = settings->address, .port = settings->port,
		.listen_fd = settings->listen_fd,
		.tls_cert = settings->tls_cert, .tls_key = settings->tls_key,
		.body_limit = body_limit, .handle = handle, .refuse = refuse, .to = h};
	enum fail f;

	h->shared = c;
	h->policy = c->policy;
	h->submit = op_find("task submit");
	h->queued = settings->queued;
	h->queued_to = settings->to;
	pthread_mutex_init(&h->lock, NULL);
	pthread_mutex_init(&h->fresh.lock, NULL);
	h->public_url = own_url(c, settings, settings->port);
	origin_start(c, h, settings->address);
	routes_make(c, &h->routes);
	TRY(lanes_start(c, &h->lanes));
	f = mcp_door_open(c, h, &h->mcp);
	if (f != FAIL_NONE) {
		lanes_stop(h->lanes);
		return f;
	}
	f = web_start(c, &web, &h->web);
	if (f == FAIL_NONE && settings->second_port) {
		web.address = settings->second_address;
		web.port = settings->second_port;
		web.listen_fd = 0;
		f = web_start(c, &web, &h->second);
	}
	if (f != FAIL_NONE) {
		http_stop(h, 0);
		return f;
	}
	/* Of a port that was free nobody knows before this returns. */
	if (!settings->port)
		h->public_url = own_url(c, settings, web_port(h->web));
	*out = h;
	return FAIL_NONE;
}

int http_port(const struct http *h)
{
	return web_port(h->web);
}

const char *http_public_url(const struct http *h)
{
	return h->public_url;
}

enum fail http_reload(struct call *c, struct http *h, const char *cert, const char *key)
{
	TRY(web_reload(c, h->web, cert, key));
	return h->second ? web_reload(c, h->second, cert, key) : FAIL_NONE;
}

/* The time of R, which waits for a task, is over: it is told of the task, or looks at it with C, at
 * once: behind what is slow its caller would not wait. */
static void give_up(struct request *r, struct call *c)
{
	enum fail f;

	if (r->task_id) {
		answer_accepted(r);
		return;
	}
	f = request_run_with(r, c);
	if (f != FAIL_NONE)
		answer_failure(r, f);
	else
		answer_replies(r);
}

/* Whether R only waits to look at a task that has ended, or is none. */
static bool can_look(const struct request *r, struct call *c)
{
	struct task t;

	if (r->task_id)
		return false;
	if (task_find(c, json_member_text(r->args, "task_id", ""), &t) == FAIL_NONE)
		return task_ended(t.state);
	fail_forget(c);
	return true;
}

void http_wait(struct request *r)
{
	struct http *h = r->http;
	bool stopping;

	pthread_mutex_lock(&h->lock);
	stopping = h->stopping;
	if (!stopping) {
		r->next = h->waiting;
		h->waiting = r;
	}
	pthread_mutex_unlock(&h->lock);
	if (!stopping)
		return;
	if (r->task_id)
		answer_accepted(r);
	else
		request_look(r);
}

void http_step(struct http *h, struct call *c)
{
	struct request *list, *next;
	int64_t now = clock_boot_ms();

	lanes_step(h->lanes);
	pthread_mutex_lock(&h->lock);
	list = h->waiting;
	h->waiting = NULL;
	pthread_mutex_unlock(&h->lock);
	for (struct request *r = list; r; r = next) {
		next = r->next;
		if (r->task_id && answer_task(r, c))
			continue;
		if (now >= r->wait_until_ms || web_gone(r->x) || can_look(r, c))
			give_up(r, c);
		else
			http_wait(r);
	}
}

void http_stop(struct http *h, int64_t grace_ms)
{
	struct request *list, *next;
	bool late, second_late;

	pthread_mutex_lock(&h->lock);
	h->stopping = true;
	list = h->waiting;
	h->waiting = NULL;
	pthread_mutex_unlock(&h->lock);
	for (struct request *r = list; r; r = next) {
		next = r->next;
		give_up(r, h->shared);
	}
	mcp_door_shut(h->mcp);
	/* The lanes go on until the last request has come to them; what they were late with the web
	 * room's threads still answer. */
	late = h->web && web_stop(h->web, grace_ms);
	second_late = h->second && web_stop(h->second, grace_ms);
	lanes_stop(h->lanes);
	mcp_door_end(h->mcp);
	if (late)
		web_stop(h->web, LATE_MS);
	if (second_late)
		web_stop(h->second, LATE_MS);
	fresh_free(h);
}
