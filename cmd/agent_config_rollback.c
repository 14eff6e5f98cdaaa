/* trae agent config rollback: brings an earlier version back. */
#include <string.h>

#include "lib/agent/config.h"
#include "lib/model/agent_config.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct agent_config_rollback_args {
	int64_t version;
};

struct agent_config_rollback_reply {
	int64_t version, back_to;
};

static enum fail run(struct call *c, const void *data)
{
	const struct agent_config_rollback_args *args = data;
	struct agent_config old, config;
	json_t *document = NULL;

	TRY(store_open(c));
	TRY(agent_config_get(c, args->version, &old));
	TRY(json_parse(c, old.document, strlen(old.document), &document));
	/* Checked again: it may be of a program that knew other members. */
	TRY(agent_config_check(c, json_keep(c, document)));
	TRY(agent_config_set(c, document, old.version, &config));
	return op_emit(c, &(struct agent_config_rollback_reply){.version = config.version,
		.back_to = old.version});
}

const struct op op_agent_config_rollback = {
	.name = "agent config rollback",
	.route = "POST /api/v1/agents/config/rollback",
	.effect = EFFECT_WRITE,
	.flags = OP_ASK,
	.summary = "Bring an earlier agent configuration back",
	.about = "The document of that version becomes the newest one; nothing is lost, so "
		"that this too can be taken back.",
	.example = "trae agent config rollback 3",
	OP_ARGS(struct agent_config_rollback_args,
		FIELD(struct agent_config_rollback_args, version, "Version to bring back",
			.word = true, .required = true, .min = 1, .max = 1e15)),
	OP_REPLY(struct agent_config_rollback_reply,
		FIELD(struct agent_config_rollback_reply, version, "Number of the new version",
			.required = true),
		FIELD(struct agent_config_rollback_reply, back_to, "The version that it repeats",
			.required = true)),
	.run = run,
};
