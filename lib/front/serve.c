/* trae serve: the supervisor of the HTTP front, the workers, the agents and the callbacks. */
#include <arpa/inet.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/front/http.h"
#include "lib/model/file.h"
#include "lib/net/guard.h"
#include "lib/os/file.h"
#include "lib/os/service.h"
#include "lib/policy/audit.h"
#include "lib/store/store.h"
#include "lib/work/courier.h"
#include "lib/work/issuer.h"
#include "lib/work/pool.h"
#include "lib/work/rounds.h"

#define TURN_MS 50
#define FLUSH_MS 1000
#define HEAD_EVERY_MS 3600000
#define TELL_EVERY_MS 10000
#define GRACE_MS 25000 /* for all that is under way together */
#define PEM_MAX_BYTES (1 << 20)
#define DEFAULT_PORT 8080

static volatile sig_atomic_t reload_asked;

static void on_hangup(int number)
{
	(void)number;
	reload_asked = 1;
}

struct serve_args {
	const char *address, *public_url;
	int64_t port, jobs;
	struct path tls_cert, tls_key;
	bool insecure_bind;
};

struct serve_reply {
	const char *address;
	int64_t port;
	bool tls;
	const char *public_url;
};

/* What can fail in every turn, and is said once in a while then. */
enum chore { CHORE_POOL, CHORE_CALLBACK, CHORE_POLICY, CHORE_DOWNLOAD, CHORES };

/* All that runs while the server does; what is NULL was not started. */
struct serve {
	struct call *c;
	struct policy *policy;
	struct http *http;
	struct pool *pool;
	struct courier *courier;
	struct rounds *rounds;
	struct issuer_watch *issuer;
	int64_t flushed_ms, head_ms, alive_ms;
	int64_t told_ms[CHORES];
};

static void log_line(const char *level, const char *event, const char *text)
{
	struct call c = {0};
	JSON_AUTO why = json_lossy(&c, text);
	JSON_AUTO j = json_pack("{s:s,s:s,s:s,s:O}", "at", clock_text(&c.arena, clock_now_ms()), "level",
		level, "event", event, "text", why);

	fprintf(stderr, "%s\n", json_text(&c, j, false));
	call_release(&c);
}

static void log_warning(void *to, const char *text)
{
	(void)to;
	log_line("warning", "warning", text);
}

static void issuer_failed(void *to, const char *why)
{
	(void)to;
	log_line("error", "issuer", why);
}

static void round_failed(void *to, const char *agent, const char *why)
{
	(void)to;
	(void)agent;
	log_line("error", "round", why);
}

/* A full disk fails every turn: neither may lines about it fill it further, nor the loop spin. */
static void turn_failed(struct serve *s, struct call *t, enum chore chore)
{
	static const char *const names[CHORES] = {"pool", "callback", "policy", "download"};
	int64_t now = clock_boot_ms();

	if (!s->told_ms[chore] || now - s->told_ms[chore] > TELL_EVERY_MS) {
		s->told_ms[chore] = now;
		log_line("error", names[chore], t->why ? t->why : "failed");
	}
	fail_forget(t);
}

/* Says the end of the audit record, so that the journal holds it where no key reaches: a record
 * that is cut or written anew does not lead there any more. */
static void tell_head(struct call *c)
{
	const char *line;

	if (audit_head(c, &line) != FAIL_NONE)
		fail_forget(c);
	else if (line)
		log_line("info", "audit_head", line);
}

