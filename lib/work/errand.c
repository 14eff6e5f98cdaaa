/* Errand: one request of the courier. */
#include "lib/work/errand.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/config/config.h"
#include "lib/model/callback_secret.h"
#include "lib/model/event.h"
#include "lib/net/guard.h"
#include "lib/net/retry.h"
#include "lib/policy/policy.h"
#include "lib/work/courier.h"

/* Nobody reads the answer; larger ones are broken off. */
#define ANSWER_BYTES (256 << 10)
/* So long a rotation by another process may stay unseen: less than the first repetition waits, so
 * that a request refused for its signature comes again with the new one. */
#define KNOWN_MS 4000

void errand_secrets_free(struct errand_secrets *s)
{
	for (size_t i = 0; i < ERRAND_HOSTS; i++)
		secret_free(&s->known[i].secret);
}

static enum fail read_secret(struct call *c, const struct callback *k, const char *host,
	struct secret **out)
{
	if (k->subscription_id)
		return event_secret(c, k->subscription_id, out);
	return callback_secret_get(c, host, out);
}

/* The secret of K's subscription, or of HOST; it stays that of S. */
static enum fail find_secret(struct call *c, struct errand_secrets *s, const struct callback *k,
	const char *host, const struct secret **out)
{
	const char *name = k->subscription_id ? k->subscription_id : host;
	int64_t now = clock_boot_ms();
	struct secret *read;
	size_t at = s->next;

	for (size_t i = 0; i < ERRAND_HOSTS; i++) {
		if (!s->known[i].secret || strcmp(s->known[i].name, name))
			continue;
		*out = s->known[i].secret;
		if (now - s->known[i].read_boot_ms < KNOWN_MS)
			return FAIL_NONE;
		at = i;
	}
	TRY(read_secret(c, k, host, &read));
	secret_free(&s->known[at].secret);
	s->known[at].secret = read;
	s->known[at].read_boot_ms = now;
	memcpy(s->known[at].name, name, strlen(name) + 1);
	if (at == s->next)
		s->next = (s->next + 1) % ERRAND_HOSTS;
	*out = read;
	return FAIL_NONE;
}

/* The headers that the guide names, and those of Standard Webhooks 1.0.0. */
static struct net_header *write_headers(struct arena *a, const struct callback *k,
	const struct callback_signatures *s, int64_t now)
{
	const struct net_header all[] = {
		{"Content-Type", "application/json", false},
		{"X-TRAE-Event", arena_strdup(a, k->event), false},
		{"X-TRAE-Delivery", arena_strdup(a, k->id), false},
		{"X-TRAE-Signature", arena_strdup(a, s->trae), false},
		{"webhook-id", arena_strdup(a, k->id), false},
		{"webhook-timestamp", arena_printf(a, "%lld", (long long)(now / 1000)), false},
		{"webhook-signature", arena_strdup(a, s->standard), false},
		{s->next ? "X-TRAE-Signature-Next" : NULL,
			s->next ? arena_strdup(a, s->next) : NULL, false},
		{NULL, NULL, false},
	};
	struct net_header *headers = ARENA_NEW(a, struct net_header, sizeof all / sizeof *all);

	memcpy(headers, all, sizeof all);
	return headers;
}

/* Those of MCP Events. */
static struct net_header *write_event_headers(struct arena *a, const struct callback *k,
	const struct callback_signatures *s, int64_t now)
{
	const struct net_header all[] = {
		{"Content-Type", "application/json", false},
		{"webhook-id", arena_strdup(a, k->id), false},
		{"webhook-timestamp", arena_printf(a, "%lld", (long long)(now / 1000)), false},
		{"webhook-signature", arena_strdup(a, s->standard), false},
		{"X-MCP-Subscription-Id", arena_strdup(a, k->subscription_id), false},
		{NULL, NULL, false},
	};
	struct net_header *headers = ARENA_NEW(a, struct net_header, sizeof all / sizeof *all);

	memcpy(headers, all, sizeof all);
	return headers;
}

/* A subscription that is over, or whose caller may call no more, is told nothing more. */
static enum fail check_subscription(struct call *c, const struct callback *k)
{
	struct subscription s;
	const struct caller *who;
	enum fail f = event_find(c, k->subscription_id, &s);

	if (f == FAIL_NONE)
		f = caller_from_id(c, s.caller, &who);
	return f == FAIL_MISSING || f == FAIL_AUTH ? FAIL_DENIED : f;
}

static enum fail drop(struct call *c, void *to, const char *data, size_t len)
{
	(void)c, (void)to, (void)data, (void)len;
	return FAIL_NONE;
}

/* An errand that is not sent, for the reason in C. */
static void come_back(struct call *c, struct errand *e, enum fail why)
{
	e->failed = fail(&e->call, why, "%s", c->why);
	atomic_store(&e->back, true);
	fail_forget(c);
}

static enum fail write_request(struct call *c, struct errand *e, const struct callback *k,
	struct errand_secrets *secrets, bool listed)
{
	struct arena *a = &e->call.arena;
	int64_t now = clock_now_ms();
	struct callback_signatures s;
	const struct secret *secret;
	struct guard_url url;

