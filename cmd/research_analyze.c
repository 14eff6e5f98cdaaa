/* trae research analyze: what sources say of a topic. Declared for the guides' clients, who are
 * told what it lacks. */
#include "lib/op/op.h"

struct research_analyze_args {
	const char *topic, *depth, *time_range, *language;
	const char *const *sources;
	int64_t max_sources;
};

struct research_analyze_reply {
	const char *summary, *report_url;
};

static const struct op_rename renames[] = {
	{"query", "topic"},
	{"parameters.sources", "sources"},
	{"parameters.depth", "depth"},
	{"parameters.time_range", "time_range"},
	{"parameters.language", "language"},
	{"parameters.max_sources", "max_sources"},
	{"parameters.include_sentiment", NULL},
	{"parameters.include_trends", NULL},
	{"output_format", NULL},
	{NULL},
};

const struct op op_research_analyze = {
	.name = "research analyze",
	.route = "POST /api/v1/research/analyze",
	.effect = EFFECT_WRITE,
	.flags = OP_QUICK,
	.lacks = "this version has no research agent: nothing here reads feeds, searches papers or "
		"follows social media. Give what it should go by as sources of content script or "
		"content generate",
	.summary = "Tell what sources say of a topic",
	.about = "This version has no research agent and refuses with what to do instead: "
		"content script writes from sources that are given to it.",
	.example = "trae research analyze \"Renewable energy\"",
	OP_ARGS(struct research_analyze_args,
		FIELD(struct research_analyze_args, topic, "What it is about", .word = true,
			.required = true, .min = 1, .max = 500),
		FIELD(struct research_analyze_args, sources, "Kinds of source, as news or academic"),
		FIELD(struct research_analyze_args, depth, "How thorough, as comprehensive"),
		FIELD(struct research_analyze_args, time_range, "Of what time, as last_30_days"),
		FIELD(struct research_analyze_args, language, "In which language"),
		FIELD(struct research_analyze_args, max_sources, "Most sources read", .min = 1,
			.max = 100)),
	OP_REPLY(struct research_analyze_reply,
		FIELD(struct research_analyze_reply, summary, "What they say", .required = true),
		FIELD(struct research_analyze_reply, report_url, "Where the whole of it is")),
	.renames = renames,
};
