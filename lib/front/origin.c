/* Where requests come from: by which name this server was called, and from which page. */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "lib/config/config.h"
#include "lib/front/http_state.h"

#define HOST_MAX 256

/* The name in AUTHORITY ("name", "name:port", "[::1]:port"), without brackets and a final dot;
 * false when it is none. */
static bool read_name(const char *authority, char name[HOST_MAX])
{
	bool v6 = *authority == '[';
	size_t len = v6 ? strcspn(++authority, "]") : strcspn(authority, ":");
	const char *rest = authority + len + (v6 && authority[len]);

	if (!len || len >= HOST_MAX || (v6 && !authority[len]) || (*rest && *rest != ':'))
		return false;
	if (*rest && (!rest[1] || rest[1 + strspn(rest + 1, "0123456789")]))
		return false;
	memcpy(name, authority, len);
	name[len] = '\0';
	if (name[len - 1] == '.' && len > 1)
		name[len - 1] = '\0';
	return true;
}

/* Is NAME an address? A page elsewhere can make its own name lead here, but no address. */
static bool is_address(const char *name, bool *loopback)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, name, &v4) == 1) {
		*loopback = ntohl(v4.s_addr) >> 24 == 127;
		return true;
	}
	if (inet_pton(AF_INET6, name, &v6) != 1)
		return false;
	*loopback = IN6_IS_ADDR_LOOPBACK(&v6);
	return true;
}

bool origin_names_loopback(const char *host)
{
	char name[HOST_MAX];
	bool loopback = false;

	return host && read_name(host, name) &&
		(!strcasecmp(name, "localhost") || (is_address(name, &loopback) && loopback));
}

/* Is TEXT one of LIST, which is divided by commas? */
static bool listed(const char *list, const char *text)
{
	size_t size = strlen(text);

	while (list && *list) {
		size_t len = strcspn(list, ",");

		if (len == size && !strncasecmp(list, text, len))
			return true;
		list += len + (list[len] == ',');
	}
	return false;
}

static bool is_public_name(const struct http *h, const char *name)
{
	char public_name[HOST_MAX];

	return read_name(strstr(h->public_url, "//") + 2, public_name) &&
		!strcasecmp(name, public_name);
}

static bool is_host_known(const struct http *h, const char *host)
{
	char name[HOST_MAX];
	bool loopback = false;

	if (!host || !read_name(host, name))
		return false;
	if (!strcmp(name, h->address) || !strcasecmp(name, "localhost") ||
		(is_address(name, &loopback) && (loopback || h->any_address)))
		return true;
	return listed(h->hosts, name) || is_public_name(h, name);
}

static bool is_allowed(const struct http *h, const char *origin, const char *host)
{
	const char *authority = strstr(origin, "://");

	if (listed(h->origins, origin) || !strcasecmp(origin, h->public_url))
		return true;
	/* A page of this server itself, by the name that the request was sent to. */
	return authority && host && (!strncasecmp(origin, "http:", 5) ||
		!strncasecmp(origin, "https:", 6)) && !strcasecmp(authority + 3, host);
}

enum fail origin_check(struct request *r)
{
	struct call *c = &r->call;
	const char *host = web_header(r->x, "Host"), *origin = web_header(r->x, "Origin");

	if (!is_host_known(r->http, host)) {
		r->status = 421;
		return fail(c, FAIL_DENIED, "this server is not called so; if it is, name it in the "
			"setting server.hosts or server.public_url");
	}
	if (origin && !is_allowed(r->http, origin, host))
		return fail(c, FAIL_DENIED, "pages of that origin may not ask; those that may stand in the "
			"setting server.origins");
	r->origin = origin;
	return FAIL_NONE;
}

void origin_start(struct call *c, struct http *h, const char *address)
{
	h->address = address;
	h->any_address = !strcmp(address, "0.0.0.0") || !strcmp(address, "::");
	h->hosts = config_text(c, "server.hosts");
	h->origins = config_text(c, "server.origins");
}

size_t origin_headers(const struct request *r, struct web_reply_header *out)
{
	if (!r->origin)
		return 0;
	out[0] = (struct web_reply_header){"Access-Control-Allow-Origin", r->origin};
	out[1] = (struct web_reply_header){"Vary", "Origin"};
	out[2] = (struct web_reply_header){"Access-Control-Expose-Headers",
		"X-Request-ID, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, "
		"Retry-After, X-File-ID, WWW-Authenticate"};
	return 3;
}

/* What a browser asks before a request of another page: which methods and headers it may have. */
void origin_preflight(struct request *r, const char *methods)
{
	struct web_reply_header h[8] = {{"Access-Control-Allow-Methods", methods},
		{"Access-Control-Allow-Headers", "Authorization, Content-Type, X-API-Key, "
			"Idempotency-Key, X-Request-ID, traceparent, MCP-Protocol-Version, Mcp-Method, "
			"Mcp-Name"},
		{"Access-Control-Max-Age", "600"}};
	const struct web_reply reply = {.status = 204, .headers = h};

	origin_headers(r, h + 3);
	web_answer(r->x, &reply);
	request_free(r);
}
