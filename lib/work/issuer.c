/* The keys of an outside issuer. */
#include "lib/work/issuer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/config/config.h"
#include "lib/net/guard.h"
#include "lib/net/net.h"
#include "lib/policy/issuer.h"

#define FRESH_MS INT64_C(600000)
#define AGAIN_MS 10000 /* between two questions, whoever sends tokens */
#define LOOK_MS 200
#define MAX_BYTES (64 << 10)
#define TIMEOUT_MS 10000

struct issuer_watch {
	pthread_t thread;
	volatile sig_atomic_t stopped;
	struct policy *policy;
	char *url;
	void (*failed)(void *to, const char *why);
	void *to;
};

static enum fail get(struct call *c, const char *url, json_t **out)
{
	const struct net_request request = {.method = "GET", .url = url, .max_bytes = MAX_BYTES,
		.timeout_ms = TIMEOUT_MS, .owner_named = true};
	struct net_reply reply;

	TRY(net_request(c, &request, &reply));
	if (reply.status != 200)
		return fail(c, FAIL_REMOTE, "%s answers with HTTP status %d", url, reply.status);
	TRY(json_parse(c, reply.body, reply.len, out));
	json_keep(c, *out);
	return FAIL_NONE;
}

/* OpenID Connect Discovery 4, else RFC 8414. The document leads to no other place than the issuer's. */
static enum fail discover(struct call *c, const char *issuer, const char **keys_url)
{
	struct guard_url ours, theirs;
	const char *url;
	json_t *j;

	if (get(c, arena_printf(&c->arena, "%s/.well-known/openid-configuration", issuer), &j)) {
		fail_forget(c);
		TRY(get(c, arena_printf(&c->arena, "%s/.well-known/oauth-authorization-server",
			issuer), &j));
	}
	url = json_member_text(j, "jwks_uri", "");
	if (strcmp(json_member_text(j, "issuer", ""), issuer))
		return fail(c, FAIL_REMOTE, "%s says that it is another issuer", issuer);
	TRY(guard_url(c, issuer, &ours));
	TRY(guard_url(c, url, &theirs));
	if (strcmp(ours.origin, theirs.origin))
		return fail(c, FAIL_REMOTE, "the keys of %s are elsewhere: %s", issuer, theirs.origin);
	*keys_url = url;
	return FAIL_NONE;
}

static enum fail fetch(struct call *c, const struct issuer_watch *w)
{
	const char *url;
	json_t *keys;

	TRY(discover(c, w->url, &url));
	TRY(get(c, url, &keys));
	if (!json_is_array(json_object_get(keys, "keys")))
		return fail(c, FAIL_REMOTE, "%s is no JWK Set", url);
	issuer_keys(w->policy, json_text(c, keys, false));
	return FAIL_NONE;
}

static void *live(void *data)
{
	struct issuer_watch *w = data;
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	int64_t asked_ms = INT64_MIN / 2, had_ms = INT64_MIN / 2;

	for (; !w->stopped; nanosleep(&pause, NULL)) {
		struct call c = {.cancelled = &w->stopped};
		int64_t now = clock_boot_ms();

		if (now - asked_ms < AGAIN_MS || (now - had_ms < FRESH_MS && !issuer_wants(w->policy)))
			continue;
		asked_ms = now;
		if (fetch(&c, w) == FAIL_NONE)
			had_ms = now;
		else if (!w->stopped)
			w->failed(w->to, c.why ? c.why : "the issuer's keys cannot be had");
		call_release(&c);
	}
	return NULL;
}

static enum fail check(struct call *c, const char *url)
{
	struct guard_url parts;

	TRY(guard_url(c, url, &parts));
	if (!parts.https && strcmp(parts.host, "127.0.0.1") && strcmp(parts.host, "::1") &&
		strcmp(parts.host, "localhost"))
		return fail(c, FAIL_CONFIG, "auth.issuer: tokens are taken from https only");
	return FAIL_NONE;
}

enum fail issuer_start(struct call *c, struct policy *p, void (*failed)(void *to, const char *why),
	void *to, struct issuer_watch **out)
{
	const char *url = config_text(c, "auth.issuer");
	struct issuer_watch *w;
	sigset_t all, old;
	int err;

	*out = NULL;
	if (!url)
		return FAIL_NONE;
	TRY(check(c, url));
	issuer_take(p, url, role_of(config_text(c, "auth.role")));
	w = xmalloc(sizeof *w);
	*w = (struct issuer_watch){.policy = p, .url = xstrdup(url), .failed = failed, .to = to};
	/* Signals are for the thread that started this one. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&w->thread, NULL, live, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (err) {
		free(w->url);
		free(w);
		return fail(c, FAIL_BUSY, "cannot start a thread");
	}
	*out = w;
	return FAIL_NONE;
}

void issuer_stop(struct issuer_watch *w)
{
	if (!w)
		return;
	w->stopped = 1;
	pthread_join(w->thread, NULL);
	free(w->url);
	free(w);
}
