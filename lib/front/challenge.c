/* Challenges: how a caller who is not known, or may not, comes by what is missing (RFC 6750 3,
 * RFC 9728 5.1). */
#include <string.h>

#include "lib/front/http.h"

static const char *bearer(struct request *r, const char *scope, const char *error)
{
	struct call *c = &r->call;

	return arena_printf(&c->arena, "Bearer resource_metadata=\"%s/.well-known/"
		"oauth-protected-resource%s\", scope=\"%s\"%s%s%s", c->public_url,
		!strcmp(web_path(r->x), MCP_PATH) ? MCP_PATH : "", scope, error ? ", error=\"" : "",
		error ? error : "", error ? "\"" : "");
}

void challenge_add(struct request *r, enum fail f)
{
	const struct op *op = r->route ? r->route->op : NULL;
	/* What an assistant needs as a rule, where it is not one operation. */
	const enum role least = op ? policy_least(op->effect, op->name) : ROLE_OPERATOR;
	const bool sent = web_header(r->x, "Authorization") || web_header(r->x, "X-API-Key");

	if (f == FAIL_AUTH && op && (op->flags & OP_BASIC))
		answer_header(r, "WWW-Authenticate", "Basic realm=\"trae\"");
	else if (f == FAIL_AUTH)
		answer_header(r, "WWW-Authenticate", bearer(r, role_word(least),
			sent ? "invalid_token" : NULL));
	else if (f == FAIL_DENIED && op && r->call.caller && r->call.caller->role < least)
		answer_header(r, "WWW-Authenticate", bearer(r, role_word(least),
			"insufficient_scope"));
}
