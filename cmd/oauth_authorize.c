/* trae oauth authorize: the page on which the owner is asked whether a client may come in. */
#include "lib/op/op.h"
#include "lib/work/authorization.h"

static enum fail run(struct call *c, const void *data)
{
	struct page_reply reply = {0};
	struct authorization a;

	TRY(authorization_read(c, data, &a, &reply.location));
	if (!reply.location)
		TRY(authorization_page(c, &a, "", &reply));
	return op_emit(c, &reply);
}

#define ASK(member, text) FIELD(struct authorization_ask, member, text)

const struct op op_oauth_authorize = {
	.name = "oauth authorize",
	.route = "GET /authorize",
	.effect = EFFECT_READ,
	.flags = OP_OPEN | OP_NOW | OP_PROTOCOL | OP_PAGE,
	.dialect = DIALECT_PAGE,
	.summary = "Ask the owner whether a client may come in",
	.about = "The page shows what the client calls itself, where it goes on, and what it "
		"gets; the owner chooses the role and proves himself by the code that trae oauth "
		"pair shows, or by an admin's key.",
	.example = "trae oauth authorize",
	OP_ARGS(struct authorization_ask,
		ASK(client_id, "Id of a registered client, or the URL of its metadata"),
		ASK(redirect_uri, "Where to go on; one that the client named"),
		ASK(response_type, "code"),
		ASK(state, "Given back as it is"),
		ASK(code_challenge, "SHA-256 of the verifier (RFC 7636)"),
		ASK(code_challenge_method, "S256"),
		ASK(scope, "A role, and operations that it is narrowed to"),
		ASK(resource, "What tokens are for (RFC 8707)")),
	PAGE_REPLY,
	.run = run,
};
