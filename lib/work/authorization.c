/* Authorization: what a client asks the owner for in his browser. */
#include "lib/work/authorization.h"

#include <string.h>

#include "lib/text/fill.h"
#include "lib/work/client_document.h"

#define STATE_CHARS 2048
#define CHALLENGE_CHARS 43 /* a SHA-256 digest in base64 (RFC 7636 4.2) */

static bool is_given(const char *text)
{
	return text && *text;
}

static bool is_base64url(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_";

	return !text[strspn(text, letters)];
}

static enum fail find_client(struct call *c, const char *id, struct oauth_client *out)
{
	enum fail f;

	if (!is_given(id) || strlen(id) > OAUTH_URL_CHARS)
		return fail(c, FAIL_USAGE, "client_id is needed: the program that sent you here did "
			"not say who it is");
	if (oauth_is_document(id))
		return client_document(c, id, out);
	f = oauth_client_find(c, id, out);
	if (f != FAIL_MISSING)
		return f;
	fail_forget(c);
	return fail(c, FAIL_INPUT, "the program that sent you here is not registered, or no longer: "
		"let it connect anew");
}

static bool may_go(struct call *c, const struct oauth_client *k, const char *redirect)
{
	for (const char *const *r = k->redirects; *r; r++)
		if (oauth_redirect_matches(c, *r, redirect))
			return true;
	return false;
}

enum fail authorization_resource(struct call *c, const char *resource, const char **out)
{
	size_t len = strlen(c->public_url);

	if (!is_given(resource)) {
		*out = c->public_url;
		return FAIL_NONE;
	}
	if (!strncmp(resource, c->public_url, len)) {
		const char *path = resource + len;

		*out = !strncmp(path, "/mcp", 4) ? arena_printf(&c->arena, "%s/mcp", c->public_url)
			: c->public_url;
		if (!strcmp(path, "") || !strcmp(path, "/") || !strcmp(path, "/mcp") ||
			!strcmp(path, "/mcp/"))
			return FAIL_NONE;
	}
	c->error = "invalid_target";
	return fail(c, FAIL_INPUT, "resource: here are %s and %s/mcp", c->public_url, c->public_url);
}

/* PKCE with S256 alone: plain would show the verifier to who sees the request. */
static const char *wrong_with_challenge(const struct authorization_ask *ask)
{
	if (!is_given(ask->code_challenge))
		return "code_challenge is needed (PKCE, RFC 7636)";
	if (!ask->code_challenge_method || strcmp(ask->code_challenge_method, "S256"))
		return "code_challenge_method has to be S256";
	if (strlen(ask->code_challenge) != CHALLENGE_CHARS || !is_base64url(ask->code_challenge))
		return "code_challenge has to be a SHA-256 digest in base64url";
	return NULL;
}

enum fail authorization_read(struct call *c, const struct authorization_ask *ask,
	struct authorization *out, const char **location)
{
	struct authorization a = {.redirect = ask->redirect_uri, .challenge = ask->code_challenge};
	struct oauth_client client;
	const char *wrong = wrong_with_challenge(ask), *error = "invalid_request";

	TRY(find_client(c, ask->client_id, &client));
	if (!is_given(a.redirect) || !may_go(c, &client, a.redirect))
		return fail(c, FAIL_INPUT, "the program that sent you here (%s) asks to go on at a place "
			"that it did not name before: do not go on", client.name);
	a.client = client.id;
	a.name = client.name;
	a.state = is_given(ask->state) && strlen(ask->state) <= STATE_CHARS ? ask->state : NULL;
	if (is_given(ask->state) && !a.state)
		wrong = "state is too long";
	if (!is_given(ask->response_type) || strcmp(ask->response_type, "code")) {
		error = "unsupported_response_type";
		wrong = "response_type has to be code";
	}
	if (!wrong && (scope_read(c, ask->scope, &a.scope) ||
			      authorization_resource(c, ask->resource, &a.resource))) {
		error = c->error;
		wrong = c->why;
		fail_forget(c);
	}
	*location = wrong ? authorization_refused(c, &a, error, wrong) : NULL;
	if (!wrong)
		*out = a;
	return FAIL_NONE;
}

/* RFC 9207: the client sees who answers, so that no other server's answer passes for ours. */
static const char *back(struct call *c, const struct authorization *a, struct buf *url)
{
	if (a->state)
		url_add(url, "state", a->state);
	url_add(url, "iss", c->public_url);
	return url->data;
}

const char *authorization_done(struct call *c, const struct authorization *a, const char *code)
{
	struct buf url = buf_in(&c->arena);

	buf_adds(&url, a->redirect);
	url_add(&url, "code", code);
	return back(c, a, &url);
}

const char *authorization_refused(struct call *c, const struct authorization *a, const char *error,
	const char *why)
{
	struct buf url = buf_in(&c->arena);

	buf_adds(&url, a->redirect);
	url_add(&url, "error", error);
	url_add(&url, "error_description", why);
	return back(c, a, &url);
}

enum fail authorization_seal(struct call *c, const struct authorization *a, const char **out)
{
	json_t *j = json_pack("{s:s,s:s,s:s,s:s?,s:s,s:s,s:b,s:i,s:s?}", "client", a->client, "name",
		a->name, "redirect", a->redirect, "state", a->state, "challenge", a->challenge,
		"resource", a->resource, "given", a->scope.given, "role", (int)a->scope.role,
		"scopes", a->scope.scopes);

	return oauth_seal(c, json_keep(c, j), out);
}

enum fail authorization_open(struct call *c, const char *text, struct authorization *out)
{
	json_t *j;

	TRY(oauth_open(c, text, &j));
	*out = (struct authorization){
		.client = json_member_text(j, "client", ""),
		.name = json_member_text(j, "name", ""),
		.redirect = json_member_text(j, "redirect", ""),
		.state = json_member_text(j, "state", NULL),
		.challenge = json_member_text(j, "challenge", ""),
		.resource = json_member_text(j, "resource", ""),
		.scope = {.given = json_is_true(json_object_get(j, "given")),
			.role = (enum role)json_integer_value(json_object_get(j, "role")),
			.scopes = json_member_text(j, "scopes", NULL)},
	};
	return FAIL_NONE;
}
