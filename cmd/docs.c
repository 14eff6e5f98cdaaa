/* trae docs: the page on which operations are read and tried. */
#include <string.h>

#include "lib/base/embed.h"
#include "lib/op/op.h"

EMBED(docs_html, "share/web/docs.html");
EMBED(docs_css, "share/web/docs.css");
EMBED(docs_js, "share/web/docs.js");

struct docs_args {
	const char *part;
};

struct docs_reply {
	const char *document;
};

static enum fail run(struct call *c, const void *data)
{
	const struct docs_args *args = data;
	const struct docs_reply reply = {.document = !strcmp(args->part, "css") ? docs_css
		: !strcmp(args->part, "js") ? docs_js : docs_html};

	return op_emit(c, &reply);
}

const struct op op_docs = {
	.name = "docs",
	.route = "GET /api/v1/docs",
	OP_ALIASES({"GET /docs", .id = "docs_page", .preset = "part=html",
		.media_type = "text/html; charset=utf-8"},
		{"GET /docs.css", .id = "docs_css", .preset = "part=css",
		.media_type = "text/css; charset=utf-8"},
		{"GET /docs.js", .id = "docs_js", .preset = "part=js",
		.media_type = "text/javascript; charset=utf-8"}),
	.effect = EFFECT_READ,
	.flags = OP_ANYHOW | OP_QUICK | OP_OPEN,
	.summary = "Show a page on which operations are read and tried",
	.about = "A browser opens it at /docs of trae serve: operations by group, their arguments and "
		"answers, a form to try each with a key, and the same call for curl and for the "
		"shell. It loads nothing from elsewhere and keeps nothing.",
	.example = "trae docs --part js",
	.document = "document",
	OP_ARGS(struct docs_args,
		FIELD(struct docs_args, part, "Which of its files", .initial = "html",
			.oneof = ONEOF("html", "css", "js"))),
	OP_REPLY(struct docs_reply,
		FIELD(struct docs_reply, document, "The file as text", .required = true)),
	.run = run,
};
