/* Render: from a script to finished, checked and recorded files. */
#include "lib/work/render.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/id.h"
#include "lib/net/net.h"
#include "lib/op/op.h"
#include "lib/os/dirs.h"
#include "lib/os/file.h"
#include "lib/os/scratch.h"
#include "lib/store/store.h"
#include "lib/text/media_type.h"
#include "lib/text/size.h"
#include "lib/work/card.h"
#include "lib/work/media.h"
#include "lib/work/document.h"

#define PICTURE_MAX_BYTES (64 << 20)
#define MUSIC_MAX_BYTES (256 << 20)
#define OUTPUTS_MAX 8

static const struct format {
	const char *name;
	bool timed; /* has a duration that can be checked */
	bool video;
	bool still; /* one picture */
} formats[] = {
	{"mp4", true, true, false},
	{"y4m", false, true, false},
	{"wav", true, false, false},
	{"mp3", true, false, false},
	{"srt", false, false, false},
	{"vtt", false, false, false},
	{"words", false, false, false},
	{"png", false, false, true},
};
#define FORMATS (sizeof formats / sizeof *formats)

/* Names that people give, and what they can have. */
static const char *const not_written[][3] = {{"avi", "AVI", ".mp4"}, {"jpg", "JPEG", ".png"},
	{"jpeg", "JPEG", ".png"}, {"svg", "SVG", ".png"}};

struct work {
	struct call *c;
	const struct render_look *look;
	struct scratch scratch;
	struct part parts[OUTPUTS_MAX];
	const char *paths[OUTPUTS_MAX]; /* where trae-media writes */
	const char *facts[OUTPUTS_MAX]; /* what is recorded of it, as JSON */
	size_t count;
	bool still;
};

static void work_end(struct work *w)
{
	for (size_t i = 0; i < w->count; i++)
		part_drop(&w->parts[i]);
	scratch_remove(&w->scratch);
}

static const struct format *find_format(const char *name)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (!strcasecmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}

enum fail render_format(struct call *c, const char *path, const char **format)
{
	const char *dot = strrchr(path_base(path), '.');
	const struct format *found = dot ? find_format(dot + 1) : NULL;

	for (size_t i = 0; dot && i < sizeof not_written / sizeof *not_written; i++)
		if (!strcasecmp(dot + 1, not_written[i][0]))
			return fail(c, FAIL_USAGE, "%s: %s is not written; name it %s", path,
				not_written[i][1], not_written[i][2]);
	if (!found)
		return fail(c, FAIL_USAGE,
			"%s: the name has to end in .mp4, .wav, .mp3, .srt, .vtt or .png", path);
	*format = found->name;
	return FAIL_NONE;
}

/* A name that nobody gave takes the place of nothing but an earlier output that is recorded. */
static enum fail leave_others(struct call *c, const char *name)
{
	struct stat st;
	bool made;

	if (lstat(name, &st))
		return FAIL_NONE;
	TRY(file_made(c, name, &made));
	return made ? FAIL_NONE : fail(c, FAIL_CONFLICT, "%s is there already, and not as trae made it: "
		"name the file to make with -o", name);
}

enum fail render_target(struct call *c, const char *name, const char *format, struct path *out)
{
	const char *base = path_base(name), *dot = strrchr(base, '.');
	int len = (int)(dot && dot != base ? (size_t)(dot - base) : strlen(base));
	const char *folder = arena_printf(&c->arena, "%s/files", dir_data(c));

	out->kind = PATH_LOCAL;
	if (c->channel == CHANNEL_SHELL) {
		out->text = arena_printf(&c->arena, "%.*s.%s", len, base, format);
		return leave_others(c, out->text);
	}
	TRY(dir_make(c, folder));
	out->text = arena_printf(&c->arena, "%s/%s.%s", folder, id_new(&c->arena), format);
	return FAIL_NONE;
}

