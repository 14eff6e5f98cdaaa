/* trae config get: one setting, and where its value came from. */
#include "lib/config/config.h"
#include "lib/op/op.h"

struct config_get_args {
	const char *name;
	bool show_origin;
};

struct config_get_reply {
	const char *name, *value, *origin, *where, *shown;
};

static enum fail run(struct call *c, const void *data)
{
	const struct config_get_args *args = data;
	struct config_get_reply reply = {.name = args->name};
	enum origin origin;

	TRY(config_get(c, args->name, &reply.value, &origin, &reply.where));
	reply.origin = origin_word(origin);
	reply.shown = reply.value ? reply.value : "";
	if (args->show_origin)
		reply.shown = arena_printf(&c->arena, "%s\t%s", reply.where, reply.shown);
	return op_emit(c, &reply);
}

const struct op op_config_get = {
	.name = "config get",
	.effect = EFFECT_READ,
	.flags = OP_SHELL,
	.summary = "Show a setting",
	.about = "The value in force, by precedence: environment variable (TRAE_VIDEO_VOICE "
		"for video.voice), $XDG_CONFIG_HOME/trae/config.json, /etc/trae/config.json, "
		"default. A flag of a command stands over all of them.",
	.example = "trae config get video.voice --show-origin",
	.document = "shown",
	OP_ARGS(struct config_get_args,
		FIELD(struct config_get_args, name, "Setting", .word = true, .required = true,
			.complete = "setting"),
		FIELD(struct config_get_args, show_origin, "Put the file or variable in front")),
	OP_REPLY(struct config_get_reply,
		FIELD(struct config_get_reply, name, "Setting", .required = true),
		FIELD(struct config_get_reply, value, "Value, null when there is none"),
		FIELD(struct config_get_reply, origin, "default, system, user or environment",
			.required = true),
		FIELD(struct config_get_reply, where, "File or variable", .required = true),
		FIELD(struct config_get_reply, shown, "What the shell prints", .required = true,
			.hidden = true)),
	.run = run,
};
