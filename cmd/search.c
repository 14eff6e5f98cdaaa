/* trae search: what is stored, by the words in it. */
#include "lib/model/search.h"
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/document_url.h"

struct search_args {
	const char *query;
	int64_t limit;
};

struct search_reply {
	const char *id, *title, *url;
};

static enum fail run(struct call *c, const void *data)
{
	const struct search_args *args = data;
	struct found *found;
	size_t n;

	TRY(store_open(c));
	TRY(search_run(c, args->query, (size_t)args->limit, &found, &n));
	for (size_t i = 0; i < n; i++)
		TRY(op_emit(c, &(struct search_reply){.id = found[i].id, .title = found[i].title,
			.url = document_url(c, found[i].id)}));
	return FAIL_NONE;
}

const struct op op_search = {
	.name = "search",
	.route = "GET /api/v1/search",
	.effect = EFFECT_READ,
	.summary = "Find tasks and files by the words in them",
	.about = "The best first: a word in the title counts most, then how new it is. Looks "
		"through the newest tasks and files, and into the text of the newest text files. "
		"trae fetch shows one.",
	.example = "trae search \"green tea\"",
	.rows = "results",
	OP_ARGS(struct search_args,
		FIELD(struct search_args, query, "Words", .word = true, .required = true, .min = 1,
			.max = 500),
		FIELD(struct search_args, limit, "Most results", .initial = "10", .min = 1, .max = 50)),
	OP_REPLY(struct search_reply,
		FIELD(struct search_reply, id, "Identifier, for fetch", .required = true),
		FIELD(struct search_reply, title, "What it is", .required = true),
		FIELD(struct search_reply, url, "Where it can be cited from", .required = true)),
	.run = run,
};