	TRY(guard_url(c, k->url, &url));
	TRY(find_secret(c, secrets, k, url.host, &secret));
	if (callback_sign(c, secret, k->id, now, k->body, &s) != FAIL_NONE) {
		come_back(c, e, FAIL_CONFIG);
		return FAIL_NONE;
	}
	e->request = (struct net_request){.method = "POST", .url = arena_strdup(a, k->url),
		.headers = k->subscription_id ? write_event_headers(a, k, &s, now)
					      : write_headers(a, k, &s, now), .body = arena_strdup(a, k->body),
		.body_len = strlen(k->body), .max_bytes = ANSWER_BYTES,
		.timeout_ms = k->subscription_id ? EVENT_TIMEOUT_MS : COURIER_TIMEOUT_MS, .idle_s = COURIER_TIMEOUT_MS / 1000,
		.owner_named = listed, .data = drop};
	return FAIL_NONE;
}

/* What the record of its end needs of K outlives the call of the step that makes the errand. */
static struct callback keep(struct arena *a, const struct callback *k)
{
	struct callback kept = *k;

	kept.id = arena_strdup(a, k->id);
	kept.url = arena_strdup(a, k->url);
	kept.origin = arena_strdup(a, k->origin);
	kept.event = arena_strdup(a, k->event);
	kept.subscription_id = k->subscription_id ? arena_strdup(a, k->subscription_id) : NULL;
	kept.task_id = kept.body = kept.state = kept.error = NULL;
	return kept;
}

enum fail errand_make(struct call *c, const struct callback *k, struct errand_secrets *secrets,
	volatile sig_atomic_t *cancelled, int event, struct errand **out)
{
	const char *hosts = config_text(c, "callback.hosts");
	struct errand *e = xmalloc(sizeof *e);
	enum fail f = FAIL_NONE;
	bool listed;

	*e = (struct errand){.call = {.cancelled = cancelled}, .event = event};
	e->callback = keep(&e->call.arena, k);
	if (k->subscription_id)
		f = check_subscription(c, k);
	/* The list of hosts may be another than when the task came. */
	if (f == FAIL_DENIED || callback_check(c, k->url, hosts, &listed) != FAIL_NONE) {
		come_back(c, e, FAIL_DENIED);
		f = FAIL_NONE;
	} else if (f == FAIL_NONE) {
		f = write_request(c, e, k, secrets, listed);
	}
	if (f != FAIL_NONE)
		errand_free(e);
	else
		*out = e;
	return f;
}

static void *run(void *data)
{
	struct errand *e = data;
	int64_t start_ms = clock_boot_ms();
	const uint64_t one = 1;

	e->failed = net_request(&e->call, &e->request, &e->reply);
	e->took_ms = clock_boot_ms() - start_ms;
	atomic_store(&e->back, true);
	/* The courier looks at every errand at each step: a lost word only makes it later. */
	if (write(e->event, &one, sizeof one) < 0)
		return NULL;
	return NULL;
}

void errand_start(struct errand *e)
{
	sigset_t all, before;

	if (atomic_load(&e->back))
		return;
	/* Signals are for the thread that steps. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	e->started = pthread_create(&e->thread, NULL, run, e) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (e->started)
		return;
	e->failed = fail(&e->call, FAIL_BUSY, "no thread can be had to send a callback");
	atomic_store(&e->back, true);
}

static struct callback_result judge_status(struct errand *e)
{
	struct callback_result r = {.http_status = e->reply.status, .outcome = CALLBACK_RETRY};
	const char *more = "";
	int64_t wait_ms;

	if (r.http_status / 100 == 2) {
		r.outcome = CALLBACK_DELIVERED;
		return r;
	}
	if (r.http_status == 410) {
		r.outcome = CALLBACK_GONE;
		more = ": nothing more is sent there";
	} else if (r.http_status == 413 && e->callback.subscription_id) {
		r.outcome = CALLBACK_REFUSED;
	} else if (r.http_status / 100 == 3) {
		more = ", and redirects are not followed";
	}
	if (retry_after(net_header(&e->reply, "retry-after"), clock_now_ms(), &wait_ms))
		r.wait_ms = wait_ms;
	r.error = arena_printf(&e->call.arena, "%s answered with HTTP status %d%s",
		e->callback.origin, r.http_status, more);
	return r;
}

struct callback_result errand_judge(struct errand *e)
{
	struct callback_result r = {.outcome = CALLBACK_RETRY};

	if (e->failed == FAIL_NONE)
		r = judge_status(e);
	else if (e->failed == FAIL_INTERRUPTED)
		r.outcome = CALLBACK_RELEASED;
	else if (e->failed == FAIL_DENIED)
		r.outcome = CALLBACK_REFUSED;
	if (e->failed != FAIL_NONE)
		r.error = e->call.why;
	r.response_ms = e->took_ms;
	return r;
}

void errand_free(struct errand *e)
{
	if (e->started)
		pthread_join(e->thread, NULL);
	call_release(&e->call);
	free(e);
}