static bool is_loopback(const char *address)
{
	struct in_addr v4;

	if (!strcmp(address, "::1") || !strcmp(address, "localhost"))
		return true;
	return inet_pton(AF_INET, address, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}

/* Scheme, host and port alone, in the one spelling that clients compare. */
static enum fail read_public_url(struct call *c, const char *text, const char **out)
{
	struct guard_url url;
	const char *rest;

	TRY(guard_url(c, text, &url));
	rest = strpbrk(strstr(text, "//") + 2, "/?#");
	if (rest && strcmp(rest, "/"))
		return fail(c, FAIL_CONFIG, "public_url: scheme, host and port only, without \"%s\"",
			rest);
	if (!url.https && !is_loopback(url.host))
		return fail(c, FAIL_CONFIG, "public_url: keys and tokens need https");
	*out = url.port == (url.https ? 443 : 80)
		? arena_memdup(&c->arena, url.origin, (size_t)(strrchr(url.origin, ':') - url.origin))
		: url.origin;
	return FAIL_NONE;
}

/* The port that the variable NAME of the environment gives; *OUT stays without one. */
static enum fail env_port(struct call *c, const char *name, int *out)
{
	const char *text = getenv(name);
	char *end;
	long n;

	if (!text || !*text)
		return FAIL_NONE;
	n = strtol(text, &end, 10);
	if (*end || n < 0 || n > 65535)
		return fail(c, FAIL_CONFIG, "%s is no port: %s", name, text);
	*out = (int)n;
	return FAIL_NONE;
}

/* What others can reach is encrypted, or its owner says that something else guards the way. */
static enum fail check_reach(struct call *c, const struct serve_args *args, const char *address)
{
	if (is_loopback(address) || args->tls_cert.kind != PATH_NONE || args->insecure_bind)
		return FAIL_NONE;
	return fail(c, FAIL_USAGE, "%s can be reached from other machines: give --tls-cert and "
		"--tls-key, or --insecure-bind where something else guards the way", address);
}

/* PORT and HOST of the guide to the GPT backend; HOST alone is something else in some shells. */
static enum fail choose_second(struct call *c, const struct serve_args *args,
	struct http_settings *out)
{
	const char *host = getenv("HOST");

	TRY(env_port(c, "PORT", &out->second_port));
	if (out->second_port == out->port)
		out->second_port = 0;
	if (!out->second_port)
		return FAIL_NONE;
	out->second_address = host && *host ? host : args->address;
	return check_reach(c, args, out->second_address);
}

static enum fail choose(struct call *c, const struct serve_args *args, struct http_settings *out)
{
	size_t len;
	int fd;

	*out = (struct http_settings){.address = args->address, .port = DEFAULT_PORT};
	if (args->port != INT_NULL) {
		out->port = (int)args->port;
	} else {
		TRY(env_port(c, "DASHBOARD_PORT", &out->port));
	}
	TRY(service_socket(c, &fd, &out->address, &out->port));
	out->listen_fd = fd < 0 ? 0 : fd;
	if ((args->tls_cert.kind == PATH_NONE) != (args->tls_key.kind == PATH_NONE))
		return fail(c, FAIL_USAGE, "tls_cert and tls_key are needed together");
	if (args->tls_cert.kind != PATH_NONE) {
		TRY(file_read(c, args->tls_cert.text, PEM_MAX_BYTES, (char **)&out->tls_cert, &len));
		TRY(file_read(c, args->tls_key.text, PEM_MAX_BYTES, (char **)&out->tls_key, &len));
	}
	if (args->public_url)
		TRY(read_public_url(c, args->public_url, &out->public_url));
	TRY(check_reach(c, args, out->address));
	return choose_second(c, args, out);
}

/* SIGHUP: the certificate is read again, as after its renewal. */
static void reload(struct serve *s, const struct serve_args *args)
{
	struct call c = {.channel = CHANNEL_SHELL};
	char *cert, *key;
	size_t len;
	enum fail f;

	reload_asked = 0;
	if (args->tls_cert.kind == PATH_NONE)
		return;
	service_tell(arena_printf(&c.arena, "RELOADING=1\nMONOTONIC_USEC=%lld",
		(long long)clock_boot_us()));
	f = file_read(&c, args->tls_cert.text, PEM_MAX_BYTES, &cert, &len);
	if (f == FAIL_NONE)
		f = file_read(&c, args->tls_key.text, PEM_MAX_BYTES, &key, &len);
	if (f == FAIL_NONE)
		f = http_reload(&c, s->http, cert, key);
	log_line(f == FAIL_NONE ? "info" : "error", "reload",
		f == FAIL_NONE ? "certificate read again" : c.why);
	service_tell("READY=1");
	call_release(&c);
}

static void queued(void *to)
{
	pool_wake(to);
}

static enum fail start(struct serve *s, const struct serve_args *args,
	struct http_settings *settings)
{
	struct call *c = s->c;
	const struct pool_options options = {.jobs = args->jobs == INT_NULL ? 0 : args->jobs};

	TRY(store_open(c));
	TRY(policy_start(c, &s->policy));
	c->policy = s->policy;
	TRY(pool_start(c, &options, &s->pool));
	TRY(courier_start(c, &s->courier));
	TRY(rounds_start(c, round_failed, NULL, &s->rounds));
	settings->queued = queued;
	settings->to = s->pool;
	TRY(issuer_start(c, s->policy, issuer_failed, NULL, &s->issuer));
	return http_start(c, settings, &s->http);
}

/* One turn of the loop, in a call of its own, so that a server's memory does not grow with time. */
static void turn(struct serve *s)
{
	struct call t = {.channel = CHANNEL_SHELL, .config = s->c->config, .store = s->c->store,
		.store_path = s->c->store_path, .policy = s->policy, .secrets = s->c->secrets,
		.warn = log_warning, .cancelled = s->c->cancelled};
	struct courier_step step;

	if (pool_step(&t, s->pool, TURN_MS) != FAIL_NONE) {
		turn_failed(s, &t, CHORE_POOL);
		usleep(TURN_MS * 1000);
	}
	/* Of what may not last nobody is told; each turn of the pool begins with mending it. */
	if (!store_unsure())
		http_step(s->http, &t);
	if (service_watchdog_ms() && clock_boot_ms() - s->alive_ms > service_watchdog_ms()) {
		s->alive_ms = clock_boot_ms();
		service_tell("WATCHDOG=1");
	}
	if (!store_unsure() && courier_step(&t, s->courier, 0, &step) != FAIL_NONE)
		turn_failed(s, &t, CHORE_CALLBACK);
	if (clock_boot_ms() - s->flushed_ms > FLUSH_MS) {
		s->flushed_ms = clock_boot_ms();
		if (policy_flush(&t, false) != FAIL_NONE)
			turn_failed(s, &t, CHORE_POLICY);
		if (file_downloads_flush(&t) != FAIL_NONE)
			turn_failed(s, &t, CHORE_DOWNLOAD);
	}
	if (!s->head_ms || clock_boot_ms() - s->head_ms > HEAD_EVERY_MS) {
		s->head_ms = clock_boot_ms();
		tell_head(&t);
	}
	t.store = NULL;
	t.secrets = NULL;
	call_release(&t);
}

/* In the order in which nothing new can come in behind what has ended. */
static void stop(struct serve *s)
{
	struct call *c = s->c;
	volatile sig_atomic_t *cancelled = c->cancelled;
	int64_t until = clock_boot_ms() + GRACE_MS;

	/* Ending is no longer work that can be interrupted. */
	c->cancelled = NULL;
	fail_forget(c);
	service_tell("STOPPING=1");
	if (s->http)
		http_stop(s->http, GRACE_MS);
	rounds_stop(s->rounds);
	issuer_stop(s->issuer);
	if (s->pool && pool_drain(c, s->pool, until - clock_boot_ms()) != FAIL_NONE)
		log_line("error", "pool", c->why ? c->why : "failed");
	if (s->pool)
		pool_free(s->pool);
	if (s->courier && courier_stop(c, s->courier, 1000) != FAIL_NONE)
		log_line("error", "callback", c->why ? c->why : "failed");
	fail_forget(c);
	if (s->http && file_downloads_flush(c) != FAIL_NONE)
		log_line("error", "download", c->why ? c->why : "failed");
	fail_forget(c);
	if (s->policy && policy_flush(c, true) != FAIL_NONE)
		log_line("error", "policy", c->why ? c->why : "failed");
	fail_forget(c);
	if (s->policy) {
		tell_head(c);
		policy_stop(s->policy);
	}
	c->policy = NULL;
	c->cancelled = cancelled;
}

static enum fail run(struct call *c, const void *data)
{
	const struct serve_args *args = data;
	struct serve s = {.c = c};
	struct http_settings settings;
	struct serve_reply reply;
	enum fail f;

	TRY(choose(c, args, &settings));
	signal(SIGHUP, on_hangup);
	/* An arena of malloc for each thread keeps what the thread once needed. */
	mallopt(M_ARENA_MAX, 2);
	f = start(&s, args, &settings);
	if (f == FAIL_NONE) {
		reply = (struct serve_reply){.address = settings.address, .port = http_port(s.http),
			.tls = settings.tls_cert != NULL, .public_url = http_public_url(s.http)};
		log_line("info", "start", arena_printf(&c->arena, "listening on %s port %d",
			settings.address, (int)reply.port));
		f = op_emit(c, &reply);
		service_tell("READY=1");
	}
	while (f == FAIL_NONE && call_check(c) == FAIL_NONE) {
		turn(&s);
		if (reload_asked)
			reload(&s, args);
	}
	if (f != FAIL_NONE) {
		const char *why = c->why;

		stop(&s);
		c->why = why;
		return f;
	}
	stop(&s);
	log_line("info", "stop", "ended");
	return FAIL_NONE;
}

const struct op op_serve = {
	.name = "serve",
	.effect = EFFECT_ACT,
	.flags = OP_SHELL,
	.summary = "Answer over HTTP, run tasks, deliver callbacks",
	.about = "Everything the commands do, under /api/v1 for callers with a key (trae key "
		"create). Ends on SIGTERM or Ctrl-C after what is under way. An address that "
		"others can reach needs a certificate, or --insecure-bind behind a proxy.",
	.example = "trae serve --port 8080",
	OP_ARGS(struct serve_args,
		FIELD(struct serve_args, address, "Address to listen on", .initial = "127.0.0.1"),
		FIELD(struct serve_args, port, "Port; default: DASHBOARD_PORT, else 8080; 0: a free one",
			.letter = 'p', .max = 65535),
		FIELD(struct serve_args, public_url, "Where others reach it, as https://trae.example",
			.setting = "server.public_url"),
		FIELD(struct serve_args, jobs, "Workers; default: as many as processors", .letter = 'j',
			.min = 1, .max = 64),
		FIELD(struct serve_args, tls_cert, "Certificate chain in PEM"),
		FIELD(struct serve_args, tls_key, "Its key in PEM"),
		FIELD(struct serve_args, insecure_bind, "Listen for other machines without a certificate")),
	OP_REPLY(struct serve_reply,
		FIELD(struct serve_reply, address, "Where it listens", .required = true),
		FIELD(struct serve_reply, port, "Port", .required = true),
		FIELD(struct serve_reply, tls, "Whether it speaks TLS", .required = true),
		FIELD(struct serve_reply, public_url, "Where others reach it", .required = true)),
	.run = run,
};
