/* trae openapi: the table as documents for other programs. */
#include <string.h>

#include "lib/op/op.h"

struct openapi_args {
	const char *as, *server;
};

struct openapi_reply {
	const char *document;
};

static enum fail run(struct call *c, const void *data)
{
	const struct openapi_args *args = data;
	const char *server = args->server ? args->server : c->public_url;
	struct openapi_reply reply;
	json_t *j = NULL;

	if (!server)
		server = "http://127.0.0.1:8080";
	if (!strcmp(args->as, "openapi"))
		j = json_keep(c, op_to_openapi(c, server));
	else if (!strcmp(args->as, "actions"))
		TRY(op_to_actions(c, server, &j));
	else if (!strcmp(args->as, "functions"))
		j = json_keep(c, op_to_functions(c));
	else
		j = json_keep(c, json_pack("{s:o}", "tools", op_to_tools(c)));
	reply.document = json_text(c, j, true);
	return op_emit(c, &reply);
}

const struct op op_openapi = {
	.name = "openapi",
	.route = "GET /api/v1/openapi",
	OP_ALIASES({"GET /openapi.json", .id = "openapi_json", .preset = "as=openapi",
		.media_type = "application/json"},
		{"GET /openapi-actions.json", .id = "openapi_actions_json", .preset = "as=actions",
		.media_type = "application/json"}),
	.effect = EFFECT_READ,
	.flags = OP_ANYHOW | OP_QUICK | OP_OPEN,
	.summary = "Print OpenAPI, Actions, function or MCP documents",
	.about = "All computed from the table that the commands are: OpenAPI 3.1 with every route, "
		"the part of it that ChatGPT Actions take (see actions.operations), the function "
		"tools of OpenAI's Responses API, and what an MCP client is shown.",
	.example = "trae openapi --as mcp",
	.document = "document",
	OP_ARGS(struct openapi_args,
		FIELD(struct openapi_args, as, "Which document", .initial = "openapi",
			.oneof = ONEOF("openapi", "actions", "functions", "mcp")),
		FIELD(struct openapi_args, server, "Base URL in it; default: where the server is reached",
			.setting = "server.public_url")),
	OP_REPLY(struct openapi_reply,
		FIELD(struct openapi_reply, document, "The document as text", .required = true)),
	.run = run,
};
