/* trae secret get: prints a secret for a program that needs it. */
#include <string.h>

#include "lib/op/op.h"
#include "lib/secret/secret.h"
#include "lib/text/utf8.h"

struct secret_get_args {
	const char *name;
};

struct secret_get_reply {
	const char *name, *backend, *value;
};

static enum fail run(struct call *c, const void *data)
{
	const struct secret_get_args *args = data;
	struct secret_get_reply reply = {.name = args->name};
	SECRET_AUTO *value = NULL;
	size_t len;

	/* What is printed leaves locked memory for the reply's; the process ends right behind it
	 * and can be neither dumped nor read by others. */
	TRY(secret_find(c, args->name, &value, &reply.backend));
	reply.value = secret_reveal(value, &len);
	if (utf8_valid(reply.value, len) != len || strlen(reply.value) != len)
		return fail(c, FAIL_INPUT, "secret %s holds bytes that are no text and cannot be "
			"shown", args->name);
	return op_emit(c, &reply);
}

const struct op op_secret_get = {
	.name = "secret get",
	.effect = EFFECT_READ,
	.flags = OP_SHELL,
	.summary = "Print the value of a secret",
	.about = "Looks into systemd's credentials, the desktop's keyring and the sealed "
		"file, in this order or as secrets.backend says, and prints the value alone. To "
		"look whether it can be read without showing it use trae secret test.",
	.example = "trae secret get openai-api-key",
	.document = "value",
	OP_ARGS(struct secret_get_args,
		FIELD(struct secret_get_args, name, "Name of the secret", .word = true,
			.required = true, .complete = "secret list")),
	OP_REPLY(struct secret_get_reply,
		FIELD(struct secret_get_reply, name, "Name of the secret", .required = true),
		FIELD(struct secret_get_reply, backend, "credential, keyring or file",
			.required = true),
		FIELD(struct secret_get_reply, value, "The secret", .required = true,
			.secret = true)),
	.run = run,
};
