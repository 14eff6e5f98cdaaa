/* Job: what trae-media is asked to do, read from JSON and checked. */
#include "lib/media/job.h"

#include <string.h>

#include "lib/media/bind.h"
#include "lib/media/sandbox.h"
#include "lib/text/utf8.h"

#define SCENES_MAX 2000
#define PARTS_MAX 20000

/* What stands on the screen as a whole has to fit it at a size that can be read. */
#define TITLE_BYTES_MAX 1000
#define ITEM_BYTES_MAX 4000

static const char *const layouts[] = {"title", "text", "picture", "bullets", NULL};
static const char *const kinds[] = {"sentence", "item", "pause", NULL};
static const char *const formats[] = {"mp4", "y4m", "wav", "mp3", "srt", "vtt", "words", NULL};
static const char *const qualities[] = {"draft", "production", NULL};

#define AT(type, member) offsetof(struct type, member)

static const struct bind_member part_members[] = {
	{"kind", BIND_CHOICE, AT(job_part, kind), true, .choices = kinds},
	{"text", BIND_TEXT, AT(job_part, text)},
	{"seconds", BIND_NUMBER, AT(job_part, pause_s), .min = 0, .max = 60},
	{"cue", BIND_TEXT, AT(job_part, cue)},
};

static const struct bind_member scene_members[] = {
	{"title", BIND_TEXT, AT(job_scene, title)},
	{"level", BIND_INT, AT(job_scene, level), .min = 0, .max = 6},
	{"picture", BIND_PATH, AT(job_scene, picture)},
	{"picture_name", BIND_TEXT, AT(job_scene, picture_name)},
	{"picture_alt", BIND_TEXT, AT(job_scene, picture_alt)},
	{"layout", BIND_CHOICE, AT(job_scene, layout), true, .choices = layouts},
	{"parts", BIND_ARRAY, AT(job_scene, parts_json), true},
};

static const struct bind_member voice_members[] = {
	{"name", BIND_TEXT, AT(job_voice, name), true},
	{"speed", BIND_NUMBER, AT(job_voice, speed), .min = 0.5, .max = 2},
	{"pitch", BIND_NUMBER, AT(job_voice, pitch), .min = 0.5, .max = 2},
	{"volume", BIND_NUMBER, AT(job_voice, volume), .min = 0, .max = 4},
};

static const struct bind_member output_members[] = {
	{"format", BIND_CHOICE, AT(job_output, format), true, .choices = formats},
	{"path", BIND_PATH, AT(job_output, path), true},
};

static const struct bind_member metadata_members[] = {
	{"title", BIND_TEXT, AT(render_job, title)},
};

static const struct bind_member render_members[] = {
	{"job", BIND_TEXT, AT(render_job, job), true},
	{"sandbox", BIND_CHOICE, AT(render_job, sandbox), .choices = sandbox_wishes},
	{"width", BIND_INT, AT(render_job, width), .min = 128, .max = 4096},
	{"height", BIND_INT, AT(render_job, height), .min = 128, .max = 4096},
	{"fps", BIND_INT, AT(render_job, fps), .min = 5, .max = 60},
	{"seed", BIND_INT, AT(render_job, seed), .min = 0, .max = 9007199254740991.0},
	{"scenes", BIND_ARRAY, AT(render_job, scenes_json), true},
	{"voice", BIND_OBJECT, AT(render_job, voice_json)},
	{"music", BIND_TEXT, AT(render_job, music)},
	{"music_volume", BIND_NUMBER, AT(render_job, music_volume), .min = 0, .max = 4},
	{"loudness_lufs", BIND_NUMBER, AT(render_job, loudness_lufs), .min = -40, .max = -5},
	{"effects", BIND_ARRAY, AT(render_job, effects_json)},
	{"captions", BIND_BOOL, AT(render_job, captions)},
	{"quality", BIND_CHOICE, AT(render_job, quality), .choices = qualities},
	{"background", BIND_TEXT, AT(render_job, background)},
	{"metadata", BIND_OBJECT, AT(render_job, metadata_json)},
	{"outputs", BIND_ARRAY, AT(render_job, outputs_json)},
};

static const struct bind_member card_members[] = {
	{"job", BIND_TEXT, AT(card_job, job), true},
	{"sandbox", BIND_CHOICE, AT(card_job, sandbox), .choices = sandbox_wishes},
	{"width", BIND_INT, AT(card_job, width), .min = 128, .max = 4096},
	{"height", BIND_INT, AT(card_job, height), .min = 128, .max = 4096},
	{"seed", BIND_INT, AT(card_job, seed), .min = 0, .max = 9007199254740991.0},
	{"background", BIND_TEXT, AT(card_job, background)},
	{"title", BIND_TEXT, AT(card_job, title)},
	{"points", BIND_ARRAY, AT(card_job, points_json), true},
	{"credit", BIND_TEXT, AT(card_job, credit)},
	{"path", BIND_PATH, AT(card_job, path), true},
};

