/* trae agent config set: how agents work, as one document. */
#include <string.h>

#include "lib/agent/config.h"
#include "lib/model/agent_config.h"
#include "lib/op/op.h"
#include "lib/os/file.h"
#include "lib/store/store.h"

#define MAX_BYTES (1 << 20)

struct agent_config_set_args {
	struct path file;
	json_t *agent_config;
};

struct agent_config_set_reply {
	int64_t version;
	const char *const *warnings;
};

/* The sections of a file that is either the guide's whole document or its inner object. */
static enum fail read_sections(struct call *c, const struct path *file, json_t **out)
{
	json_t *document = NULL, *inner;
	enum fail f;
	char *text;
	size_t len;

	if (file->kind != PATH_LOCAL && file->kind != PATH_STANDARD)
		return fail(c, FAIL_USAGE, "file: a file or - is needed, not %s", file->text);
	TRY(file_read(c, file->text, MAX_BYTES, &text, &len));
	f = json_parse(c, text, len, &document);
	if (f != FAIL_NONE) {
		fail_context(c, "%s", file->text);
		return f;
	}
	json_keep(c, document);
	inner = json_object_get(document, "agent_config");
	if (inner && json_object_size(document) > 1)
		return fail(c, FAIL_INPUT, "%s: agent_config has to stand alone", file->text);
	*out = inner ? inner : document;
	return FAIL_NONE;
}

static enum fail run(struct call *c, const void *data)
{
	const struct agent_config_set_args *args = data;
	struct agent_config_set_reply reply = {.version = INT_NULL};
	json_t *sections = args->agent_config;
	struct agent_config config;

	if ((args->file.kind == PATH_NONE) == (sections == NULL))
		return fail(c, FAIL_USAGE, "give either a file or agent_config");
	if (!sections)
		TRY(read_sections(c, &args->file, &sections));
	TRY(agent_config_check(c, sections));
	if (!c->dry_run) {
		TRY(store_open(c));
		TRY(agent_config_set(c, sections, 0, &config));
		reply.version = config.version;
	}
	reply.warnings = op_warnings(c);
	return op_emit(c, &reply);
}

const struct op op_agent_config_set = {
	.name = "agent config set",
	.route = "PUT /api/v1/agents/config",
	.effect = EFFECT_WRITE,
	.flags = OP_DRY | OP_ASK,
	.summary = "Say how agents work",
	.about = "The document is {\"agent_config\": {\"content_agent\": {...}, ...}}, "
		"checked whole: unknown members are named with their path. It replaces the one "
		"before, holds at once, and every version can be had back.",
	.example = "trae agent config set agents.json",
	OP_ARGS(struct agent_config_set_args,
		FIELD(struct agent_config_set_args, file, "Document, or - for standard input",
			.word = true),
		FIELD(struct agent_config_set_args, agent_config, "The sections themselves",
			.of = agent_config_sections)),
	OP_REPLY(struct agent_config_set_reply,
		FIELD(struct agent_config_set_reply, version,
			"Number of this version; null in a dry run"),
		FIELD(struct agent_config_set_reply, warnings, "What is kept but not used yet",
			.required = true)),
	.run = run,
};
