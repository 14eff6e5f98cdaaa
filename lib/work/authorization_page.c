/* The page that asks the owner whether a client may come in. */
#include <string.h>

#include "lib/base/embed.h"
#include "lib/text/fill.h"
#include "lib/work/authorization.h"

EMBED(page_consent, "share/web/consent.html");

/* Scheme, host and port of a web address; the scheme alone of a program's. */
static const char *origin_of(struct call *c, const char *uri)
{
	const char *host = strstr(uri, "//");
	size_t scheme = strcspn(uri, ":") + 1;

	if (strncmp(uri, "http://", 7) && strncmp(uri, "https://", 8))
		return arena_memdup(&c->arena, uri, scheme);
	return arena_memdup(&c->arena, uri, (size_t)(host - uri) + 2 + strcspn(host + 2, "/?"));
}

static const char *host_of(struct call *c, const char *uri)
{
	const char *origin = origin_of(c, uri), *host = strstr(origin, "//");

	if (!strncmp(origin, "http://", 7))
		return arena_printf(&c->arena, "%s (a program on the machine of this browser)", host + 2);
	return host ? host + 2 : arena_printf(&c->arena, "the program for %s links", origin);
}

/* As much as was asked for, but no more than an operator's rights unless the owner says so. */
static enum role proposed(const struct authorization *a)
{
	return a->scope.given && a->scope.role < ROLE_OPERATOR && !a->scope.scopes ? ROLE_VIEWER
		: ROLE_OPERATOR;
}

enum fail authorization_page(struct call *c, const struct authorization *a, const char *message,
	struct page_reply *out)
{
	const enum role role = proposed(a);
	const char *client = oauth_is_document(a->client) ? a->client
		: arena_printf(&c->arena, "%s (registered here by itself)", a->client);
	const char *sealed;
	struct fill values[] = {
		{"request", NULL},
		{"name", a->name},
		{"message", message},
		{"host", host_of(c, a->redirect)},
		{"client", client},
		{"resource", a->resource},
		{"only", a->scope.scopes},
		{"open", a->scope.scopes ? "open" : ""},
		{"viewer", role == ROLE_VIEWER ? "checked" : ""},
		{"operator", role == ROLE_OPERATOR ? "checked" : ""},
		{NULL, NULL},
	};

	TRY(authorization_seal(c, a, &sealed));
	values[0].value = sealed;
	out->form_action = origin_of(c, a->redirect);
	out->html = html_fill(&c->arena, page_consent, values);
	return FAIL_NONE;
}
