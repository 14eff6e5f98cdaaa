/* trae secret delete: forgets a secret. */
#include "lib/op/op.h"
#include "lib/secret/secret.h"

struct secret_delete_args {
	const char *name;
};

struct secret_delete_reply {
	const char *name, *backend;
};

static enum fail run(struct call *c, const void *data)
{
	const struct secret_delete_args *args = data;
	struct secret_delete_reply reply = {.name = args->name};

	TRY(secret_delete(c, args->name, &reply.backend));
	return op_emit(c, &reply);
}

const struct op op_secret_delete = {
	.name = "secret delete",
	.effect = EFFECT_DESTROY,
	.flags = OP_SHELL,
	.summary = "Forget a secret",
	.about = "Deletes it from the keyring, or from the sealed file when the keyring does "
		"not have it. A systemd credential is removed where it was given.",
	.example = "trae secret delete openai-api-key",
	OP_ARGS(struct secret_delete_args,
		FIELD(struct secret_delete_args, name, "Name of the secret", .word = true,
			.required = true, .complete = "secret list")),
	OP_REPLY(struct secret_delete_reply,
		FIELD(struct secret_delete_reply, name, "Name of the secret", .required = true),
		FIELD(struct secret_delete_reply, backend, "What kept it: keyring or file",
			.required = true)),
	.run = run,
};
