/* The table that the module web exports as trae_module, and what both sides know of a request. */
#ifndef WEB_WEB_MODULE_H
#define WEB_WEB_MODULE_H

#include <netinet/in.h>

#include "lib/web/target.h"
#include "lib/web/web.h"

#define WEB_MAX_HEADERS 100

/* The first member of what the module keeps for each. */
struct web_server {
	const struct web_module *module;
	int port;
};

struct web_stream {
	const struct web_module *module;
};

struct web_exchange {
	const struct web_module *module;
	const char *method;
	struct web_target target;
	struct web_field headers[WEB_MAX_HEADERS];
	size_t header_count;
	char *body;             /* NULL: none */
	size_t body_len;
	char peer[INET6_ADDRSTRLEN];
	bool loopback, tls;
};

struct web_module {
	/* As in web.h; every setting that web.h lets be 0 is filled in. */
	enum fail (*start)(struct call *c, const struct web_settings *settings,
		struct web_server **out);
	size_t (*stop)(struct web_server *server, int64_t grace_ms);
	enum fail (*reload)(struct call *c, struct web_server *server, const char *cert,
		const char *key);
	bool (*gone)(const struct web_exchange *x);
	void (*answer)(struct web_exchange *x, const struct web_reply *reply);
	void (*resume)(struct web_exchange *x, void (*back)(void *to), void *to);
	struct web_stream *(*stream_open)(struct web_exchange *x, const char *content_type);
	bool (*stream_add)(struct web_stream *s, const char *data, size_t len, int64_t wait_ms);
	void (*stream_close)(struct web_stream *s);
};

#endif
