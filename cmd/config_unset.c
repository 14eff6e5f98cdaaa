/* trae config unset: removes one setting of the owner's configuration. */
#include "lib/config/config.h"
#include "lib/op/op.h"

struct config_unset_args {
	const char *name;
};

struct config_unset_reply {
	const char *name, *file;
};

static enum fail run(struct call *c, const void *data)
{
	const struct config_unset_args *args = data;
	struct config_unset_reply reply = {.name = args->name};

	TRY(config_set(c, args->name, NULL, &reply.file));
	return op_emit(c, &reply);
}

const struct op op_config_unset = {
	.name = "config unset",
	.effect = EFFECT_WRITE,
	.flags = OP_SHELL | OP_ANYHOW,
	.summary = "Remove a setting from the own configuration",
	.about = "The value of the system configuration or the default holds again.",
	.example = "trae config unset video.voice",
	OP_ARGS(struct config_unset_args,
		FIELD(struct config_unset_args, name, "Setting", .word = true, .required = true,
			.complete = "setting")),
	OP_REPLY(struct config_unset_reply,
		FIELD(struct config_unset_reply, name, "Setting", .required = true),
		FIELD(struct config_unset_reply, file, "File that holds it now", .required = true)),
	.run = run,
};