static const struct bind_member file_members[] = {
	{"job", BIND_TEXT, AT(file_job, job), true},
	{"sandbox", BIND_CHOICE, AT(file_job, sandbox), .choices = sandbox_wishes},
	{"path", BIND_PATH, AT(file_job, path), true},
	{"decode", BIND_BOOL, AT(file_job, decode)},
};

static enum fail read_part(struct call *c, const json_t *json, const char *where,
	struct job_part *part)
{
	TRY(BIND(json, where, part_members, part));
	if (part->kind == PART_PAUSE && part->text)
		return fail(c, FAIL_INPUT, "%s is a pause and can have no text", where);
	if (part->kind == PART_PAUSE)
		return FAIL_NONE;
	if (!part->text || !part->text[strspn(part->text, " ")])
		return fail(c, FAIL_INPUT, "%s.text is missing", where);
	if (part->kind == PART_ITEM && strlen(part->text) > ITEM_BYTES_MAX)
		return fail(c, FAIL_INPUT,
			"%s.text is too long for an item of a list: at most %d bytes", where,
			ITEM_BYTES_MAX);
	if (part->pause_s > 0 || part->cue)
		return fail(c, FAIL_INPUT, "%s: only a pause can have seconds or a cue", where);
	return FAIL_NONE;
}

static enum fail read_scene(struct call *c, const json_t *json, const char *where,
	struct job_scene *scene)
{
	size_t i;
	json_t *value;

	scene->level = 1;
	TRY(BIND(json, where, scene_members, scene));
	scene->parts_count = json_array_size(scene->parts_json);
	if (scene->parts_count > PARTS_MAX)
		return fail(c, FAIL_INPUT, "%s has more than %d parts", where, PARTS_MAX);
	scene->parts = ARENA_NEW(&c->arena, struct job_part, scene->parts_count);
	json_array_foreach((json_t *)scene->parts_json, i, value)
		TRY(read_part(c, value, arena_printf(&c->arena, "%s.parts[%zu]", where, i),
			&scene->parts[i]));
	if (scene->layout == LAYOUT_PICTURE && !scene->picture)
		return fail(c, FAIL_INPUT, "%s.picture is missing", where);
	if (scene->title && strlen(scene->title) > TITLE_BYTES_MAX)
		return fail(c, FAIL_INPUT, "%s.title is too long for a heading: at most %d bytes",
			where, TITLE_BYTES_MAX);
	if (scene->title && !scene->title[0])
		scene->title = NULL;
	return FAIL_NONE;
}

static enum fail read_scenes(struct call *c, struct render_job *job)
{
	size_t i;
	json_t *value;

	job->scenes_count = json_array_size(job->scenes_json);
	if (!job->scenes_count)
		return fail(c, FAIL_INPUT, "render.scenes is empty: there is nothing to show");
	if (job->scenes_count > SCENES_MAX)
		return fail(c, FAIL_INPUT, "render.scenes has more than %d scenes", SCENES_MAX);
	job->scenes = ARENA_NEW(&c->arena, struct job_scene, job->scenes_count);
	json_array_foreach((json_t *)job->scenes_json, i, value)
		TRY(read_scene(c, value, arena_printf(&c->arena, "render.scenes[%zu]", i),
			&job->scenes[i]));
	return FAIL_NONE;
}

static enum fail read_effects(struct call *c, struct render_job *job)
{
	size_t i;
	json_t *value;

	json_array_foreach((json_t *)job->effects_json, i, value) {
		const char *name = json_string_value(value);

		if (name && !strcmp(name, "transitions"))
			job->transitions = true;
		else if (name && !strcmp(name, "text_overlays"))
			job->text_overlays = true;
		else
			return fail(c, FAIL_INPUT,
				"render.effects[%zu] has to be one of transitions, text_overlays",
				i);
	}
	return FAIL_NONE;
}

static enum fail read_outputs(struct call *c, struct render_job *job)
{
	size_t i;
	json_t *value;
	bool seen[OUTPUT_COUNT] = {0};

	job->outputs_count = json_array_size(job->outputs_json);
	job->outputs = ARENA_NEW(&c->arena, struct job_output, job->outputs_count);
	json_array_foreach((json_t *)job->outputs_json, i, value) {
		TRY(BIND(value, arena_printf(&c->arena, "render.outputs[%zu]", i), output_members,
			&job->outputs[i]));
		if (seen[job->outputs[i].format])
			return fail(c, FAIL_INPUT, "render.outputs names %s twice",
				formats[job->outputs[i].format]);
		seen[job->outputs[i].format] = true;
	}
	return FAIL_NONE;
}

