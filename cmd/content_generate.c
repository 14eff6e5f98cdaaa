/* trae content generate: from a topic and sources to a finished file. */
#include <string.h>
#include <unistd.h>

#include "lib/content/card.h"
#include "lib/op/op.h"
#include "lib/os/file.h"
#include "lib/text/slug.h"
#include "lib/work/document.h"
#include "lib/work/render.h"
#include "lib/work/textfile.h"
#include "lib/work/writer.h"

struct content_generate_args {
	const char *topic, *script, *format, *length, *style, *writer;
	const struct path *sources;
	struct path output;
	struct render_look look;
};

struct content_generate_reply {
	const char *path, *title, *writer, *sha256;
	double duration_s;
	int64_t bytes;
	json_t *sources, *sentences;
	const char *const *warnings;
};

static enum fail choose_output(struct call *c, const struct content_generate_args *args,
	const char *title, struct render_output *out)
{
	bool text = !strcmp(args->format, "md") || !strcmp(args->format, "txt") ||
		!strcmp(args->format, "srt");

	out->format = args->format;
	out->to = args->output;
	if (args->output.kind == PATH_NONE)
		return render_target(c, slug(&c->arena, title ? title : "script"), args->format, &out->to);
	if (args->output.kind == PATH_STANDARD && !text && isatty(STDOUT_FILENO))
		return fail(c, FAIL_USAGE, "%s is not for a terminal: send it on with > or |",
			args->format);
	if (args->output.kind == PATH_LOCAL && !op_given(c, "format") &&
		strrchr(path_base(args->output.text), '.')) {
		const char *end = strrchr(args->output.text, '.') + 1;

		if (!strcmp(end, "md") || !strcmp(end, "txt"))
			out->format = end;
		else
			return render_format(c, args->output.text, &out->format);
	}
	return FAIL_NONE;
}

static enum fail make(struct call *c, const struct content_generate_args *args,
	const struct script *script, const struct render_output *output, struct rendered *made)
{
	bool markdown = !strcmp(output->format, "md");

	if (markdown || !strcmp(output->format, "txt"))
		return textfile_write(c, &output->to,
			markdown ? script_markdown(c, script) : script_plain(c, script), made);
	return render_script(c, script, NULL, &args->look, output, 1, made);
}

static enum fail estimate(struct call *c, const struct content_generate_args *args,
	const struct script *script, const struct render_output *output, struct rendered *out)
{
	if (strcmp(output->format, "md") && strcmp(output->format, "txt"))
		TRY(render_estimate(c, script, NULL, &args->look, output->format, out));
	out->path = output->to.text;
	return FAIL_NONE;
}

/* The caller wrote it. */
static enum fail use_script(struct call *c, const char *text, struct written *out)
{
	struct written w = {.by = "caller", .sources = json_keep(c, json_array()),
		.sentences = json_keep(c, json_array())};
	struct document document;

	TRY(document_from_text(c, text, &document));
	TRY(script_from_page(c, &document.page, &w.script));
	for (size_t i = 0; i < w.script.warning_count; i++)
		call_warn(c, "%s", w.script.warnings[i]);
	*out = w;
	return FAIL_NONE;
}

/* Those of SENTENCES that stand on the card. */
static enum fail shown(struct call *c, const struct script *script, json_t **sentences)
{
	json_t *list = json_keep(c, json_array()), *row;
	struct card card;
	size_t i;

	TRY(card_of_script(c, script, &card));
	json_array_foreach(*sentences, i, row)
		for (size_t k = 0; k < card.count; k++)
			if (!strcmp(json_member_text(row, "text", ""), card.points[k]))
				json_array_append(list, row);
	*sentences = list;
	return FAIL_NONE;
}

static struct writing writing_of(const struct content_generate_args *args)
{
	return (struct writing){.topic = args->topic, .length = args->length,
		.style = args->style, .writer = args->writer, .sources = args->sources};
}

static enum fail ready(struct call *c, const void *data)
{
	const struct content_generate_args *args = data;
	const struct writing ask = writing_of(args);

	return args->script ? FAIL_NONE : writer_ready(c, &ask);
}

static enum fail run(struct call *c, const void *data)
{
	const struct content_generate_args *args = data;
	const struct writing ask = writing_of(args);
	struct content_generate_reply reply;
	struct render_output output;
	struct written written;
	struct rendered made = {.path = "", .duration_s = NUM_NULL};

