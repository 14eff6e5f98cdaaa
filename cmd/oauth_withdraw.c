/* trae oauth withdraw: a client gives a token back (RFC 7009). */
#include "lib/op/op.h"
#include "lib/policy/oauth.h"

struct oauth_withdraw_args {
	const char *token, *client_id, *client_secret;
};

static enum fail run(struct call *c, const void *data)
{
	const struct oauth_withdraw_args *args = data;
	struct oauth_client client;
	char nothing;

	TRY(oauth_client_prove(c, args->client_id, args->client_secret, &client));
	TRY(oauth_withdraw(c, &client, args->token));
	return op_emit(c, &nothing);
}

const struct op op_oauth_withdraw = {
	.name = "oauth withdraw",
	.route = "POST /revoke",
	.effect = EFFECT_WRITE,
	.flags = OP_OPEN | OP_NOW | OP_PROTOCOL | OP_FORM | OP_BASIC,
	.dialect = DIALECT_OAUTH,
	.summary = "Take a token back that a client no longer needs",
	.about = "RFC 7009: an access token ends alone, a refresh token with all that came of the "
		"owner's grant. What is no token of that client is passed over.",
	.example = "trae oauth withdraw",
	OP_ARGS(struct oauth_withdraw_args,
		FIELD(struct oauth_withdraw_args, token, "Access or refresh token", .required = true,
			.secret = true),
		FIELD(struct oauth_withdraw_args, client_id, "Who asks", .required = true),
		FIELD(struct oauth_withdraw_args, client_secret, "Its secret, where it has one",
			.secret = true)),
	.reply = (const struct field[]){{.name = NULL}},
	.reply_size = 1,
	.run = run,
};
