/* The tools, resources and prompts that the conformance suite of MCP asks a server to have. */
#ifndef DRIVE_MCP_TOOLS_H
#define DRIVE_MCP_TOOLS_H

#include "lib/op/op.h"

struct said {
	const char *text;
};

/* What most of them reply. */
enum fail say(struct call *c, const char *text);

/* Hands over FILE of the folder in MCP_FIXTURE. */
enum fail hand_over(struct call *c, const char *file, const char *media_type);

#define TOOL(NAME, RUN, ABOUT)                                                                     \
	const struct op op_##RUN = {.name = NAME, .route = "GET /" NAME, .effect = EFFECT_READ,    \
		.summary = ABOUT, .about = ABOUT, .example = "trae " NAME, OP_NO_ARGS,             \
		OP_REPLY(struct said, FIELD(struct said, text, "What it says")),                   \
		.document = "text", .run = RUN}

#endif
