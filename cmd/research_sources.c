/* trae research sources: what can be read, and what not. */
#include "lib/op/op.h"
#include "lib/os/module.h"

struct research_sources_reply {
	const char *name, *state, *about;
};

static enum fail emit(struct call *c, const char *name, const char *state, const char *about)
{
	const struct research_sources_reply reply = {name, state, about};

	return op_emit(c, &reply);
}

static enum fail run(struct call *c, const void *args)
{
	static const char *const absent[] = {"news", "academic", "social_media"};
	const void *table;

	(void)args;
	TRY(emit(c, "text", "available", "Texts of several words, as they are in sources of a request"));
	TRY(emit(c, "files", "available", "Recorded files, by their ids in sources of a request"));
	if (module_load(c, "net", &table) == FAIL_NONE) {
		TRY(emit(c, "web", "available", "Pages, by their addresses in sources of a request"));
	} else {
		TRY(emit(c, "web", "not_configured", c->why));
		fail_forget(c);
	}
	for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
		TRY(emit(c, absent[i], "not_configured", "Nothing of this version looks there: give "
			"addresses of pages as sources"));
	return FAIL_NONE;
}

const struct op op_research_sources = {
	.name = "research sources",
	.route = "GET /api/v1/research/sources",
	.effect = EFFECT_READ,
	.summary = "List what can be read as a source, and what not",
	.about = "available: content script and content generate write from it. not_configured: it "
		"says what is missing.",
	.example = "trae research sources",
	.rows = "sources",
	OP_NO_ARGS,
	OP_REPLY(struct research_sources_reply,
		FIELD(struct research_sources_reply, name, "Kind of source", .required = true),
		FIELD(struct research_sources_reply, state, "available or not_configured",
			.required = true),
		FIELD(struct research_sources_reply, about, "How to use it, or what is missing",
			.required = true)),
	.run = run,
};
