/* trae content script: writes a script from sources. */
#include <string.h>

#include "lib/op/op.h"
#include "lib/work/writer.h"

struct content_script_args {
	const struct path *sources;
	const char *topic, *length, *style, *format, *writer;
};

struct content_script_reply {
	const char *text, *title, *writer;
	double estimated_s;
	json_t *sources, *sentences;
	const char *const *warnings;
};

static enum fail run(struct call *c, const void *data)
{
	const struct content_script_args *args = data;
	const struct writing ask = {.topic = args->topic, .length = args->length,
		.style = args->style, .writer = args->writer, .sources = args->sources};
	struct content_script_reply reply;
	struct written written;

	TRY(writer_write(c, &ask, &written));
	reply = (struct content_script_reply){.title = written.script.title, .writer = written.by,
		.estimated_s = script_estimate_s(&written.script), .sources = written.sources,
		.sentences = written.sentences};
	if (!strcmp(args->format, "json"))
		reply.text = json_text(c, json_keep(c, script_json(&written.script)), true);
	else if (!strcmp(args->format, "txt"))
		reply.text = script_plain(c, &written.script);
	else
		reply.text = script_markdown(c, &written.script);
	reply.warnings = op_warnings(c);
	return op_emit(c, &reply);
}

const struct op op_content_script = {
	.name = "content script",
	.route = "POST /api/v1/content/script",
	.effect = EFFECT_WRITE, /* a language model costs money */
	.flags = OP_DRY,
	.summary = "Write a script from sources",
	.about = "Sources are files, standard input or URLs. With a language model "
		"configured it writes; without one the script is made of sentences of the "
		"sources, word for word, each with the number of its source. Nothing is invented.",
	.example = "trae content script article.md | trae video render - -o talk.mp4",
	.document = "text",
	OP_ARGS(struct content_script_args,
		FIELD(struct content_script_args, sources,
			"What to write from: documents, or texts", .word = true,
			.required = true, .or_text = true),
		FIELD(struct content_script_args, topic, "What it is about; default: the first title",
			.min = 1, .max = 500),
		FIELD(struct content_script_args, length, "How long to speak: 90s, 2 minutes, 5-10 minutes"),
		FIELD(struct content_script_args, style, "Manner of writing, for a language model"),
		FIELD(struct content_script_args, format, "Form of the script", .initial = "md",
			.oneof = ONEOF("md", "txt", "json")),
		FIELD(struct content_script_args, writer, "Who writes", .initial = "auto",
			.oneof = ONEOF("auto", "model", "extract"))),
	OP_REPLY(struct content_script_reply,
		FIELD(struct content_script_reply, text, "The script", .required = true),
		FIELD(struct content_script_reply, title, "Its title"),
		FIELD(struct content_script_reply, writer, "extraction, or the name of the model",
			.required = true),
		FIELD(struct content_script_reply, estimated_s, "Seconds it takes to speak"),
		FIELD(struct content_script_reply, sources, "What it was written from", .hidden = true,
			.array = true, .of = writer_source),
		FIELD(struct content_script_reply, sentences, "Where each sentence stands there",
			.hidden = true, .array = true, .of = writer_sentence),
		FIELD(struct content_script_reply, warnings, "What was left out or done otherwise",
			.required = true)),
	.run = run,
};