/* Copies LEN bytes of DATA into the scratch folder; returns the path. */
static enum fail keep(struct work *w, const char *name, const void *data, size_t len,
	const char **path)
{
	const char *to = arena_printf(&w->c->arena, "%s/%s", w->scratch.path, name);
	FILE_AUTO fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail_errno(w->c, errno, "cannot create %s", to);
	TRY(file_write_all(w->c, fd, to, data, len));
	*path = to;
	return FAIL_NONE;
}

/* A picture is copied before use: the name in the document is looked up once, below its folder,
 * and trae-media is let at nothing else. */
static enum fail copy_picture(struct work *w, const char *folder, const char *name, size_t number,
	const char **path)
{
	struct call *c = w->c;
	const char *to = arena_printf(&c->arena, "picture-%zu", number);
	struct net_reply reply;
	FILE_AUTO fd = -1;
	char *data;
	size_t len;

	if (net_is_url(name)) {
		TRY(document_fetch(c, name, PICTURE_MAX_BYTES, &reply));
		return keep(w, to, reply.body, reply.len, path);
	}
	if (!folder)
		return fail(c, FAIL_DENIED, "%s: a document from elsewhere cannot name local files", name);
	TRY(file_open_beneath(c, folder, name, &fd));
	TRY(file_read_fd(c, fd, name, PICTURE_MAX_BYTES, &data, &len));
	return keep(w, to, data, len, path);
}

static enum fail copy_pictures(struct work *w, const struct script *script, const char *folder,
	json_t *scenes)
{
	for (size_t i = 0; i < script->count; i++) {
		const char *path;
		enum fail f;

		if (!script->scenes[i].picture)
			continue;
		f = copy_picture(w, folder, script->scenes[i].picture, i, &path);
		if (f != FAIL_NONE) {
			fail_context(w->c, "picture of scene %zu", i + 1);
			return f;
		}
		json_object_set_new(json_array_get(scenes, i), "picture", json_string(path));
		json_object_set_new(json_array_get(scenes, i), "picture_name",
			json_string(script->scenes[i].picture));
	}
	return FAIL_NONE;
}

static enum fail choose_music(struct work *w, json_t *job)
{
	struct call *c = w->c;
	const struct path *music = &w->look->music;
	const char *path = NULL;
	struct net_reply reply;
	struct file file;

	switch (music->kind) {
	case PATH_NONE:
		path = w->look->background_music ? "bed" : NULL;
		break;
	case PATH_STANDARD:
	case PATH_TEXT:
		return fail(c, FAIL_USAGE, "music: a file is needed, not standard input");
	case PATH_LOCAL:
		TRY(path_absolute(c, music->text, &path));
		if (access(path, R_OK))
			return fail_errno(c, errno, "cannot read music %s", music->text);
		break;
	case PATH_URL:
		TRY(document_fetch(c, music->text, MUSIC_MAX_BYTES, &reply));
		TRY(keep(w, "music", reply.body, reply.len, &path));
		break;
	case PATH_FILE_ID:
		TRY(store_open(c));
		TRY(file_find(c, music->text, &file));
		path = file.path;
		break;
	}
	json_object_set_new(job, "music", path ? json_string(path) : json_null());
	return FAIL_NONE;
}

static enum fail check_colour(struct call *c, const char *text)
{
	if (!text || (text[0] == '#' && strlen(text) == 7 &&
			     strspn(text + 1, "0123456789abcdefABCDEF") == 6))
		return FAIL_NONE;
	return fail(c, FAIL_USAGE, "background: \"%s\" is no colour such as #1b2838", text);
}

