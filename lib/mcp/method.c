/* Methods: what a client may ask for, in which era, and who answers it. */
#include <string.h>

#include "lib/base/id.h"
#include "lib/mcp/state.h"

enum { OLD = 1, NEW = 2, BOTH = 3, QUICK = 4 };

/* What asks for nothing but that it was heard. */
static json_t *nothing(struct mcp_exchange *x)
{
	(void)x;
	return json_object();
}

static const struct method {
	const char *name;
	unsigned flags;
	json_t *(*run)(struct mcp_exchange *x);
} methods[] = {
	{"server/discover", NEW | QUICK, mcp_discover},
	{"initialize", OLD | QUICK, mcp_initialize},
	{"ping", OLD | QUICK, nothing},
	/* Remarks are few, and a client of that era hears them all. */
	{"logging/setLevel", OLD | QUICK, nothing},
	{"tools/list", BOTH | QUICK, mcp_tools_list},
	{"tools/call", BOTH, mcp_tools_call},
	{"resources/list", BOTH, mcp_resources_list},
	{"resources/templates/list", BOTH | QUICK, mcp_resources_templates},
	{"resources/read", BOTH, mcp_resources_read},
	{"prompts/list", BOTH | QUICK, mcp_prompts_list},
	{"prompts/get", BOTH, mcp_prompts_get},
	{"completion/complete", BOTH, mcp_complete},
	{"subscriptions/listen", NEW, mcp_listen},
	{"events/list", BOTH, mcp_events_list},
	{"events/subscribe", BOTH, mcp_events_subscribe},
	{"events/unsubscribe", BOTH, mcp_events_unsubscribe},
	{"tasks/get", NEW, mcp_tasks_get},
	{"tasks/update", NEW, mcp_tasks_update},
	{"tasks/cancel", NEW, mcp_tasks_cancel},
};

static const struct method *find(const struct mcp_exchange *x)
{
	unsigned era = x->client.modern ? NEW : OLD;

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if ((methods[i].flags & era) && !strcmp(methods[i].name, x->method))
			return &methods[i];
	return NULL;
}

/* A tool that only looks into the store. */
static bool quick_tool(const struct mcp_exchange *x)
{
	const char *name = json_member_text(x->params, "name", "");
	const struct op *op = x->two_tools ? NULL : mcp_tool_find(name);

	return op && op->effect == EFFECT_READ && (op->flags & OP_QUICK) &&
		!json_object_get(json_object_get(x->params, "arguments"), "wait");
}

bool mcp_is_quick(const struct mcp_exchange *x)
{
	const struct method *m;

	if (x->kind != MCP_REQUEST)
		return true;
	m = find(x);
	return !m || (m->flags & QUICK) || (m->run == mcp_tools_call && quick_tool(x));
}

void mcp_refuse_busy(struct mcp_exchange *x)
{
	mcp_error(x, MCP_INTERNAL, NULL, "too many calls are under way: wait for one to end");
}

const json_t *mcp_cancels(const struct mcp_exchange *x)
{
	if (x->kind != MCP_NOTIFICATION || strcmp(x->method, "notifications/cancelled"))
		return NULL;
	return json_object_get(x->params, "requestId");
}

static void read_meta(struct mcp_exchange *x)
{
	struct call *c = x->call;
	const char *trace = json_member_text(x->meta, "traceparent", NULL);
	const char *key = json_member_text(x->meta, "trae/idempotencyKey", NULL);

	if (trace && trace_valid(trace))
		c->traceparent = trace;
	if (key)
		c->idempotency_key = key;
}

void mcp_run(struct mcp_exchange *x)
{
	const struct method *m;
	json_t *result;

	if (x->answer)
		return;
	if (x->kind != MCP_REQUEST) {
		if (x->kind == MCP_RESPONSE)
			mcp_ask_take(x);
		x->answer = "";
		x->status = 202;
		return;
	}
	m = find(x);
	if (!m) {
		mcp_error(x, MCP_METHOD, NULL, "there is no method %s here", x->method);
		return;
	}
	read_meta(x);
	result = m->run(x);
	if (result)
		mcp_answer(x, result);
	else if (!x->answer)
		mcp_error(x, MCP_INTERNAL, NULL, "%s gave no answer", x->method);
}
