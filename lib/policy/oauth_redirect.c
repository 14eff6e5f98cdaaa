/* Redirects: where a client may be sent back to (RFC 8252, RFC 9700 4.1). */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "lib/net/guard.h"
#include "lib/policy/oauth.h"

/* Schemes of programs have a dot (RFC 8252 7.1); these are older than that rule. */
static const char *const schemes[] = {"cursor", "vscode", "vscode-insiders", "windsurf"};

static bool is_program_scheme(const char *uri, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!islower((unsigned char)uri[i]) && !isdigit((unsigned char)uri[i]) &&
			!strchr("+.-", uri[i]))
			return false;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (strlen(schemes[i]) == len && !memcmp(schemes[i], uri, len))
			return true;
	return len && islower((unsigned char)*uri) && memchr(uri, '.', len) != NULL;
}

static bool is_this_machine(const char *host)
{
	return !strcmp(host, "127.0.0.1") || !strcmp(host, "::1") || !strcmp(host, "localhost");
}

/* Also what a browser would read in another way: a backslash, a control byte, a space. */
static bool is_plain(const char *uri)
{
	for (; *uri; uri++)
		if ((unsigned char)*uri <= 0x20 || (unsigned char)*uri >= 0x7f ||
			strchr("\\\"<>^`{|}#", *uri))
			return false;
	return true;
}

enum fail oauth_redirect_check(struct call *c, const char *uri)
{
	struct guard_url url;
	const char *colon = strchr(uri, ':');

	c->error = "invalid_redirect_uri";
	if (!*uri || strlen(uri) > OAUTH_URL_CHARS || !is_plain(uri) || !colon)
		return fail(c, FAIL_INPUT, "a redirect is an absolute URI of up to %d characters, "
			"without a fragment", OAUTH_URL_CHARS);
	if (strncasecmp(uri, "http:", 5) && strncasecmp(uri, "https:", 6)) {
		if (!is_program_scheme(uri, (size_t)(colon - uri)))
			return fail(c, FAIL_INPUT, "a redirect goes to https, to http on this "
				"machine, or to a program's own scheme such as com.example.app");
	} else {
		TRY(guard_url(c, uri, &url));
		if (!url.https && !is_this_machine(url.host))
			return fail(c, FAIL_INPUT, "a redirect over http goes to 127.0.0.1, [::1] or "
				"localhost only");
	}
	c->error = NULL;
	return FAIL_NONE;
}

/* Where the port of the http URL URI begins and ends, its colon with it. */
static void find_port(const char *uri, size_t *from, size_t *to)
{
	const char *host = uri + sizeof "http://" - 1;
	size_t len = strcspn(host, "/?"), at = len;

	while (at && isdigit((unsigned char)host[at - 1]))
		at--;
	*to = (size_t)(host - uri) + len;
	*from = at && host[at - 1] == ':' ? (size_t)(host - uri) + at - 1 : *to;
}

bool oauth_redirect_matches(struct call *c, const char *registered, const char *given)
{
	struct guard_url url;
	size_t from, to, given_from, given_to;

	if (!strcmp(registered, given))
		return true;
	if (strncmp(registered, "http://", 7) || strncmp(given, "http://", 7) || !is_plain(given) ||
		guard_url(c, registered, &url) || !is_this_machine(url.host) ||
		guard_url(c, given, &url)) {
		fail_forget(c);
		return false;
	}
	find_port(registered, &from, &to);
	find_port(given, &given_from, &given_to);
	return from == given_from && !memcmp(registered, given, from) &&
		!strcmp(registered + to, given + given_to);
}
