/* trae config set: changes one setting of the owner's configuration. */
#include "lib/config/config.h"
#include "lib/model/agent.h"
#include "lib/op/op.h"

struct config_set_args {
	const char *name, *value;
};

struct config_set_reply {
	const char *name, *file;
};

static enum fail run(struct call *c, const void *data)
{
	const struct config_set_args *args = data;
	struct config_set_reply reply = {.name = args->name};

	TRY(config_set(c, args->name, args->value, &reply.file));
	if (worker_present(c))
		call_warn(c, "the server or worker that runs may go by the old value until it is "
			"started again");
	return op_emit(c, &reply);
}

const struct op op_config_set = {
	.name = "config set",
	.effect = EFFECT_WRITE,
	.flags = OP_SHELL | OP_ANYHOW,
	.summary = "Change a setting",
	.about = "Writes the value into $XDG_CONFIG_HOME/trae/config.json, checked first; "
		"the file is replaced as a whole. Secrets are not settings: see trae secret set.",
	.example = "trae config set video.voice british_male",
	OP_ARGS(struct config_set_args,
		FIELD(struct config_set_args, name, "Setting", .word = true, .required = true,
			.complete = "setting"),
		FIELD(struct config_set_args, value, "New value", .word = true, .required = true)),
	OP_REPLY(struct config_set_reply,
		FIELD(struct config_set_reply, name, "Setting", .required = true),
		FIELD(struct config_set_reply, file, "File that holds it now", .required = true)),
	.run = run,
};
