/* trae secret rotate: a new master key for the sealed file. */
#include "lib/op/op.h"
#include "lib/os/file.h"
#include "lib/secret/secret.h"

struct secret_rotate_args {
	struct path key_file;
};

struct secret_rotate_reply {
	const char *kind, *key_file;
};

static enum fail run(struct call *c, const void *data)
{
	const struct secret_rotate_args *args = data;
	struct secret_rotate_reply reply = {0};
	const char *given = NULL;

	if (args->key_file.kind == PATH_LOCAL)
		TRY(path_absolute(c, args->key_file.text, &given));
	else if (args->key_file.kind != PATH_NONE)
		return fail(c, FAIL_USAGE, "--key-file names a file of this machine");
	TRY(secret_rotate(c, given, &reply.key_file));
	reply.kind = reply.key_file ? "key file" : "passphrase";
	return op_emit(c, &reply);
}

const struct op op_secret_rotate = {
	.name = "secret rotate",
	.effect = EFFECT_WRITE,
	.flags = OP_SHELL,
	.summary = "Seal the file of secrets under a new key",
	.about = "Makes a new key in place of the key file, or asks for a new passphrase, "
		"and seals every secret anew in one step; the old key stops working. With "
		"--key-file that key is used from now on: name it in secrets.key_file too.",
	.example = "trae secret rotate",
	OP_ARGS(struct secret_rotate_args,
		FIELD(struct secret_rotate_args, key_file,
			"Key file (32 bytes, mode 0400) to seal with from now on",
			.complete = "file")),
	OP_REPLY(struct secret_rotate_reply,
		FIELD(struct secret_rotate_reply, kind, "key file or passphrase", .required = true),
		FIELD(struct secret_rotate_reply, key_file, "Where the key is")),
	.run = run,
};