static enum fail film_job(struct work *w, const struct script *script, const char *folder,
	int64_t width, int64_t height, json_t **out)
{
	const struct render_look *look = w->look;
	json_t *scenes = script_scenes_json(script), *effects = json_array(), *job;

	for (size_t i = 0; look->effects && look->effects[i]; i++)
		json_array_append_new(effects, json_string(look->effects[i]));
	job = json_pack("{s:s,s:o,s:o,s:I,s:b,s:s,s:f,s:f,s:I,s:s?,s:{s:s?}}", "job", "render",
		"scenes", scenes, "effects", effects, "fps", look->fps, "captions", look->captions,
		"quality", look->quality, "music_volume", look->music_volume, "loudness_lufs",
		look->loudness_lufs, "seed", look->seed, "background", look->background,
		"metadata", "title", script->title);
	json_keep(w->c, job);
	json_object_set_new(job, "width", json_integer(width));
	json_object_set_new(job, "height", json_integer(height));
	json_object_set_new(job, "voice",
		strcmp(look->voice, "none") ? json_pack("{s:s,s:f,s:f}", "name", look->voice,
						      "speed", look->speed, "pitch", look->pitch)
					    : json_null());
	TRY(copy_pictures(w, script, folder, scenes));
	TRY(choose_music(w, job));
	*out = job;
	return FAIL_NONE;
}

static enum fail make_job(struct work *w, const struct script *script, const char *folder,
	json_t **out)
{
	const struct render_look *look = w->look;
	int64_t width, height;

	if (size_parse(w->c, look->size, &width, &height) != FAIL_NONE) {
		fail_context(w->c, "size");
		return FAIL_USAGE;
	}
	TRY(check_colour(w->c, look->background));
	if (w->still)
		return card_job(w->c, script, look, width, height, out);
	TRY(script_check_length(w->c, script, SCRIPT_SECONDS_MAX));
	return film_job(w, script, folder, width, height, out);
}

/* Makes the files that trae-media will fill. */
static enum fail make_outputs(struct work *w, const struct render_output *outputs, size_t count,
	json_t *job)
{
	json_t *list = json_array();

	json_keep(w->c, list);
	for (size_t i = 0; i < count; i++) {
		const struct render_output *o = &outputs[i];

		if (o->to.kind == PATH_STANDARD) {
			TRY(keep(w, arena_printf(&w->c->arena, "output-%zu.%s", i, o->format), "", 0,
				&w->paths[i]));
		} else {
			const char *path;

			TRY(path_absolute(w->c, o->to.text, &path));
			TRY(part_create(w->c, path, 0666, &w->parts[i]));
			w->count = i + 1;
			w->paths[i] = w->parts[i].path;
		}
		json_array_append_new(list,
			json_pack("{s:s,s:s}", "format", o->format, "path", w->paths[i]));
	}
	if (w->still)
		json_object_set_new(job, "path", json_string(w->paths[0]));
	else
		json_object_set(job, "outputs", list);
	return FAIL_NONE;
}

static const json_t *find_stream(const json_t *probe, const char *type)
{
	const json_t *stream;
	size_t i;

	json_array_foreach(json_object_get(probe, "streams"), i, stream)
		if (!strcmp(json_member_text(stream, "type", ""), type))
			return stream;
	return NULL;
}

/* What is recorded of an output whose streams are known. */
static const char *facts_of(struct call *c, double duration_s, const json_t *stream)
{
	JSON_AUTO facts = json_pack("{s:f,s:s}", "duration_seconds", duration_s, "codec",
		json_member_text(stream, "codec", ""));

	if (json_object_get(stream, "width"))
		json_object_set_new(facts, "resolution", json_sprintf("%lldx%lld",
			(long long)json_integer_value(json_object_get(stream, "width")),
			(long long)json_integer_value(json_object_get(stream, "height"))));
	return json_text(c, facts, false);
}

/* Opens what was written again, as any player would, and compares it with what was meant. */
static enum fail check_output(struct work *w, size_t i, const struct format *format,
	const json_t *result)
{
	struct call *c = w->c;
	JSON_AUTO job = json_pack("{s:s,s:s}", "job", "probe", "path", w->paths[i]);
	double want = json_number_value(json_object_get(result, "duration_s")), got;
	const json_t *video;
	json_t *probe;

	if (!format->timed)
		return FAIL_NONE;
	TRY(media_run(c, job, &probe));
	got = json_number_value(json_object_get(probe, "duration_s"));
	video = find_stream(probe, "video");
	if (!find_stream(probe, "audio") || (format->video && !video))
		return fail(c, FAIL_BUG, "the %s written lacks a stream", format->name);
	if (fabs(got - want) > 0.15)
		return fail(c, FAIL_BUG, "the %s written lasts %.2f s instead of %.2f s", format->name,
			got, want);
	if (format->video && json_integer_value(json_object_get(video, "frames")) !=
		json_integer_value(json_object_get(result, "frames")))
		return fail(c, FAIL_BUG, "the %s written lacks frames", format->name);
	w->facts[i] = facts_of(c, got, video ? video : find_stream(probe, "audio"));
	return FAIL_NONE;
}

