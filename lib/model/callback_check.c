/* Callbacks: which URLs they may go to, as far as the text alone tells. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "lib/model/callback.h"
#include "lib/net/guard.h"

/* True when the list HOSTS, divided at commas, names the host of URL or its host:port. */
static bool is_listed(struct call *c, const struct guard_url *url, const char *hosts)
{
	const char *port = strchr(url->origin, ':') + 3; /* host and port, with brackets */
	size_t host_len = (size_t)(strrchr(port, ':') - port);

	for (const char *p = hosts; p && *p; p += *p == ',') {
		size_t n = strcspn(p, ",");
		const char *one = arena_memdup(&c->arena, p, n);

		p += n;
		if (!strcasecmp(one, port) || !strcasecmp(one, url->host) ||
			(n == host_len && !strncasecmp(one, port, n)))
			return true;
	}
	return false;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

/* Names that only a local network knows (RFC 6761, RFC 6762, RFC 8375, and ICANN's .internal). */
static bool is_local_name(const char *name)
{
	static const char *const ends[] = {".localhost", ".local", ".internal", ".home.arpa"};

	if (!strchr(name, '.'))
		return true;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (ends_with(name, ends[i]))
			return true;
	return false;
}

/* An address written as one, in any spelling that a resolver takes: *GLOBAL says where it leads. */
static bool is_number(const char *host, bool *global)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1)
		*global = guard_global((const struct sockaddr *)&v6, sizeof v6);
	else if (inet_aton(host, &v4.sin_addr))
		*global = guard_global((const struct sockaddr *)&v4, sizeof v4);
	else
		return false;
	return true;
}

enum fail callback_check(struct call *c, const char *url, const char *hosts, bool *listed)
{
	struct guard_url parts;
	bool global, named;
	enum fail f = guard_url(c, url, &parts);
	char *host;

	if (f != FAIL_NONE) {
		fail_context(c, "callback_url");
		return f;
	}
	named = is_listed(c, &parts, hosts);
	if (listed)
		*listed = named;
	if (named)
		return FAIL_NONE;
	if (!parts.https)
		return fail(c, FAIL_INPUT, "callback_url has to be https://; the owner can name %s "
			"in the setting callback.hosts", parts.host);
	if (parts.port != 443 && parts.port != 80)
		return fail(c, FAIL_INPUT, "callback_url may use port 443 only; the owner can name "
			"%s in the setting callback.hosts", strstr(parts.origin, "//") + 2);
	host = arena_strdup(&c->arena, parts.host);
	if (ends_with(host, "."))
		host[strlen(host) - 1] = '\0'; /* the same name, written as absolute */
	if (is_number(host, &global) ? !global : is_local_name(host))
		return fail(c, FAIL_INPUT, "callback_url leads to %s, which is not on the public "
			"Internet; the owner can name it in the setting callback.hosts",
			parts.host);
	return FAIL_NONE;
}
