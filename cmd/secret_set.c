/* trae secret set: keeps a secret. */
#include <string.h>
#include <unistd.h>

#include "lib/op/op.h"
#include "lib/secret/secret.h"

struct secret_set_args {
	const char *name, *source;
};

struct secret_set_reply {
	const char *name, *backend;
};

static enum fail read_value(struct call *c, const struct secret_set_args *args, struct secret **out)
{
	if (args->source && strcmp(args->source, "-"))
		return fail(c, FAIL_USAGE, "a secret on the command line could be read by "
			"everybody in the list of processes and stays in the shell's history: "
			"give it on standard input, or leave it out and be asked");
	if (!args->source && isatty(STDIN_FILENO))
		return secret_ask(c, arena_printf(&c->arena, "Value of %s", args->name), true, out);
	return secret_read(c, STDIN_FILENO, "standard input", out);
}

static enum fail run(struct call *c, const void *data)
{
	const struct secret_set_args *args = data;
	struct secret_set_reply reply = {.name = args->name};
	SECRET_AUTO *value = NULL;

	TRY(secret_check_name(c, args->name));
	TRY(read_value(c, args, &value));
	TRY(secret_set(c, args->name, value, &reply.backend));
	return op_emit(c, &reply);
}

const struct op op_secret_set = {
	.name = "secret set",
	.effect = EFFECT_WRITE,
	.flags = OP_SHELL,
	.summary = "Keep a secret",
	.about = "Reads the value from standard input (one newline at its end is dropped) or "
		"asks for it on the terminal, and keeps it in the desktop's keyring or else in "
		"the sealed file $XDG_CONFIG_HOME/trae/secrets.sealed; never in plain text.",
	.example = "trae secret set openai-api-key",
	OP_ARGS(struct secret_set_args,
		FIELD(struct secret_set_args, name, "Name of the secret", .word = true,
			.required = true, .complete = "secret list"),
		FIELD(struct secret_set_args, source, "- for standard input; never the value",
			.word = true)),
	OP_REPLY(struct secret_set_reply,
		FIELD(struct secret_set_reply, name, "Name of the secret", .required = true),
		FIELD(struct secret_set_reply, backend, "What keeps it: keyring or file",
			.required = true)),
	.run = run,
};
