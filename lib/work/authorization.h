/* Authorization: what a client asks the owner for in his browser (RFC 6749 4.1, OAuth 2.1). */
#ifndef WORK_AUTHORIZATION_H
#define WORK_AUTHORIZATION_H

#include "lib/policy/oauth.h"
#include "lib/work/scope.h"

/* The parameters of the request, as they came; NULL: absent. */
struct authorization_ask {
	const char *client_id, *redirect_uri, *response_type, *state;
	const char *code_challenge, *code_challenge_method, *scope, *resource;
};

struct authorization {
	const char *client, *name; /* id of the client, and what it calls itself */
	const char *redirect, *state, *challenge, *resource;
	struct scope scope;
};

/* Looks the client up, reading its metadata document where it has one, and checks what it asks. While
 * it is not sure that the browser may be sent back the failure is one for the owner to read. Behind
 * that, what is wrong goes to the client: *LOCATION is then where, and *OUT is not written. */
enum fail authorization_read(struct call *c, const struct authorization_ask *ask,
	struct authorization *out, const char **location);

/* Where the browser goes back to: with the code, or with an error. */
const char *authorization_done(struct call *c, const struct authorization *a, const char *code);
const char *authorization_refused(struct call *c, const struct authorization *a, const char *error,
	const char *why);

/* A as a text that a form carries, and back (FAIL_DENIED). */
enum fail authorization_seal(struct call *c, const struct authorization *a, const char **out);
enum fail authorization_open(struct call *c, const char *text, struct authorization *out);

/* The one spelling of RESOURCE (NULL: all of this server), FAIL_INPUT with the error invalid_target
 * for what is not here. */
enum fail authorization_resource(struct call *c, const char *resource, const char **out);

/* What the two operations behind a page answer: the page, or where to go. */
struct page_reply {
	const char *html, *form_action, *location;
};

/* authorization_page.c: the page that asks the owner, into OUT. MESSAGE says what was wrong with the
 * try before, or is "". */
enum fail authorization_page(struct call *c, const struct authorization *a, const char *message,
	struct page_reply *out);
#define PAGE_REPLY                                                                                 \
	OP_REPLY(struct page_reply, FIELD(struct page_reply, html, "The page"),                    \
		FIELD(struct page_reply, form_action, "Where its form may lead on to"),            \
		FIELD(struct page_reply, location, "Another page to go to", .secret = true))

#endif
