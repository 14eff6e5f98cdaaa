/* trae init: makes what the first use needs. */
#include "lib/config/config.h"
#include "lib/op/op.h"
#include "lib/os/dirs.h"
#include "lib/os/file.h"
#include "lib/secret/secret.h"
#include "lib/store/store.h"

struct init_args {
	bool key_file;
};

struct init_reply {
	const char *store, *config, *key_file, *next;
};

static enum fail run(struct call *c, const void *data)
{
	const struct init_args *args = data;
	struct init_reply reply = {.config = config_user_path(c),
		.next = "trae doctor says what is missing; trae help lists what there is"};

	TRY(dir_make(c, dir_config(c)));
	TRY(dir_make(c, dir_state(c)));
	TRY(store_open(c));
	reply.store = store_path(c);
	if (args->key_file)
		TRY(secret_make_key_file(c, NULL, &reply.key_file));
	return op_emit(c, &reply);
}

const struct op op_init = {
	.name = "init",
	.effect = EFFECT_WRITE,
	.flags = OP_SHELL,
	.summary = "Make the store and the folders",
	.about = "Safe to run again: what exists stays. With --key-file also a random key "
		"file (mode 0400), which opens the sealed file of secrets where there is no "
		"keyring and nobody to ask, as under cron.",
	.example = "trae init --key-file",
	OP_ARGS(struct init_args,
		FIELD(struct init_args, key_file, "Make a key file for the sealed file of secrets")),
	OP_REPLY(struct init_reply,
		FIELD(struct init_reply, store, "The store file", .required = true),
		FIELD(struct init_reply, config, "Where own settings go", .required = true),
		FIELD(struct init_reply, key_file, "The key file made"),
		FIELD(struct init_reply, next, "What to do next", .required = true)),
	.run = run,
};
