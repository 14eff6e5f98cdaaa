/* MCP Events: what a client may be told of by webhook (the draft of the events extension, as ChatGPT
 * speaks it); each method is an operation. */
#include <string.h>

#include "lib/mcp/state.h"

json_t *mcp_events_list(struct mcp_exchange *x)
{
	struct mcp_run run;

	if (mcp_dispatch(x, "event list", json_keep(x->call, json_object()), &run) != FAIL_NONE)
		return mcp_error(x, MCP_INTERNAL, NULL, "%s", x->call->why);
	return json_pack("{s:O}", "events", run.replies);
}

/* The operation's arguments, from those of the method; NULL, and X is answered, when they are none. */
static json_t *wish(struct mcp_exchange *x)
{
	json_t *delivery = json_object_get(x->params, "delivery"), *args;
	json_t *arguments = json_object_get(x->params, "arguments");
	const char *name = mcp_text_param(x, "name");
	const char *url = json_member_text(delivery, "url", NULL);

	if (!name)
		return NULL;
	if (!url || strcmp(json_member_text(delivery, "mode", "webhook"), "webhook"))
		return mcp_error(x, MCP_PARAMS, NULL, "delivery: {mode: \"webhook\", url, secret} is needed");
	if (arguments && !json_is_object(arguments))
		return mcp_error(x, MCP_PARAMS, NULL, "arguments: an object is needed");
	args = json_keep(x->call, json_pack("{s:s,s:s}", "name", name, "url", url));
	if (arguments)
		json_object_set(args, "arguments", arguments);
	return args;
}

static json_t *refuse(struct mcp_exchange *x, enum fail f)
{
	struct call *c = x->call;

	if (c->error && f == FAIL_REMOTE)
		return mcp_error(x, MCP_SUBSCRIPTION, json_pack("{s:s}", "reason", c->error), "%s",
			c->why);
	return mcp_error(x, f == FAIL_USAGE || f == FAIL_INPUT || f == FAIL_DENIED || f == FAIL_MISSING
		? MCP_PARAMS : MCP_INTERNAL, NULL, "%s", c->why);
}

json_t *mcp_events_subscribe(struct mcp_exchange *x)
{
	json_t *args = wish(x), *reply, *ttl = json_object_get(x->params, "ttlMs");
	json_t *secret = json_object_get(json_object_get(x->params, "delivery"), "secret");
	struct mcp_run run;
	enum fail f;

	if (!args)
		return NULL;
	if (secret)
		json_object_set(args, "secret", secret);
	if (json_is_integer(ttl))
		json_object_set(args, "ttl_ms", ttl);
	f = mcp_dispatch(x, "event subscribe", args, &run);
	if (f != FAIL_NONE)
		return refuse(x, f);
	reply = json_array_get(run.replies, 0);
	return json_pack("{s:O,s:O,s:n,s:b}", "id", json_object_get(reply, "id"), "refreshBefore",
		json_object_get(reply, "refresh_before"), "cursor", "truncated", 0);
}

json_t *mcp_events_unsubscribe(struct mcp_exchange *x)
{
	json_t *args = wish(x);
	struct mcp_run run;
	enum fail f;

	if (!args)
		return NULL;
	f = mcp_dispatch(x, "event unsubscribe", args, &run);
	return f == FAIL_NONE ? json_object() : refuse(x, f);
}
