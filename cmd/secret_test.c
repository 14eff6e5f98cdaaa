/* trae secret test: which backends work here, and whether a secret can be read. */
#include "lib/op/op.h"
#include "lib/secret/secret.h"

struct secret_test_args {
	const char *name;
};

struct secret_test_reply {
	const char *backend;
	bool usable, writable;
	const char *state, *name, *length;
};

/* A rough length: enough to see a cut-off paste, too little to help who guesses. */
static const char *length_class(size_t len)
{
	if (len < 16)
		return "1 to 15 bytes";
	if (len < 64)
		return "16 to 63 bytes";
	return len < 256 ? "64 to 255 bytes" : "256 bytes or more";
}

static enum fail find(struct call *c, const char *name, const char **backend, const char **length)
{
	SECRET_AUTO *value = NULL;
	size_t len;

	TRY(secret_find(c, name, &value, backend));
	secret_reveal(value, &len);
	*length = length_class(len);
	return FAIL_NONE;
}

static enum fail run(struct call *c, const void *data)
{
	const struct secret_test_args *args = data;
	const struct secret_backend_state *states;
	const char *backend = NULL, *length = NULL;
	bool any = false;
	size_t count;

	if (args->name)
		TRY(find(c, args->name, &backend, &length));
	TRY(secret_backends(c, &states, &count));
	for (size_t i = 0; i < count; i++) {
		struct secret_test_reply reply = {.backend = states[i].name,
			.usable = states[i].usable, .writable = states[i].writable,
			.state = states[i].why};

		any |= reply.usable;
		/* The tables' names are constants of lib/secret: equal means the same one. */
		if (backend == states[i].name) {
			reply.name = args->name;
			reply.length = length;
		}
		if (!args->name || reply.name)
			TRY(op_emit(c, &reply));
	}
	return any ? FAIL_NONE : secret_no_backend(c);
}

const struct op op_secret_test = {
	.name = "secret test",
	.effect = EFFECT_READ,
	.flags = OP_SHELL,
	.summary = "Test where secrets can be kept and read",
	.about = "Without a name: one row for each backend, usable or not and why; exit "
		"status 78 when none is. With a name: whether that secret can be read, from "
		"where, and its rough length. The value is not shown.",
	.example = "trae secret test openai-api-key",
	.rows = "backends",
	OP_ARGS(struct secret_test_args,
		FIELD(struct secret_test_args, name, "Name of a secret", .word = true,
			.complete = "secret list")),
	OP_REPLY(struct secret_test_reply,
		FIELD(struct secret_test_reply, backend, "credential, keyring or file",
			.required = true),
		FIELD(struct secret_test_reply, usable, "It can be read from", .required = true),
		FIELD(struct secret_test_reply, writable, "It takes new secrets", .required = true),
		FIELD(struct secret_test_reply, state, "What it is, or what is missing",
			.required = true),
		FIELD(struct secret_test_reply, name, "The secret that was found in it"),
		FIELD(struct secret_test_reply, length, "Rough length of that secret")),
	.run = run,
};
