/* trae video render: a script becomes a narrated video. */
#include <string.h>
#include <unistd.h>

#include "lib/op/op.h"
#include "lib/work/render.h"
#include "lib/work/document.h"

struct video_render_args {
	struct path script, output, subtitles;
	const char *text, *format;
	struct render_look look;
};

struct video_render_reply {
	const char *path, *sha256;
	double duration_s, loudness_lufs;
	int64_t bytes, width, height, frames, words;
	const char *const *warnings;
};

static enum fail choose_outputs(struct call *c, const struct video_render_args *args,
	struct render_output *outputs, size_t *count)
{
	struct render_output *video = &outputs[0], *text = &outputs[1];

	video->format = args->format ? args->format : "mp4";
	video->to = args->output;
	if (args->output.kind == PATH_NONE && args->script.kind == PATH_STANDARD)
		return fail(c, FAIL_USAGE, "output is needed: standard input has no name to take it from");
	if (args->output.kind == PATH_NONE)
		TRY(render_target(c, args->script.text ? args->script.text : "video", video->format,
			&video->to));
	else if (args->output.kind == PATH_LOCAL && !args->format)
		TRY(render_format(c, args->output.text, &video->format));
	else if (args->output.kind == PATH_STANDARD && isatty(STDOUT_FILENO))
		return fail(c, FAIL_USAGE, "a video is not for a terminal: send it on with > or |");
	*count = 1;
	if (args->subtitles.kind == PATH_NONE)
		return FAIL_NONE;
	text->to = args->subtitles;
	text->format = "srt";
	if (args->subtitles.kind == PATH_LOCAL)
		TRY(render_format(c, args->subtitles.text, &text->format));
	*count = 2;
	return FAIL_NONE;
}

static enum fail read_script(struct call *c, const struct video_render_args *args,
	struct document *out)
{
	if ((args->script.kind == PATH_NONE) == (args->text == NULL))
		return fail(c, FAIL_USAGE, "script or text is needed, and not both");
	if (args->text)
		return document_from_text(c, args->text, out);
	return document_read(c, &args->script, out);
}

static enum fail run(struct call *c, const void *data)
{
	const struct video_render_args *args = data;
	struct render_output outputs[2];
	struct video_render_reply reply;
	struct document document;
	struct script script;
	struct rendered made = {.path = "", .duration_s = NUM_NULL, .loudness_lufs = NUM_NULL};
	size_t count;

	TRY(choose_outputs(c, args, outputs, &count));
	TRY(read_script(c, args, &document));
	TRY(script_from_page(c, &document.page, &script));
	for (size_t i = 0; i < script.warning_count; i++)
		call_warn(c, "%s", script.warnings[i]);
	if (c->dry_run) {
		TRY(render_estimate(c, &script, document.folder, &args->look, outputs[0].format,
			&made));
		made.path = outputs[0].to.text;
	} else {
		TRY(render_script(c, &script, document.folder, &args->look, outputs, count, &made));
	}
	if (!strcmp(made.path, "-"))
		return FAIL_NONE;
	reply = (struct video_render_reply){.path = made.path, .sha256 = made.sha256,
		.duration_s = made.duration_s, .loudness_lufs = made.loudness_lufs,
		.bytes = made.bytes, .width = made.width, .height = made.height,
		.frames = made.frames, .words = made.words, .warnings = op_warnings(c)};
	return op_emit(c, &reply);
}

static const struct op_rename renames[] = {
	{"script", "text", .text = true},
	{"parameters.script", "text"},
	{"parameters.content_type", "format", .is = "video", .means = "mp4"},
	{"parameters.content_type", "format", .is = "audio", .means = "mp3"},
	{"parameters.content_type", "format", .is = "image", .means = "png"},
	{"parameters.topic", NULL},
	{"parameters.duration", NULL},
	{"parameters.style", NULL},
	{"parameters.requirements", NULL},
	{"parameters.constraints", NULL},
	{"parameters.voice_settings.voice_id", "voice"},
	{"parameters.voice_settings.speed", "speed"},
	{"parameters.voice_settings.pitch", "pitch"},
	{"parameters.voice_settings.volume", NULL},
	{"parameters.video_settings.resolution", "size"},
	{"parameters.video_settings.fps", "fps"},
	{"parameters.video_settings.quality", "quality", .is = "high", .means = "production"},
	{"parameters.video_settings.quality", "quality", .is = "medium", .means = "production"},
	{"parameters.video_settings.quality", "quality", .is = "low", .means = "draft"},
	{"parameters.video_settings.quality", "quality"},
	{"parameters.video_settings.format", "format"},
	{"parameters.visual_elements.background_color", "background"},
	{"parameters.visual_elements.background_type", NULL},
	{"parameters.visual_elements.text_overlays", NULL},
	{"parameters.visual_elements.transitions", NULL},
	{"parameters.visual_elements.logo_url", NULL},
	{"parameters.audio_settings.background_music", "background_music"},
	{"parameters.audio_settings.music_volume", "music_volume"},
	{"parameters.audio_settings.music_genre", NULL},
	{"parameters.audio_settings.noise_reduction", NULL},
	{NULL},
};

const struct op op_video_render = {
	.name = "video render",
	.route = "POST /api/v1/video/render",
	.effect = EFFECT_WRITE,
	.resource = "render",
	.flags = OP_LONG | OP_DRY,
	.summary = "Make a narrated, captioned video from a script",
	.about = "The script is Markdown or plain text, from a file, standard input or a "
		"URL: headings begin scenes, lists become bullets, pictures are shown, cues such "
		"as [TENSE_MOMENT] pause. The video is opened again and checked before it gets "
		"its name. A .png is a card: title and main sentences.",
	.example = "trae video render talk.md -o talk.mp4 --size 720p --background-music",
	OP_ARGS(struct video_render_args,
		FIELD(struct video_render_args, script, "The script", .word = true),
		FIELD(struct video_render_args, text, "The script itself, instead of a file", .min = 1,
			.max = 50000),
		FIELD(struct video_render_args, output,
			"File to make (.mp4, .wav, .mp3, .srt, .vtt, .png); default: named like the "
			"script",
			.letter = 'o', .output = true),
		FIELD(struct video_render_args, format, "What to make; default: by the output's name",
			.oneof = ONEOF("mp4", "wav", "mp3", "srt", "vtt", "png"),
			.instead = RENDER_INSTEAD),
		RENDER_FIELDS(struct video_render_args),
		FIELD(struct video_render_args, subtitles, "Captions as a file besides (.srt, .vtt)",
			.output = true)),
	OP_REPLY(struct video_render_reply,
		FIELD(struct video_render_reply, path, "File made", .place = true),
		FIELD(struct video_render_reply, duration_s, "Its length in seconds"),
		FIELD(struct video_render_reply, bytes, "Its size", .required = true),
		FIELD(struct video_render_reply, width, "Pixels across", .required = true),
		FIELD(struct video_render_reply, height, "Pixels down", .required = true),
		FIELD(struct video_render_reply, frames, "Pictures in it", .required = true),
		FIELD(struct video_render_reply, words, "Words spoken", .required = true),
		FIELD(struct video_render_reply, loudness_lufs, "Integrated loudness (ITU-R BS.1770)"),
		FIELD(struct video_render_reply, sha256, "SHA-256 of its bytes"),
		FIELD(struct video_render_reply, warnings, "What was left out or done otherwise",
			.required = true)),
	OP_ALIASES({"POST /api/v1/video/create", .id = "video_create"}),
	.renames = renames,
	.run = run,
};