static enum fail finish_output(struct work *w, size_t i, struct rendered *out)
{
	struct call *c = w->c;
	struct file file = {.metadata = w->facts[i]};

	if (!w->parts[i].path) {
		out->path = i ? out->path : "-";
		return op_data(c, &(struct file){.path = w->paths[i]});
	}
	file.path = w->parts[i].final;
	file.media_type = media_type_of(file.path);
	TRY(file_digest(c, w->parts[i].path, &file));
	TRY(part_commit(c, &w->parts[i]));
	op_made(c, &file);
	if (!i) {
		out->path = file.path;
		out->sha256 = file.sha256;
		out->bytes = file.bytes;
	}
	return FAIL_NONE;
}

static int64_t result_int(const json_t *result, const char *name)
{
	return json_integer_value(json_object_get(result, name));
}

/* A card has neither a length nor a sound. */
static void read_facts(const json_t *result, bool still, struct rendered *out)
{
	const json_t *lufs = json_object_get(result, "loudness_lufs");

	out->duration_s = still ? NUM_NULL
		: json_number_value(json_object_get(result, "duration_s"));
	out->loudness_lufs = lufs ? json_number_value(lufs) : NUM_NULL;
	out->frames = still ? 1 : result_int(result, "frames");
	out->words = result_int(result, "words");
	out->width = result_int(result, "width");
	out->height = result_int(result, "height");
}

static bool is_still(const char *format)
{
	const struct format *f = find_format(format);

	return f && f->still;
}

enum fail render_estimate(struct call *c, const struct script *script, const char *folder,
	const struct render_look *look, const char *format, struct rendered *out)
{
	__attribute__((cleanup(work_end))) struct work w = {.c = c, .look = look,
		.still = is_still(format)};
	struct rendered estimate = *out;
	json_t *job, *result;

	TRY(scratch_make(c, &w.scratch));
	TRY(make_job(&w, script, folder, &job));
	result = job;
	if (!w.still) {
		json_object_set_new(job, "job", json_string("estimate"));
		TRY(media_run(c, job, &result));
	}
	read_facts(result, w.still, &estimate);
	estimate.width = result_int(job, "width");
	estimate.height = result_int(job, "height");
	*out = estimate;
	return FAIL_NONE;
}

enum fail render_script(struct call *c, const struct script *script, const char *folder,
	const struct render_look *look, const struct render_output *outputs, size_t count,
	struct rendered *out)
{
	__attribute__((cleanup(work_end))) struct work w = {.c = c, .look = look,
		.still = is_still(outputs[0].format)};
	struct rendered made = {0};
	json_t *job, *result;

	for (size_t i = 1; i < count; i++)
		if (w.still || is_still(outputs[i].format))
			return fail(c, FAIL_USAGE,
				"a picture is made alone: nothing else beside it");
	TRY(scratch_make(c, &w.scratch));
	TRY(make_job(&w, script, folder, &job));
	TRY(make_outputs(&w, outputs, count, job));
	TRY(media_run(c, job, &result));
	if (w.still)
		TRY(card_check(c, job, w.paths[0], &w.facts[0]));
	for (size_t i = 0; i < count; i++)
		TRY(check_output(&w, i, find_format(outputs[i].format), result));
	read_facts(result, w.still, &made);
	for (size_t i = 0; i < count; i++)
		TRY(finish_output(&w, i, &made));
	*out = made;
	return FAIL_NONE;
}
