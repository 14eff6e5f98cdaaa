/* trae oauth register: a client makes itself known (RFC 7591). */
#include <string.h>

#include "lib/op/op.h"
#include "lib/policy/oauth.h"

struct oauth_register_args {
	const char *client_name, *token_endpoint_auth_method;
	const char *const *redirect_uris, *const *grant_types, *const *response_types;
};

struct oauth_register_reply {
	const char *client_id, *client_secret, *client_name, *token_endpoint_auth_method;
	const char *const *redirect_uris, *const *grant_types, *const *response_types;
	int64_t client_id_issued_at, client_secret_expires_at;
};

static bool among(const char *const *list, const char *word)
{
	for (; list && *list; list++)
		if (!strcmp(*list, word))
			return true;
	return false;
}

static enum fail run(struct call *c, const void *data)
{
	const struct oauth_register_args *args = data;
	const char *const *methods = ONEOF("none", "client_secret_basic", "client_secret_post");
	const char *const *types = args->grant_types;
	struct oauth_client k = {.name = args->client_name, .redirects = args->redirect_uris,
		.auth = args->token_endpoint_auth_method};
	struct oauth_register_reply reply;
	const char *secret;

	if (!among(methods, k.auth))
		return oauth_fail(c, FAIL_INPUT, "invalid_client_metadata", "token_endpoint_auth_method "
			"has to be none, client_secret_basic or client_secret_post");
	if ((types && *types && !among(types, "authorization_code")) ||
		(args->response_types && *args->response_types && !among(args->response_types, "code")))
		return oauth_fail(c, FAIL_INPUT, "invalid_client_metadata",
			"only the grant type authorization_code and the response type code are here");
	TRY(oauth_register(c, &k, &secret));
	reply = (struct oauth_register_reply){.client_id = k.id, .client_secret = secret,
		.client_name = k.name, .token_endpoint_auth_method = k.auth,
		.redirect_uris = k.redirects, .client_id_issued_at = k.created_at / 1000,
		.grant_types = ONEOF("authorization_code", "refresh_token"),
		.response_types = ONEOF("code"), .client_secret_expires_at = secret ? 0 : INT_NULL};
	return op_emit(c, &reply);
}

#define ASK(member, text, ...) FIELD(struct oauth_register_args, member, text, __VA_ARGS__)
#define SAY(member, text, ...) FIELD(struct oauth_register_reply, member, text, __VA_ARGS__)

const struct op op_oauth_register = {
	.name = "oauth register",
	.route = "POST /register",
	.effect = EFFECT_WRITE,
	.flags = OP_OPEN | OP_NOW | OP_PROTOCOL,
	.dialect = DIALECT_OAUTH,
	.summary = "Make a client known (RFC 7591)",
	.about = "Anybody may register, up to 20 times a minute; it gives no rights. Clients that "
		"the owner grants nothing are forgotten after a day.",
	.example = "trae oauth register",
	OP_ARGS(struct oauth_register_args,
		ASK(redirect_uris, "Where browsers may be sent back to", .required = true),
		ASK(client_name, "What it calls itself", .initial = "a client without a name"),
		ASK(token_endpoint_auth_method, "How it proves who it is",
			.initial = "client_secret_basic"),
		ASK(grant_types, "What it will send to the token endpoint"),
		ASK(response_types, "What it will ask for")),
	OP_REPLY(struct oauth_register_reply,
		SAY(client_id, "Its identifier", .required = true),
		SAY(client_secret, "Its secret; shown this once", .secret = true),
		SAY(client_name, "What it calls itself", .required = true),
		SAY(redirect_uris, "Where browsers may be sent back to", .required = true),
		SAY(token_endpoint_auth_method, "How it proves who it is", .required = true),
		SAY(grant_types, "What it may send to the token endpoint", .required = true),
		SAY(response_types, "What it may ask for", .required = true),
		SAY(client_id_issued_at, "When, in seconds since 1970", .required = true),
		SAY(client_secret_expires_at, "0: never")),
	.run = run,
};