	TRY(args->script ? use_script(c, args->script, &written) : writer_write(c, &ask, &written));
	TRY(choose_output(c, args, written.script.title, &output));
	if (!written.script.title && !strcmp(output.format, "png"))
		written.script.title = args->topic;
	TRY(c->dry_run ? estimate(c, args, &written.script, &output, &made)
		       : make(c, args, &written.script, &output, &made));
	if (!strcmp(made.path, "-"))
		return FAIL_NONE;
	if (!strcmp(output.format, "png"))
		TRY(shown(c, &written.script, &written.sentences));
	reply = (struct content_generate_reply){.path = made.path, .title = written.script.title,
		.writer = written.by, .sha256 = made.sha256, .duration_s = made.duration_s,
		.bytes = made.bytes, .sources = written.sources,
		.sentences = written.sentences, .warnings = op_warnings(c)};
	return op_emit(c, &reply);
}

static const struct op_rename renames[] = {
	{"prompt", "topic"},
	{"format", "format", .is = "video", .means = "mp4"},
	{"format", "format", .is = "audio", .means = "mp3"},
	{"format", "format", .is = "image", .means = "png"},
	{"format", "format", .is = "text", .means = "md"},
	{"content_type", "format", .is = "video", .means = "mp4"},
	{"content_type", "format", .is = "audio", .means = "mp3"},
	{"content_type", "format", .is = "image", .means = "png"},
	{"content_type", "format", .is = "text", .means = "md"},
	{"content_type", "format"},
	{"parameters.custom_script", "script"},
	{"parameters.topic", "topic"},
	{"parameters.sources", "sources"},
	{"parameters.requirements", NULL},
	{"parameters.constraints", NULL},
	{"parameters.duration_seconds", "length", .seconds = true},
	{"parameters.duration", "length", .seconds = true},
	{"parameters.style", "style"},
	{"parameters.voice", "voice"},
	{"parameters.resolution", "size"},
	{"parameters.include_subtitles", "captions"},
	{"parameters.background_music", "background_music"},
	{NULL},
};

const struct op op_content_generate = {
	.name = "content generate",
	.route = "POST /api/v1/content/generate",
	.effect = EFFECT_WRITE,
	.resource = "render",
	.flags = OP_LONG | OP_DRY,
	.summary = "Make a video, sound, picture or text about a topic",
	.about = "Writes a script as content script does, and makes the finished file of it: "
		"a narrated video, its sound alone, captions, the text, or a picture of its title and "
		"main sentences. Without sources and without a language model it says what to "
		"give.",
	.example = "trae content generate \"Sustainable energy\" --source article.md --length \"1-2 minutes\"",
	OP_ARGS(struct content_generate_args,
		FIELD(struct content_generate_args, topic, "What it is about", .word = true,
			.required = true, .min = 1, .max = 500),
		FIELD(struct content_generate_args, sources,
			"What to write from: documents, or texts", .or_text = true),
		FIELD(struct content_generate_args, format, "What to make", .initial = "mp4",
			.oneof = ONEOF("mp4", "md", "txt", "srt", "mp3", "wav", "png"),
			.instead = RENDER_INSTEAD),
		FIELD(struct content_generate_args, script, "Script to make it of, instead of writing one",
			.min = 1, .max = 50000),
		FIELD(struct content_generate_args, length, "How long to speak: 90s, 2 minutes, 5-10 minutes"),
		FIELD(struct content_generate_args, style, "Manner of writing, for a language model"),
		FIELD(struct content_generate_args, writer, "Who writes", .initial = "auto",
			.oneof = ONEOF("auto", "model", "extract")),
		FIELD(struct content_generate_args, output, "File to make; default: named like the title",
			.letter = 'o', .output = true),
		RENDER_FIELDS(struct content_generate_args)),
	OP_REPLY(struct content_generate_reply,
		FIELD(struct content_generate_reply, path, "File made", .place = true),
		FIELD(struct content_generate_reply, title, "Title"),
		FIELD(struct content_generate_reply, writer, "extraction, caller, or the name of the model",
			.required = true),
		FIELD(struct content_generate_reply, duration_s, "Its length in seconds"),
		FIELD(struct content_generate_reply, bytes, "Its size", .required = true),
		FIELD(struct content_generate_reply, sources, "What it was written from", .hidden = true,
			.array = true, .of = writer_source),
		FIELD(struct content_generate_reply, sentences, "Where each sentence stands there",
			.hidden = true, .array = true, .of = writer_sentence),
		FIELD(struct content_generate_reply, sha256, "SHA-256 of its bytes"),
		FIELD(struct content_generate_reply, warnings, "What was left out or done otherwise",
			.required = true)),
	.renames = renames,
	.ready = ready,
	.run = run,
};
