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
	struct openapi_reply reply;
	json_t *j;

	if (!strcmp(args->as, "openapi"))
		j = op_to_openapi(c, args->server);
	else
		j = json_pack("{s:o}", "tools", op_to_tools(c));
	reply.document = json_text(c, json_keep(c, j), true);
	return op_emit(c, &reply);
}

const struct op op_openapi = {
	.name = "openapi",
	.route = "GET /api/v1/openapi",
	.effect = EFFECT_READ,
	.flags = OP_ANYHOW | OP_QUICK | OP_OPEN,
	.summary = "Print the OpenAPI document or the MCP tool list",
	.about = "Both are computed from the same table as the commands. The OpenAPI "
		"document (3.1) names every operation that has a route; the tool list is what an "
		"MCP client is shown.",
	.example = "trae openapi --as mcp",
	.document = "document",
	OP_ALIASES({"GET /openapi.json", .id = "openapi_json", .media_type = "application/json"}),
	OP_ARGS(struct openapi_args,
		FIELD(struct openapi_args, as, "Which document", .initial = "openapi",
			.oneof = ONEOF("openapi", "mcp")),
		FIELD(struct openapi_args, server, "Base URL written into the document",
			.initial = "http://127.0.0.1:8080")),
	OP_REPLY(struct openapi_reply,
		FIELD(struct openapi_reply, document, "The document as text", .required = true)),
	.run = run,
};
