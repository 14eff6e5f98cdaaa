/* Completion: of what stands in a resource's URI, from the operation that lists such resources. */
#include <string.h>

#include "lib/mcp/state.h"
#include "lib/mcp/table.h"

#define VALUES_MAX 100

/* The ids that LIST lists and that begin with START; none where that fails. */
static void add_values(struct mcp_exchange *x, const char *list, const char *start, json_t *values)
{
	json_t *args = json_keep(x->call, json_pack("{s:i}", "limit", VALUES_MAX)), *row;
	struct mcp_run run;
	size_t i;

	if (mcp_dispatch(x, list, args, &run) != FAIL_NONE) {
		fail_forget(x->call);
		return;
	}
	json_array_foreach(run.replies, i, row) {
		const char *id = json_member_text(row, "id", "");

		if (!strncmp(id, start, strlen(start)))
			json_array_append_new(values, json_string(id));
	}
}

json_t *mcp_complete(struct mcp_exchange *x)
{
	json_t *ref = json_object_get(x->params, "ref");
	json_t *argument = json_object_get(x->params, "argument");
	const char *uri = json_member_text(ref, "uri", NULL);
	const char *name = json_member_text(ref, "name", NULL);
	const char *start = json_member_text(argument, "value", NULL);
	json_t *values = json_keep(x->call, json_array());

	if ((!uri && !name) || !start)
		return mcp_error(x, MCP_PARAMS, NULL, "completion needs ref and argument");
	for (const struct mcp_resource *r = mcp_resources; r->uri && uri; r++)
		if (r->list && !strcmp(r->uri, uri))
			add_values(x, r->list, start, values);
	return json_pack("{s:{s:O,s:I,s:b}}", "completion", "values", values, "total",
		(json_int_t)json_array_size(values), "hasMore", 0);
}