static enum fail read_voice(struct call *c, struct render_job *job)
{
	struct job_voice *voice;

	if (!job->voice_json)
		return FAIL_NONE;
	voice = ARENA_NEW(&c->arena, struct job_voice, 1);
	*voice = (struct job_voice){.speed = 1, .pitch = 1, .volume = 1};
	TRY(BIND(job->voice_json, "render.voice", voice_members, voice));
	job->voice = voice;
	return FAIL_NONE;
}

static enum fail check_ground(struct call *c, const char *where, int64_t width, int64_t height,
	const char *text)
{
	if (width % 2 || height % 2)
		return fail(c, FAIL_INPUT, "%s.width and %s.height have to be even", where, where);
	if (!text || (strlen(text) == 7 && text[0] == '#' &&
			     strspn(text + 1, "0123456789abcdefABCDEF") == 6))
		return FAIL_NONE;
	return fail(c, FAIL_INPUT, "%s.background has to be a colour such as #1d3557", where);
}

enum fail job_read_render(struct call *c, const json_t *json, struct render_job **out)
{
	struct render_job *job = ARENA_NEW(&c->arena, struct render_job, 1);

	*job = (struct render_job){.width = 1280, .height = 720, .fps = 30, .seed = 1,
		.music_volume = 0.25, .loudness_lufs = -16, .captions = true,
		.quality = QUALITY_PRODUCTION};
	TRY(BIND(json, "render", render_members, job));
	TRY(check_ground(c, "render", job->width, job->height, job->background));
	if (job->music && strcmp(job->music, "bed") && job->music[0] != '/')
		return fail(c, FAIL_INPUT, "render.music has to be \"bed\" or an absolute path");
	if (job->metadata_json)
		TRY(BIND(job->metadata_json, "render.metadata", metadata_members, job));
	TRY(read_voice(c, job));
	TRY(read_effects(c, job));
	TRY(read_scenes(c, job));
	TRY(read_outputs(c, job));
	*out = job;
	return FAIL_NONE;
}

const struct job_output *job_output(const struct render_job *job, enum output_format format)
{
	for (size_t i = 0; i < job->outputs_count; i++)
		if (job->outputs[i].format == (int)format)
			return &job->outputs[i];
	return NULL;
}

static enum fail read_points(struct call *c, struct card_job *job)
{
	size_t i;
	json_t *value;

	if (json_array_size(job->points_json) > CARD_POINTS_MAX)
		return fail(c, FAIL_INPUT, "card.points has more than %d points", CARD_POINTS_MAX);
	job->points = ARENA_NEW(&c->arena, const char *, CARD_POINTS_MAX);
	json_array_foreach((json_t *)job->points_json, i, value) {
		const char *text = json_string_value(value);

		if (!text || !text[strspn(text, " ")] || strlen(text) > ITEM_BYTES_MAX)
			return fail(c, FAIL_INPUT,
				"card.points[%zu] has to be a text of at most %d bytes", i,
				ITEM_BYTES_MAX);
		job->points[job->points_count++] = utf8_plain(&c->arena, text,
			json_string_length(value), false);
	}
	return FAIL_NONE;
}

enum fail job_read_card(struct call *c, const json_t *json, struct card_job **out)
{
	struct card_job *job = ARENA_NEW(&c->arena, struct card_job, 1);

	*job = (struct card_job){.width = 1280, .height = 720, .seed = 1};
	TRY(BIND(json, "card", card_members, job));
	TRY(check_ground(c, "card", job->width, job->height, job->background));
	if (job->title && strlen(job->title) > TITLE_BYTES_MAX)
		return fail(c, FAIL_INPUT, "card.title is too long for a heading: at most %d bytes",
			TITLE_BYTES_MAX);
	if (job->title && !job->title[0])
		job->title = NULL;
	if (job->credit && !job->credit[0])
		job->credit = NULL;
	TRY(read_points(c, job));
	if (!job->points_count && !job->title)
		return fail(c, FAIL_INPUT,
			"card has neither a title nor points: there is nothing to show");
	*out = job;
	return FAIL_NONE;
}

enum fail job_read_file(struct call *c, const json_t *json, struct file_job **out)
{
	struct file_job *job = ARENA_NEW(&c->arena, struct file_job, 1);

	TRY(BIND(json, "probe", file_members, job));
	*out = job;
	return FAIL_NONE;
}
