/* Web: settings filled in, the module loaded, and what is known of a request. */
#include "lib/web/web.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/os/module.h"
#include "lib/web/web_module.h"

#define MAX_THREADS 4
#define HEADERS_MS 5000
#define BODY_MS 10000
#define IDLE_MS 60000
#define HEADERS_BYTES (16 << 10)
#define BODY_BYTES (1 << 20)
#define CONNECTIONS 4000
#define PER_ADDRESS 64

static int cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n < MAX_THREADS ? (int)n : MAX_THREADS;
}

enum fail web_start(struct call *c, const struct web_settings *settings, struct web_server **out)
{
	struct web_settings s = *settings;
	const void *table;

	if (!s.tls_cert != !s.tls_key)
		return fail(c, FAIL_INPUT, "a certificate and its key have to be given together");
	if (s.port < 0 || s.port > 65535)
		return fail(c, FAIL_INPUT, "port %d is not between 0 and 65535", s.port);
	s.threads = s.threads > 0 ? s.threads : cores();
	s.headers_ms = s.headers_ms > 0 ? s.headers_ms : HEADERS_MS;
	s.body_ms = s.body_ms > 0 ? s.body_ms : BODY_MS;
	s.idle_ms = s.idle_ms > 0 ? s.idle_ms : IDLE_MS;
	s.headers_bytes = s.headers_bytes ? s.headers_bytes : HEADERS_BYTES;
	s.body_bytes = s.body_bytes ? s.body_bytes : BODY_BYTES;
	s.connections = s.connections > 0 ? s.connections : CONNECTIONS;
	s.per_address = s.per_address > 0 ? s.per_address : PER_ADDRESS;
	TRY(module_load(c, "web", &table));
	return ((const struct web_module *)table)->start(c, &s, out);
}

int web_port(const struct web_server *server)
{
	return server->port;
}

size_t web_stop(struct web_server *server, int64_t grace_ms)
{
	return server->module->stop(server, grace_ms);
}

enum fail web_reload(struct call *c, struct web_server *server, const char *cert, const char *key)
{
	return server->module->reload(c, server, cert, key);
}

const char *web_method(const struct web_exchange *x)
{
	return x->method;
}

const char *web_path(const struct web_exchange *x)
{
	return x->target.path;
}

const char *web_header(const struct web_exchange *x, const char *name)
{
	for (size_t i = 0; i < x->header_count; i++)
		if (field_is(&x->headers[i], name))
			return x->headers[i].value;
	return NULL;
}

const char *web_query(const struct web_exchange *x, const char *name)
{
	for (size_t i = 0; i < x->target.param_count; i++)
		if (!strcmp(x->target.params[i].name, name))
			return x->target.params[i].value;
	return NULL;
}

bool web_query_at(const struct web_exchange *x, size_t i, const char **name, const char **value)
{
	if (i >= x->target.param_count)
		return false;
	*name = x->target.params[i].name;
	*value = x->target.params[i].value;
	return true;
}

const char *web_body(const struct web_exchange *x, size_t *len)
{
	*len = x->body_len;
	return x->body_len ? x->body : "";
}

const char *web_peer(const struct web_exchange *x)
{
	return x->peer;
}

bool web_peer_loopback(const struct web_exchange *x)
{
	return x->loopback;
}

bool web_tls(const struct web_exchange *x)
{
	return x->tls;
}

bool web_gone(const struct web_exchange *x)
{
	return x->module->gone(x);
}

void web_answer(struct web_exchange *x, const struct web_reply *reply)
{
	x->module->answer(x, reply);
}

void web_resume(struct web_exchange *x, void (*back)(void *to), void *to)
{
	x->module->resume(x, back, to);
}

struct web_stream *web_stream_open(struct web_exchange *x, const char *content_type)
{
	return x->module->stream_open(x, content_type);
}

bool web_stream_add(struct web_stream *s, const char *data, size_t len)
{
	return s->module->stream_add(s, data, len, 0);
}

bool web_stream_send(struct web_stream *s, const char *data, size_t len, int64_t wait_ms)
{
	return s->module->stream_add(s, data, len, wait_ms);
}

void web_stream_close(struct web_stream *s)
{
	s->module->stream_close(s);
}
