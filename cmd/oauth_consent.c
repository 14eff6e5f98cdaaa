/* trae oauth consent: the owner's answer from the page of oauth authorize. */
#include <string.h>

#include "lib/op/op.h"
#include "lib/work/authorization.h"

struct oauth_consent_args {
	const char *request, *role, *only, *proof, *decision;
};

/* The page again, with what was wrong. */
static enum fail ask_again(struct call *c, const struct authorization *a, enum fail f)
{
	struct page_reply reply = {0};
	const char *why = c->why ? c->why : fail_kind(f)->meaning;

	TRY(authorization_page(c, a, why, &reply));
	TRY(op_emit(c, &reply));
	return f;
}

static enum fail refuse(struct call *c, const struct authorization *a)
{
	const struct page_reply reply = {.location = authorization_refused(c, a, "access_denied",
		"the owner said no")};

	TRY(op_emit(c, &reply));
	return fail(c, FAIL_DENIED, "the owner said no");
}

static enum fail run(struct call *c, const void *data)
{
	const struct oauth_consent_args *args = data;
	struct oauth_grant grant = {0};
	struct page_reply reply = {0};
	struct authorization a;
	const char *code;
	enum fail f;

	TRY(authorization_open(c, args->request, &a));
	if (strcmp(args->decision, "allow"))
		return refuse(c, &a);
	f = scope_list(c, args->only, &grant.scopes);
	if (f == FAIL_NONE)
		f = oauth_owner(c, args->proof);
	if (f != FAIL_NONE)
		return ask_again(c, &a, f);
	grant.client = a.client;
	grant.name = a.name;
	grant.role = role_of(args->role);
	grant.resource = a.resource;
	TRY(oauth_grant_make(c, &grant, a.redirect, a.challenge, &code));
	reply.location = authorization_done(c, &a, code);
	return op_emit(c, &reply);
}

const struct op op_oauth_consent = {
	.name = "oauth consent",
	.route = "POST /authorize",
	.effect = EFFECT_WRITE,
	.flags = OP_OPEN | OP_NOW | OP_PROTOCOL | OP_PAGE | OP_FORM,
	.dialect = DIALECT_PAGE,
	.summary = "Take the owner's answer about a client",
	.about = "With a right pairing code or an admin's key the client gets a code, good once "
		"and for a minute; five wrong codes make the pairing code void.",
	.example = "trae oauth consent",
	OP_ARGS(struct oauth_consent_args,
		FIELD(struct oauth_consent_args, request, "What the page was about, sealed",
			.required = true, .secret = true),
		FIELD(struct oauth_consent_args, decision, "The owner's answer", .required = true,
			.oneof = ONEOF("allow", "deny")),
		FIELD(struct oauth_consent_args, role, "What the client may do", .initial = "viewer",
			.oneof = ROLE_WORDS),
		FIELD(struct oauth_consent_args, only, "Operations or nouns it is narrowed to"),
		FIELD(struct oauth_consent_args, proof, "Pairing code, or an admin's key",
			.initial = "", .secret = true)),
	PAGE_REPLY,
	.run = run,
};
