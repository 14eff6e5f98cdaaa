/* trae config list: all settings. */
#include "lib/config/config.h"
#include "lib/op/op.h"

struct config_list_reply {
	const char *name, *value, *origin, *help;
};

static enum fail run(struct call *c, const void *data)
{
	(void)data;
	for (const struct setting *s = settings; s->field.name; s++) {
		struct config_list_reply reply = {.name = s->field.name, .help = s->field.help};
		enum origin origin;

		TRY(config_get(c, s->field.name, &reply.value, &origin, NULL));
		reply.origin = origin_word(origin);
		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_config_list = {
	.name = "config list",
	.effect = EFFECT_READ,
	.flags = OP_SHELL,
	.summary = "List all settings",
	.about = "Every setting this program knows, with the value in force and where it "
		"came from.",
	.example = "trae config list",
	.rows = "settings",
	OP_NO_ARGS,
	OP_REPLY(struct config_list_reply,
		FIELD(struct config_list_reply, name, "Setting", .required = true),
		FIELD(struct config_list_reply, value, "Value in force, null when there is none"),
		FIELD(struct config_list_reply, origin, "default, system, user or environment",
			.required = true),
		FIELD(struct config_list_reply, help, "What it is for", .required = true)),
	.run = run,
};
