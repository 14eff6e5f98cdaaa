/* trae oauth resource: who gives access to this server (RFC 9728). */
#include <string.h>

#include "lib/config/config.h"
#include "lib/op/op.h"

struct oauth_resource_args {
	const char *path;
};

struct oauth_resource_reply {
	const char *resource, *resource_name;
	const char *const *authorization_servers, *const *scopes_supported;
	const char *const *bearer_methods_supported;
};

static enum fail run(struct call *c, const void *data)
{
	const struct oauth_resource_args *args = data;
	struct oauth_resource_reply reply = {.resource = c->public_url, .resource_name = "trae",
		.scopes_supported = ONEOF("viewer", "operator", "sender"),
		.bearer_methods_supported = ONEOF("header")};
	const char *issuer = config_text(c, "auth.issuer");
	const char *const servers[] = {c->public_url, issuer, NULL};

	if (args->path && strcmp(args->path, "mcp"))
		return fail(c, FAIL_MISSING, "no such resource");
	if (args->path)
		reply.resource = arena_printf(&c->arena, "%s/mcp", c->public_url);
	reply.authorization_servers = servers;
	return op_emit(c, &reply);
}

const struct op op_oauth_resource = {
	.name = "oauth resource",
	.route = "GET /.well-known/oauth-protected-resource",
	.effect = EFFECT_READ,
	.flags = OP_OPEN | OP_QUICK | OP_NOW | OP_PROTOCOL,
	.dialect = DIALECT_OAUTH,
	.summary = "Say who gives access to this server (RFC 9728)",
	.about = "A caller without a key learns here which authorization server asks the owner.",
	.example = "trae oauth resource",
	OP_ALIASES({"GET /.well-known/oauth-protected-resource/{path}", .id = "oauth_resource_path",
		.dialect = DIALECT_OAUTH}),
	OP_ARGS(struct oauth_resource_args,
		FIELD(struct oauth_resource_args, path, "Part of the server; without it, all of it")),
	OP_REPLY(struct oauth_resource_reply,
		FIELD(struct oauth_resource_reply, resource, "What tokens are for", .required = true),
		FIELD(struct oauth_resource_reply, resource_name, "For people", .required = true),
		FIELD(struct oauth_resource_reply, authorization_servers, "Who gives them",
			.required = true),
		FIELD(struct oauth_resource_reply, scopes_supported, "Roles that may be asked for",
			.required = true),
		FIELD(struct oauth_resource_reply, bearer_methods_supported, "Where tokens are taken",
			.required = true)),
	.run = run,
};
