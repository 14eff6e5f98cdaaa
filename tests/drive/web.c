/* Drives lib/web from a command line: a server that shows what it understood, for tests that talk
 * to it byte by byte. It prints "ready PORT", and on SIGTERM how many exchanges never ended. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/json/json.h"
#include "lib/os/file.h"
#include "lib/web/target.h"
#include "lib/web/web.h"

static struct {
	const char *file;
	long delay_ms;
	bool once;      /* stop as soon as it has started */
	atomic_long open;
	_Atomic(struct web_exchange *) kept; /* answered only behind web_stop() */
} drive;

static void answer_json(struct web_exchange *x, int status, json_t *body)
{
	struct call c = {0};
	const char *text = json_text(&c, body, false);

	json_decref(body);
	web_answer(x, &(struct web_reply){.status = status, .content_type = "application/json",
		.body = text, .len = strlen(text)});
	call_release(&c);
}

static json_t *show(struct web_exchange *x)
{
	struct call c = {0};
	json_t *query = json_array(), *shown;
	const char *name, *value, *body, *mark = web_header(x, "X-Mark");
	size_t len;

	for (size_t i = 0; web_query_at(x, i, &name, &value); i++)
		json_array_append_new(query, json_pack("[s,s]", name, value));
	body = web_body(x, &len);
	shown = json_pack("{s:s,s:s,s:o,s:o,s:i,s:s,s:b,s:b,s:o}", "method", web_method(x), "path",
		web_path(x), "query", query, "body",
		len < 200 ? json_lossy(&c, body) : json_null(), "length", (int)len, "peer",
		web_peer(x), "loopback", web_peer_loopback(x), "tls", web_tls(x), "mark",
		json_lossy(&c, mark));
	call_release(&c);
	return shown;
}

static void answer_now(void *to)
{
	atomic_fetch_sub(&drive.open, 1);
	answer_json(to, 200, show(to));
}

/* What the query asks for: its parameters are the headers, but for body, status and type. */
static void answer_asked(struct web_exchange *x)
{
	struct web_reply_header h[WEB_MAX_PARAMS + 1] = {{0}};
	struct web_reply reply = {.status = 200, .content_type = "text/plain", .headers = h};
	const char *name, *value;
	size_t n = 0;

	for (size_t i = 0; web_query_at(x, i, &name, &value); i++) {
		if (!strcmp(name, "body"))
			reply.body = value;
		else if (!strcmp(name, "status"))
			reply.status = atoi(value);
		else if (!strcmp(name, "type"))
			reply.content_type = value;
		else
			h[n++] = (struct web_reply_header){name, value};
	}
	reply.len = reply.body ? strlen(reply.body) : 0;
	web_answer(x, &reply);
}

static void take_time(struct web_exchange *x)
{
	for (long ms = 0; ms < drive.delay_ms && !web_gone(x); ms += 5)
		usleep(5000);
}

/* An exchange that is answered later, by a thread of ours. */
static void *answer_later(void *to)
{
	take_time(to);
	answer_now(to);
	return NULL;
}

/* One that the server's own thread goes on with. */
static void *resume_later(void *to)
{
	take_time(to);
	web_resume(to, answer_now, to);
	return NULL;
}

static void *stream_lines(void *to)
{
	struct web_stream *s = web_stream_open(to, "application/x-ndjson");
	char line[32];

	for (int i = 0; i < 20; i++) {
		int len = snprintf(line, sizeof line, "{\"line\":%d}\n", i);

		if (!web_stream_add(s, line, (size_t)len))
			break;
		usleep(2000);
	}
	web_stream_close(s);
	return NULL;
}

/* More than anyone is let be behind. */
static void *stream_flood(void *to)
{
	static const char block[4096];
	struct web_stream *s = web_stream_open(to, "application/octet-stream");
	int sent = 0;

	while (sent < 100000 && web_stream_add(s, block, sizeof block))
		sent++;
	fprintf(stderr, "flood: %s\n", sent < 100000 ? "ended" : "taken");
	web_stream_close(s);
	return NULL;
}

static void in_thread(void *(*run)(void *), struct web_exchange *x)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, 256 << 10);
	if (pthread_create(&thread, &attr, run, x)) {
		if (run == answer_later || run == resume_later)
			atomic_fetch_sub(&drive.open, 1);
		web_answer(x, &(struct web_reply){.status = 503});
	}
	pthread_attr_destroy(&attr);
}

