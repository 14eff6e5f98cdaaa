/* trae oauth server: what this authorization server can do (RFC 8414). */
#include "lib/op/op.h"

struct oauth_server_reply {
	const char *issuer, *authorization_endpoint, *token_endpoint, *registration_endpoint;
	const char *revocation_endpoint;
	const char *const *scopes_supported, *const *response_types_supported;
	const char *const *response_modes_supported, *const *grant_types_supported;
	const char *const *token_endpoint_auth_methods_supported;
	const char *const *revocation_endpoint_auth_methods_supported;
	const char *const *code_challenge_methods_supported;
	bool authorization_response_iss_parameter_supported, client_id_metadata_document_supported;
};

static enum fail run(struct call *c, const void *args)
{
	const char *const *methods = ONEOF("none", "client_secret_basic", "client_secret_post");
	const struct oauth_server_reply reply = {
		.issuer = c->public_url,
		.authorization_endpoint = arena_printf(&c->arena, "%s/authorize", c->public_url),
		.token_endpoint = arena_printf(&c->arena, "%s/token", c->public_url),
		.registration_endpoint = arena_printf(&c->arena, "%s/register", c->public_url),
		.revocation_endpoint = arena_printf(&c->arena, "%s/revoke", c->public_url),
		.scopes_supported = ONEOF("viewer", "operator", "sender"),
		.response_types_supported = ONEOF("code"),
		.response_modes_supported = ONEOF("query"),
		.grant_types_supported = ONEOF("authorization_code", "refresh_token"),
		.token_endpoint_auth_methods_supported = methods,
		.revocation_endpoint_auth_methods_supported = methods,
		.code_challenge_methods_supported = ONEOF("S256"),
		.authorization_response_iss_parameter_supported = true,
		.client_id_metadata_document_supported = true,
	};

	(void)args;
	return op_emit(c, &reply);
}

#define SAY(member, text) FIELD(struct oauth_server_reply, member, text, .required = true)

const struct op op_oauth_server = {
	.name = "oauth server",
	.route = "GET /.well-known/oauth-authorization-server",
	.effect = EFFECT_READ,
	.flags = OP_OPEN | OP_QUICK | OP_NOW | OP_PROTOCOL,
	.dialect = DIALECT_OAUTH,
	.summary = "Say how a client comes by access (RFC 8414)",
	.about = "For hosts that cannot send a key: where they ask the owner, register and get "
		"tokens. PKCE with S256 is needed, and answers name the issuer (RFC 9207).",
	.example = "trae oauth server",
	OP_ALIASES({"GET /.well-known/oauth-authorization-server/mcp", .id = "oauth_server_mcp",
		.dialect = DIALECT_OAUTH}),
	OP_NO_ARGS,
	OP_REPLY(struct oauth_server_reply,
		SAY(issuer, "This server"),
		SAY(authorization_endpoint, "Where the owner is asked"),
		SAY(token_endpoint, "Where codes and refresh tokens are exchanged"),
		SAY(registration_endpoint, "Where clients register (RFC 7591)"),
		SAY(revocation_endpoint, "Where tokens are given back (RFC 7009)"),
		SAY(scopes_supported, "Roles that may be asked for"),
		SAY(response_types_supported, "code"),
		SAY(response_modes_supported, "query"),
		SAY(grant_types_supported, "What the token endpoint takes"),
		SAY(token_endpoint_auth_methods_supported, "How clients prove who they are"),
		SAY(revocation_endpoint_auth_methods_supported, "How clients prove who they are"),
		SAY(code_challenge_methods_supported, "S256"),
		SAY(authorization_response_iss_parameter_supported, "Answers name the issuer"),
		SAY(client_id_metadata_document_supported, "A client's id may be a URL")),
	.run = run,
};
