/* trae content templates: what kinds of video there are, and who can speak in them. */
#include "lib/op/op.h"
#include "lib/text/size.h"
#include "lib/work/media.h"

struct content_templates_reply {
	json_t *video_templates, *voice_options;
};

struct template {
	const char *id, *name, *description, *duration_range;
	const char *const *supported_resolutions;
};
static const struct field template_fields[] = {
	FIELD(struct template, id, "Identifier", .required = true),
	FIELD(struct template, name, "Name", .required = true),
	FIELD(struct template, description, "What it looks like", .required = true),
	FIELD(struct template, duration_range, "How long it may be", .required = true),
	FIELD(struct template, supported_resolutions, "Sizes it is made in", .required = true),
	{.name = NULL},
};

struct voice_option {
	const char *id, *name, *language, *sample_url;
};
static const struct field voice_fields[] = {
	FIELD(struct voice_option, id, "Name for voice", .required = true),
	FIELD(struct voice_option, name, "What it is like", .required = true),
	FIELD(struct voice_option, language, "Language it speaks", .required = true),
	FIELD(struct voice_option, sample_url, "Null: no samples are kept"),
	{.name = NULL},
};

static json_t *voices_json(struct call *c, const json_t *facts)
{
	json_t *list = json_array(), *row;
	size_t i;

	json_array_foreach(json_object_get(facts, "voices"), i, row) {
		const struct voice_option v = {.id = json_member_text(row, "name", ""),
			.name = json_member_text(row, "about", ""),
			.language = json_member_text(row, "language", "")};

		if (json_is_true(json_object_get(row, "usable")))
			json_array_append_new(list, field_emit(c, voice_fields, &v));
	}
	return list;
}

static enum fail run(struct call *c, const void *args)
{
	const struct template scenes = {.id = "narrated_scenes", .name = "Narrated scenes",
		.description = "Each heading is a scene: its text is spoken, its list shown as "
			"bullets, its picture moved slowly, with captions and music as asked",
		.duration_range = "up to 30 minutes", .supported_resolutions = size_names()};
	JSON_AUTO job = json_pack("{s:s}", "job", "facts");
	struct content_templates_reply reply;
	json_t *facts;

	(void)args;
	TRY(media_run(c, job, &facts));
	reply = (struct content_templates_reply){
		.video_templates = json_keep(c, json_pack("[o]",
			field_emit(c, template_fields, &scenes))),
		.voice_options = json_keep(c, voices_json(c, facts))};
	return op_emit(c, &reply);
}

const struct op op_content_templates = {
	.name = "content templates",
	.route = "GET /api/v1/content/templates",
	.effect = EFFECT_READ,
	.summary = "List kinds of video and the voices for them",
	.about = "There is one kind of video so far, narrated scenes, in all sizes. The voices are "
		"those of voice list that can be used now.",
	.example = "trae content templates --json",
	OP_NO_ARGS,
	OP_REPLY(struct content_templates_reply,
		FIELD(struct content_templates_reply, video_templates, "Kinds of video",
			.required = true, .array = true, .of = template_fields),
		FIELD(struct content_templates_reply, voice_options, "Voices that can speak here",
			.required = true, .array = true, .of = voice_fields)),
	.run = run,
};
