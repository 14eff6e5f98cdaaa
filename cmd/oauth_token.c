/* trae oauth token: the token endpoint (RFC 6749 3.2). */
#include <string.h>

#include "lib/op/op.h"
#include "lib/work/authorization.h"

struct oauth_token_args {
	const char *grant_type, *client_id, *client_secret, *code, *code_verifier, *redirect_uri;
	const char *refresh_token, *scope, *resource;
};

struct oauth_token_reply {
	const char *access_token, *token_type, *refresh_token, *scope;
	int64_t expires_in;
};

static const char *given(const char *text)
{
	return text && *text ? text : NULL;
}

static enum fail exchange(struct call *c, const struct oauth_token_args *args,
	struct oauth_ask *ask, struct oauth_tokens *out)
{
	struct scope scope;

	if (!strcmp(args->grant_type, "authorization_code")) {
		ask->token = given(args->code);
		if (!ask->token)
			return fail(c, FAIL_USAGE, "code is needed");
		ask->verifier = args->code_verifier;
		ask->redirect = given(args->redirect_uri);
		return oauth_redeem(c, ask, out);
	}
	if (strcmp(args->grant_type, "refresh_token"))
		return oauth_fail(c, FAIL_USAGE, "unsupported_grant_type",
			"grant_type has to be authorization_code or refresh_token");
	ask->token = given(args->refresh_token);
	if (!ask->token)
		return fail(c, FAIL_USAGE, "refresh_token is needed");
	TRY(scope_read(c, args->scope, &scope));
	ask->narrower = scope.given;
	ask->role = scope.role;
	ask->scopes = scope.scopes;
	return oauth_refresh(c, ask, out);
}

static enum fail run(struct call *c, const void *data)
{
	const struct oauth_token_args *args = data;
	struct oauth_client client;
	struct oauth_ask ask = {.client = &client};
	struct oauth_tokens tokens;
	struct oauth_token_reply reply = {.token_type = "Bearer", .expires_in = ACCESS_MS / 1000};

	TRY(oauth_client_prove(c, args->client_id, args->client_secret, &client));
	if (given(args->resource))
		TRY(authorization_resource(c, args->resource, &ask.resource));
	TRY(exchange(c, args, &ask, &tokens));
	reply.access_token = tokens.access;
	reply.refresh_token = tokens.refresh;
	reply.scope = scope_text(c, tokens.role, tokens.scopes);
	return op_emit(c, &reply);
}

const struct op op_oauth_token = {
	.name = "oauth token",
	.route = "POST /token",
	.effect = EFFECT_WRITE,
	.flags = OP_OPEN | OP_NOW | OP_PROTOCOL | OP_FORM | OP_BASIC,
	.dialect = DIALECT_OAUTH,
	.summary = "Exchange a code or refresh token for an access token",
	.about = "An access token is good for an hour, a refresh token once and for 30 days. A "
		"code or refresh token that comes a second time ends all that came of it.",
	.example = "trae oauth token",
	OP_ARGS(struct oauth_token_args,
		FIELD(struct oauth_token_args, grant_type, "authorization_code or refresh_token",
			.required = true),
		FIELD(struct oauth_token_args, client_id, "Who asks", .required = true),
		FIELD(struct oauth_token_args, client_secret, "Its secret, where it has one",
			.secret = true),
		FIELD(struct oauth_token_args, code, "What the browser brought back", .secret = true),
		FIELD(struct oauth_token_args, code_verifier, "What the challenge was made of",
			.secret = true),
		FIELD(struct oauth_token_args, redirect_uri, "Where the browser was sent back to"),
		FIELD(struct oauth_token_args, refresh_token, "The one given last", .secret = true),
		FIELD(struct oauth_token_args, scope, "Less than was granted"),
		FIELD(struct oauth_token_args, resource, "What the token is for")),
	OP_REPLY(struct oauth_token_reply,
		FIELD(struct oauth_token_reply, access_token, "To be sent as Authorization: Bearer",
			.required = true, .secret = true),
		FIELD(struct oauth_token_reply, token_type, "Bearer", .required = true),
		FIELD(struct oauth_token_reply, expires_in, "Seconds", .required = true),
		FIELD(struct oauth_token_reply, refresh_token, "For the next one", .required = true,
			.secret = true),
		FIELD(struct oauth_token_reply, scope, "What was granted", .required = true)),
	.run = run,
};
