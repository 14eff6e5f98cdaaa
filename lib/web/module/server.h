/* What the parts of the module web share: the server, its connections, its certificates. */
#ifndef WEB_MODULE_SERVER_H
#define WEB_MODULE_SERVER_H

#include <gnutls/abstract.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>

#include "lib/web/rules.h"
#include "lib/web/web_module.h"

#define ADDRESS_BUCKETS 1024

/* What a connection is doing, and so which deadline it has. */
enum phase {
	PHASE_IDLE,    /* between requests */
	PHASE_HEADERS,
	PHASE_BODY,
	PHASE_WORK,    /* the front has the request */
	PHASE_SEND,
	PHASE_CUT,     /* past its deadline: nothing more happens on it */
};

/* Who has the exchange. */
enum hold {
	HOLD_READING,  /* the library: it is not complete */
	HOLD_HANDLING, /* inside settings.handle() */
	HOLD_PARKED,   /* the front, for later; the connection is suspended */
	HOLD_RESUMED,  /* the library's thread: back() will answer it */
	HOLD_ANSWERED, /* the reply is there */
};

/* The last short reply of a connection, which the next one may be put into: see reply.c. */
struct kept {
	struct MHD_Response *response;
	char *body;                 /* the response's own */
	size_t len;
};

/* One connection and the exchange on it. The library runs a connection in one thread, so only what
 * the front or the sweeper reach too is atomic or under the server's lock. */
struct peer {
	struct web_exchange x; /* first: web_exchange is cast to peer */
	struct server *server;
	struct MHD_Connection *connection;
	struct peer *next, **link;  /* in the server's list, under its lock */
	struct address *address;
	int fd;
	pthread_t thread;           /* of the library, that runs the connection */
	bool raw;                   /* no connection of the library: answered by bytes to FD */
	_Atomic int64_t phase;      /* deadline on clock_rough_ms() * 8 + enum phase */
	_Atomic int hold;
	char *target;               /* the request target as it came */
	size_t target_size;
	const char *target_at;      /* where it lay when it came */
	bool begun, ready, drops;   /* headers seen; request complete; its body is thrown away */
	bool busy, timed;           /* counted as active; has a timeout of the library's */
	struct web_verdict verdict; /* refused, which is said when the body is through */
	int64_t length;             /* of the body, -1: chunked */
	size_t body_limit, body_size, dropped;
	void (*back)(void *to);     /* what answers it once it is resumed */
	void *back_to;
	struct MHD_Response *reply;
	struct kept kept;           /* for the next reply */
	int status;
	bool file;
	struct arena trimmed;       /* values that had blanks behind them */
	struct stream *stream;      /* written under the server's lock */
};

struct server {
	struct web_server base;
	struct web_settings set;
	struct MHD_Daemon *daemon;
	int listen_fd;
	bool tls, layout;           /* layout: see layout.c */
	pthread_t sweeper;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct peer *peers;
	struct address *addresses[ADDRESS_BUCKETS];
	bool ending;                /* the sweeper has to end */
	atomic_size_t active, held; /* requests begun and not completed; with the front */
	atomic_size_t body_bytes;   /* kept in all bodies */
	atomic_bool draining, closed;
	_Atomic(struct cert *) cert;
};

/* peer.c: connections come and go, deadlines. */
enum MHD_Result peer_accept(void *server, const struct sockaddr *address, socklen_t len);
void peer_notify(void *cls, struct MHD_Connection *connection, void **context,
	enum MHD_ConnectionNotificationCode code);
/* Moves P to PHASE with a deadline AFTER_MS from now (0: none); false when it was cut. */
bool peer_enter(struct peer *p, enum phase phase, int64_t after_ms);
/* Gives up the connection's share of its stream. */
void peer_end_stream(struct peer *p);
void peers_end_streams(struct server *s);
void peers_shut(struct server *s);
void *peers_sweep(void *server);

/* handler.c: a request from its first line to its answer. */
void *handler_target(void *cls, const char *uri, struct MHD_Connection *connection);
enum MHD_Result handler_step(void *cls, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *data, size_t *len, void **context);
void handler_completed(void *cls, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode code);
/* Leaves escapes as they are: target_read() decodes its own copy. */
size_t handler_unescape(void *cls, struct MHD_Connection *connection, char *text);
bool handler_gone(const struct web_exchange *x);
/* Has the front say STATUS and WHY to a connection that ends in the middle of a request, where the
 * library has no way to answer: straight to the socket, by an exchange of its own, for that of P
 * belongs to the library's thread. Under TLS nothing can be said so from another one. */
void handler_cut(const struct peer *p, int status, const char *why);
/* The reply of P is set: hands it to the library, from any thread. P is gone behind it. */
void handler_publish(struct peer *p);
void handler_resume(struct web_exchange *x, void (*back)(void *to), void *to);

/* refusal.c: the library's log (MHD_OPTION_EXTERNAL_LOGGER). */
void refusal_log(void *server, const char *format, va_list args);

/* layout.c: what only the place of the headers in memory tells. */
bool layout_known(void);
bool layout_holds(const struct peer *p, const char *method, const char *version);

/* reply.c */
void reply_answer(struct web_exchange *x, const struct web_reply *reply);
/* P is done with its reply, if it has one. */
void reply_release(struct peer *p);
void reply_forget(struct kept *kept);

/* stream.c */
struct web_stream *stream_open(struct web_exchange *x, const char *content_type);
bool stream_add(struct web_stream *stream, const char *data, size_t len, int64_t wait_ms);
void stream_close(struct web_stream *s);
void stream_drop(struct stream *s);  /* the connection's share of it */
void stream_end(struct stream *s);   /* no more of it: the server stops */

/* cert.c */
enum fail cert_use(struct call *c, struct server *s, const char *cert, const char *key);
int cert_retrieve(gnutls_session_t session, const gnutls_datum_t *names, int name_count,
	const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **out,
	unsigned int *out_count, gnutls_privkey_t *key);
void certs_free(struct server *s);

#endif
