/* Web: the HTTP/1.1 server under every network front. The code is in the module web
 * (libmicrohttpd), loaded by serve alone. */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/call.h"

struct web_server;
struct web_exchange;

struct web_settings {
	const char *address;       /* "127.0.0.1", "::1", "0.0.0.0", "::" (IPv4 too) */
	int port;                  /* 0: one that is free; see web_port() */
	int listen_fd;             /* instead: a socket that listens already, taken over; 0: none */
	int threads;               /* 0: min(cores, 4) */
	const char *tls_cert, *tls_key; /* PEM texts, both or none */
	int64_t headers_ms, body_ms;    /* absolute deadlines; 0: 5 s and 10 s */
	/* Between two requests; 0: 60 s. A file that is stuck is given up after 5 times that. */
	int64_t idle_ms;
	size_t headers_bytes, body_bytes; /* 0: 16 KiB and 1 MiB */
	/* 0: 4,000 and 64 (an IPv6 /64 counts as one address); loopback has no limit of its own. */
	int connections, per_address;
	/* May raise the body limit for one request (batch, uploads), or return 0 for the default.
	 * Called when the headers are complete. */
	size_t (*body_limit)(void *to, const char *method, const char *path);
	/* Called once for every complete request, in a thread of the server: answers at once, or
	 * keeps X and answers later from any thread. It must not wait, and it must see to it that
	 * every X is answered in the end. */
	void (*handle)(void *to, struct web_exchange *x);
	/* Called for a request that this room refused itself: gives the error's body by
	 * web_answer() before it returns. Headers are there only when they were found sound (413,
	 * 503), the path is "" when it cannot be used, and the method is "" when the request was
	 * cut off while it came (408). May be called while the server holds a lock: apart from
	 * reading X and answering it, call nothing of this room, and do not wait. NULL: plain
	 * text. */
	void (*refuse)(void *to, struct web_exchange *x, int status, const char *why);
	void *to;
};

/* FAIL_CONFIG without the module, FAIL_BUSY when the port is taken, FAIL_INPUT for a bad address or
 * certificate. Raises the limit on open files as far as it may, and lowers the number of
 * connections with a warning where that is not enough. */
enum fail web_start(struct call *c, const struct web_settings *settings, struct web_server **out);

int web_port(const struct web_server *server);

/* Takes no new connections, waits up to GRACE_MS for exchanges to be answered, then closes. Returns
 * how many exchanges are still unanswered: then all connections are cut, but SERVER and these
 * exchanges stay in memory, so that answering them later does no harm, and it may be called again. */
size_t web_stop(struct web_server *server, int64_t grace_ms);

/* Replaces the certificate for connections to come. FAIL_INPUT leaves the old one. */
enum fail web_reload(struct call *c, struct web_server *server, const char *cert, const char *key);

/* The request; texts live until the answer is given. Percent-escapes of the path are decoded once,
 * and a path with an encoded slash, NUL, or dot segments was refused before. Path and parameters
 * are UTF-8. */
const char *web_method(const struct web_exchange *x);
const char *web_path(const struct web_exchange *x);
const char *web_header(const struct web_exchange *x, const char *name); /* NULL: absent */
const char *web_query(const struct web_exchange *x, const char *name);  /* decoded; NULL: absent */
/* All query parameters in order; returns false behind the last. */
bool web_query_at(const struct web_exchange *x, size_t i, const char **name, const char **value);
const char *web_body(const struct web_exchange *x, size_t *len); /* a NUL follows; never NULL */
const char *web_peer(const struct web_exchange *x); /* address as text */
bool web_peer_loopback(const struct web_exchange *x);
bool web_tls(const struct web_exchange *x);
/* True when the client has gone: an answer would reach nobody. */
bool web_gone(const struct web_exchange *x);

struct web_reply_header {
	const char *name, *value;
};

struct web_reply {
	int status;
	const char *content_type;
	/* Ends with a NULL name; may be NULL. One that is always another comes last: the next answer
	 * of the connection is then made quicker. */
	const struct web_reply_header *headers;
	const void *body;   /* copied */
	size_t len;
	/* Instead of a body: a regular file. FD is taken over and closed. Range and If-Range (with
	 * status 200) are served from ETAG and its size; several ranges at once get it whole. A range
	 * outside of it is answered with the JSON in BODY, if there is any. */
	bool file;
	int fd;
	/* With its quotes. Makes If-None-Match answer 304 in place of 200, with or without FILE. */
	const char *etag;
	bool close;         /* end the connection behind it */
};

/* Gives the one answer to X, from any thread; X is gone behind it. */
void web_answer(struct web_exchange *x, const struct web_reply *reply);

/* Goes on with X, which was kept, in the thread of the server that its connection belongs to: calls
 * BACK there, which answers X. From any thread; what a thread made is quickest freed in it. */
void web_resume(struct web_exchange *x, void (*back)(void *to), void *to);

/* A stream of server-sent events or lines instead of one answer: opens it, adds to it (false when
 * the client is gone or 64 KiB behind, which ends it), closes it. From any thread; X is gone behind
 * web_stream_open(), the stream behind web_stream_close(). A client that goes is noticed by the
 * next addition, so a stream with nothing to say needs a line from time to time. */
struct web_stream;
struct web_stream *web_stream_open(struct web_exchange *x, const char *content_type);
bool web_stream_add(struct web_stream *s, const char *data, size_t len);
/* As web_stream_add(), but waits up to WAIT_MS for a client that is slow: not in a thread of the
 * server. LEN is at most 16 KiB. */
bool web_stream_send(struct web_stream *s, const char *data, size_t len, int64_t wait_ms);
void web_stream_close(struct web_stream *s);

#endif
