/* trae voice list: names of voices that can speak here. */
#include "lib/op/op.h"
#include "lib/work/media.h"

struct voice_list_reply {
	const char *name, *language, *engine, *about;
	bool usable;
};

static enum fail run(struct call *c, const void *args)
{
	JSON_AUTO job = json_pack("{s:s}", "job", "facts");
	json_t *facts, *row;
	size_t i;

	(void)args;
	TRY(media_run(c, job, &facts));
	json_array_foreach(json_object_get(facts, "voices"), i, row) {
		struct voice_list_reply reply = {.name = json_member_text(row, "name", ""),
			.language = json_member_text(row, "language", ""),
			.engine = json_member_text(row, "engine", ""),
			.about = json_member_text(row, "about", ""),
			.usable = json_is_true(json_object_get(row, "usable"))};

		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_voice_list = {
	.name = "voice list",
	.route = "GET /api/v1/voices",
	.effect = EFFECT_READ,
	.summary = "List the voices that can speak here",
	.about = "Names for --voice. Besides these, espeak:LANG speaks one of a hundred "
		"languages (espeak:de, espeak:pt-br), and flite:NAME is a voice of Flite by its "
		"own name.",
	.example = "trae voice list",
	.rows = "voices",
	OP_NO_ARGS,
	OP_REPLY(struct voice_list_reply,
		FIELD(struct voice_list_reply, name, "Name", .required = true),
		FIELD(struct voice_list_reply, language, "Language it speaks", .required = true),
		FIELD(struct voice_list_reply, engine, "What speaks it", .required = true),
		FIELD(struct voice_list_reply, usable, "Can be used now", .required = true),
		FIELD(struct voice_list_reply, about, "What it is like", .required = true)),
	.run = run,
};
