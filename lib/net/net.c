/* Net: what of a request is decided before the module is loaded. */
#include "lib/net/net.h"

#include <string.h>
#include <strings.h>

#include "lib/net/guard.h"
#include "lib/net/net_module.h"
#include "lib/os/module.h"

#define MAX_BYTES (16 << 20)
#define TIMEOUT_MS 60000
#define IDLE_S 30
#define MAX_REDIRECTS 3

static enum fail check(struct call *c, const struct net_request *request)
{
	struct guard_url url;

	TRY(guard_url(c, request->url, &url));
	TRY(guard_header(c, request->method, ""));
	for (const struct net_header *h = request->headers; h && h->name; h++)
		TRY(guard_header(c, h->name, h->value));
	/* Also a language model is asked by POST, and costs money. */
	if (c->dry_run && strcmp(request->method, "GET") && strcmp(request->method, "HEAD"))
		return fail(c, FAIL_USAGE, "a dry run asks nothing of %s: leave --dry-run out",
			url.origin);
	return FAIL_NONE;
}

enum fail net_request(struct call *c, const struct net_request *request, struct net_reply *out)
{
	struct net_request r = *request;
	const void *table;

	TRY(check(c, request));
	TRY(call_check(c));
	if (!r.max_bytes)
		r.max_bytes = MAX_BYTES;
	if (r.timeout_ms <= 0)
		r.timeout_ms = TIMEOUT_MS;
	if (r.idle_s <= 0)
		r.idle_s = IDLE_S;
	/* A request that changes something is not repeated at a place that the far side names. */
	if (strcmp(r.method, "GET") || r.redirects < 0)
		r.redirects = 0;
	if (r.redirects > MAX_REDIRECTS)
		r.redirects = MAX_REDIRECTS;
	TRY(module_load(c, "net", &table));
	return ((const struct net_module *)table)->request(c, &r, out);
}

const char *net_header(const struct net_reply *reply, const char *name)
{
	for (const struct net_header *h = reply->headers; h && h->name; h++)
		if (!strcmp(h->name, name))
			return h->value;
	return NULL;
}

bool net_is_url(const char *text)
{
	return !strncasecmp(text, "http://", 7) || !strncasecmp(text, "https://", 8);
}
