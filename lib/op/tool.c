/* MCP tools, out of the table. */
#include "lib/op/op.h"

json_t *op_to_tool(const struct op *op, struct call *c)
{
	bool reads = op->effect == EFFECT_READ;

	return json_pack("{s:s,s:s,s:s,s:o,s:o,s:{s:s,s:b,s:b,s:b,s:b}}", "name",
		op_name(c, op, '_'), "title", op->summary, "description", op->about, "inputSchema",
		field_schema(op->args, true), "outputSchema", op_reply_schema(op), "annotations",
		"title", op->summary, "readOnlyHint", reads, "destructiveHint",
		op->effect == EFFECT_DESTROY, "idempotentHint", reads, "openWorldHint",
		op->effect == EFFECT_SEND);
}

json_t *op_to_tools(struct call *c)
{
	json_t *tools = json_array();

	for (size_t i = 0; op_table[i]; i++)
		if (!(op_table[i]->flags & OP_SHELL))
			json_array_append_new(tools, op_to_tool(op_table[i], c));
	return tools;
}
