/* trae agent config show: how agents work, now or at an earlier version. */
#include <string.h>

#include "lib/agent/config.h"
#include "lib/base/clock.h"
#include "lib/model/agent_config.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

#define VERSIONS_SHOWN 50

struct agent_config_show_args {
	int64_t version;
};

struct agent_config_show_reply {
	int64_t version;
	const char *created_at;
	json_t *agent_config, *versions;
};

struct version_row {
	int64_t version, back_to;
	const char *created_at;
};
static const struct field version_fields[] = {
	FIELD(struct version_row, version, "Number", .required = true),
	FIELD(struct version_row, created_at, "When it was set", .required = true),
	FIELD(struct version_row, back_to, "The version that it brought back"),
	{.name = NULL},
};

static enum fail list_versions(struct call *c, json_t *list)
{
	struct agent_config *rows;
	size_t n;

	TRY(agent_config_list(c, VERSIONS_SHOWN, &rows, &n));
	for (size_t i = 0; i < n; i++) {
		const struct version_row row = {.version = rows[i].version,
			.back_to = rows[i].back_to ? rows[i].back_to : INT_NULL,
			.created_at = clock_text(&c->arena, rows[i].created_at)};

		json_array_append_new(list, field_emit(c, version_fields, &row));
	}
	return FAIL_NONE;
}

static enum fail run(struct call *c, const void *data)
{
	const struct agent_config_show_args *args = data;
	struct agent_config_show_reply reply = {.created_at = NULL};
	struct agent_config config;
	json_t *document = NULL;

	TRY(store_open(c));
	TRY(agent_config_get(c, args->version == INT_NULL ? 0 : args->version, &config));
	TRY(json_parse(c, config.document, strlen(config.document), &document));
	reply.agent_config = json_keep(c, document);
	reply.version = config.version;
	if (config.version)
		reply.created_at = clock_text(&c->arena, config.created_at);
	reply.versions = json_keep(c, json_array());
	TRY(list_versions(c, reply.versions));
	return op_emit(c, &reply);
}

const struct op op_agent_config_show = {
	.name = "agent config show",
	.route = "GET /api/v1/agents/config",
	.effect = EFFECT_READ,
	.flags = OP_QUICK,
	.summary = "Show how agents work",
	.about = "The document that trae agent config set took last, or the one of a "
		"version, and the versions there are. Version 0 means that none was set.",
	.example = "trae agent config show --json",
	OP_ARGS(struct agent_config_show_args,
		FIELD(struct agent_config_show_args, version, "Version to show; default: the newest",
			.min = 1, .max = 1e15)),
	OP_REPLY(struct agent_config_show_reply,
		FIELD(struct agent_config_show_reply, version, "Its number", .required = true),
		FIELD(struct agent_config_show_reply, created_at, "When it was set"),
		FIELD(struct agent_config_show_reply, agent_config, "The sections", .required = true,
			.of = agent_config_sections),
		FIELD(struct agent_config_show_reply, versions, "The newest versions there are",
			.required = true, .array = true, .of = version_fields)),
	.run = run,
};