static void handle(void *to, struct web_exchange *x)
{
	static const char small[] = "{\"status\":\"LIVE\","
		"\"timestamp\":\"2026-11-20T18:37:00.000Z\","
		"\"agents\":{\"SystemAgent\":{\"status\":\"active\",\"tasks_completed\":12}},"
		"\"system_metrics\":{\"cpu_usage_percent\":12.5},\"api_version\":\"1.0\"}       \n";
	static const struct web_reply_header bad[] = {{"X-A", "b\r\nX-C: d"}, {0}};
	const char *path = web_path(x);

	(void)to;
	if (!strcmp(path, "/small")) {
		web_answer(x, &(struct web_reply){.status = 200, .body = small,
			.len = sizeof small - 1, .content_type = "application/json"});
	} else if (!strcmp(path, "/asked")) {
		answer_asked(x);
	} else if (!strcmp(path, "/later") || !strcmp(path, "/resumed")) {
		atomic_fetch_add(&drive.open, 1);
		in_thread(strcmp(path, "/later") ? resume_later : answer_later, x);
	} else if (!strcmp(path, "/never")) {
		atomic_store(&drive.kept, x);
	} else if (!strcmp(path, "/stream")) {
		in_thread(stream_lines, x);
	} else if (!strcmp(path, "/flood")) {
		in_thread(stream_flood, x);
	} else if (!strcmp(path, "/file")) {
		web_answer(x, &(struct web_reply){.status = 200, .file = true, .etag = "\"e1\"",
			.fd = open(drive.file, O_RDONLY | O_CLOEXEC), .content_type = "video/mp4"});
	} else if (!strcmp(path, "/tagged")) {
		web_answer(x, &(struct web_reply){.status = 200, .etag = "\"t1\"", .body = "tagged",
			.len = 6, .content_type = "text/plain"});
	} else if (!strcmp(path, "/state")) {
		answer_json(x, 200, json_pack("{s:i,s:b}", "open", (int)atomic_load(&drive.open),
			"kept", atomic_load(&drive.kept) != NULL));
	} else if (!strcmp(path, "/bad")) {
		web_answer(x, &(struct web_reply){.status = 200, .headers = bad});
	} else {
		answer_json(x, 200, show(x));
	}
}

static void refuse(void *to, struct web_exchange *x, int status, const char *why)
{
	(void)to;
	answer_json(x, status, json_pack("{s:s,s:s,s:s?}", "error", why, "path", web_path(x),
		"mark", web_header(x, "X-Mark")));
}

static size_t body_limit(void *to, const char *method, const char *path)
{
	(void)to, (void)method;
	return !strcmp(path, "/batch") ? (size_t)32 << 20 : 0;
}

static void warn(void *to, const char *text)
{
	(void)to;
	fprintf(stderr, "warning: %s\n", text);
}

static enum fail run(struct call *c, struct web_settings *set, const char *cert, const char *key)
{
	struct web_server *server;
	char *cert_text, *key_text;
	sigset_t signals;
	size_t len;
	int got;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (cert) {
		TRY(file_read(c, cert, 65536, &cert_text, &len));
		TRY(file_read(c, key, 65536, &key_text, &len));
		set->tls_cert = cert_text;
		set->tls_key = key_text;
	}
	TRY(web_start(c, set, &server));
	printf("ready %d\n", web_port(server));
	fflush(stdout);
	if (drive.once)
		kill(getpid(), SIGTERM);
	while (sigwait(&signals, &got) == 0 && got == SIGHUP) {
		TRY(file_read(c, cert, 65536, &cert_text, &len));
		TRY(file_read(c, key, 65536, &key_text, &len));
		if (web_reload(c, server, cert_text, key_text) != FAIL_NONE)
			fprintf(stderr, "reload: %s\n", c->why);
		else
			fprintf(stderr, "reloaded\n");
		fail_forget(c);
	}
	fprintf(stderr, "unanswered: %zu\n", web_stop(server, 1000));
	if (drive.kept)
		web_answer(drive.kept, &(struct web_reply){.status = 503});
	return FAIL_NONE;
}

/* "name=value" words; -1 for one that is unknown. */
static int read_word(char *word, struct web_settings *set, const char **cert, const char **key)
{
	char *value = strchr(word, '=');
	long number;

	if (!value)
		return -1;
	*value++ = '\0';
	number = atol(value);
	if (!strcmp(word, "address"))
		set->address = value;
	else if (!strcmp(word, "port"))
		set->port = (int)number;
	else if (!strcmp(word, "threads"))
		set->threads = (int)number;
	else if (!strcmp(word, "headers_ms"))
		set->headers_ms = number;
	else if (!strcmp(word, "body_ms"))
		set->body_ms = number;
	else if (!strcmp(word, "idle_ms"))
		set->idle_ms = number;
	else if (!strcmp(word, "connections"))
		set->connections = (int)number;
	else if (!strcmp(word, "delay_ms"))
		drive.delay_ms = number;
	else if (!strcmp(word, "once"))
		drive.once = number;
	else if (!strcmp(word, "file"))
		drive.file = value;
	else if (!strcmp(word, "cert"))
		*cert = value;
	else if (!strcmp(word, "key"))
		*key = value;
	else
		return -1;
	return 0;
}

int main(int argc, char **argv)
{
	struct web_settings set = {.address = "127.0.0.1", .handle = handle, .refuse = refuse,
		.body_limit = body_limit};
	struct call c = {.warn = warn};
	const char *cert = NULL, *key = NULL;
	enum fail f;

	drive.file = "/dev/null";
	drive.delay_ms = 50;
	for (int i = 1; i < argc; i++) {
		if (read_word(argv[i], &set, &cert, &key)) {
			fprintf(stderr, "web: %s is no setting\n", argv[i]);
			return 64;
		}
	}
	f = run(&c, &set, cert, key);
	if (f != FAIL_NONE)
		fprintf(stderr, "%s: %s\n", fail_kind(f)->word, c.why);
	call_release(&c);
	return fail_kind(f)->exit;
}
