/* Fuzz target: what comes to the OAuth endpoints from anybody. The first byte says what the rest is: a
 * form, two redirects, a client's metadata document, an Authorization header, a value for a page or URL.
 * What is let through has to mean one thing. */
#include <curl/curl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/policy/oauth.h"
#include "lib/text/fill.h"
#include "lib/text/utf8.h"
#include "lib/web/target.h"

#define ID "https://client.example/metadata"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right)
{
	if (!right)
		abort();
}

static char *part(CURLU *u, CURLUPart which)
{
	char *text = NULL;

	curl_url_get(u, which, &text, 0);
	return text;
}

/* libcurl, which may read a URL as a browser does, sees the same way back but for the port. */
static void compare(const char *registered, const char *given)
{
	static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_USER, CURLUPART_HOST,
		CURLUPART_PATH, CURLUPART_QUERY, CURLUPART_FRAGMENT};
	CURLU *a = curl_url(), *b = curl_url();

	if (!curl_url_set(a, CURLUPART_URL, registered, 0)) {
		check(!curl_url_set(b, CURLUPART_URL, given, 0));
		for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
			char *x = part(a, parts[i]), *y = part(b, parts[i]);

			check((!x && !y) || (x && y && !strcmp(x, y)));
			curl_free(x);
			curl_free(y);
		}
	}
	curl_url_cleanup(a);
	curl_url_cleanup(b);
}

static void redirects(struct call *c, char *text)
{
	char *given = strchr(text, '\n');

	if (given)
		*given++ = '\0';
	if (oauth_redirect_check(c, text) != FAIL_NONE)
		return;
	check(!strncasecmp(text, "https:", 6) || !strchr(text, '#'));
	check(oauth_redirect_matches(c, text, text));
	if (given && oauth_redirect_matches(c, text, given)) {
		check(!strcmp(text, given) || !strncmp(text, "http://", 7));
		compare(text, given);
	}
}

static void document(struct call *c, const char *text, size_t len)
{
	struct oauth_client k;

	if (oauth_document_read(c, ID, text, len, &k) != FAIL_NONE)
		return;
	check(!strcmp(k.id, ID) && !strcmp(k.auth, "none") && k.name);
	for (const char *const *r = k.redirects; *r; r++)
		(void)!oauth_redirect_check(c, *r);
}

/* What was escaped says nothing to a browser, and comes back as it was. */
static void value(struct call *c, const char *text)
{
	const struct fill values[] = {{"x", text}, {NULL, NULL}};
	const char *html = html_fill(&c->arena, "\"{{x}}\"", values);
	struct buf url = buf_in(&c->arena);
	struct web_target t;

	check(strlen(html) >= 2 && !html[1 + strcspn(html + 1, "<>\"'")+ 1]);
	url_add(&url, "x", text);
	check(!url.data[strspn(url.data, "?x=%0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz-._~")]);
	if (utf8_valid(text, strlen(text)) != strlen(text))
		return;
	check(!target_read_form(url.data + 1, &t).status);
	check(t.param_count == 1 && !strcmp(t.params[0].value, text));
}

static void form(char *text)
{
	struct web_target t;

	if (target_read_form(text, &t).status)
		return;
	check(t.param_count <= WEB_MAX_PARAMS);
	for (size_t i = 0; i < t.param_count; i++)
		check(utf8_valid(t.params[i].value, strlen(t.params[i].value)) ==
			strlen(t.params[i].value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct call c = {0};
	const char *user, *password;
	char *text;

	if (!size)
		return 0;
	text = arena_memdup(&c.arena, data + 1, size - 1);
	switch (data[0] % 6) {
	case 0:
		form(text);
		break;
	case 1:
		redirects(&c, text);
		break;
	case 2:
		document(&c, text, size - 1);
		break;
	case 3:
		if (basic_read(&c, text, &user, &password))
			check(!strchr(user, ':'));
		break;
	case 4:
		value(&c, text);
		break;
	default:
		(void)!oauth_document_check(&c, text, size & 1);
	}
	call_release(&c);
	return 0;
}
