/* MCP tools, out of the table. */
#include <string.h>

#include "lib/op/op.h"

/* No object takes or gives members that its schema does not name, unless it is said to. */
static void close_schema(json_t *s)
{
	json_t *properties = json_object_get(s, "properties"), *one;
	const char *key;

	if (json_object_get(s, "items"))
		close_schema(json_object_get(s, "items"));
	if (!properties) {
		if (!strcmp(json_member_text(s, "type", ""), "object"))
			json_object_set_new(s, "additionalProperties", json_true());
		return;
	}
	json_object_set_new(s, "additionalProperties", json_false());
	json_object_foreach(properties, key, one)
		close_schema(one);
}

static void add(json_t *schema, const char *name, json_t *property)
{
	json_object_set_new(json_object_get(schema, "properties"), name, property);
}

static json_t *input(const struct op *op)
{
	json_t *s = field_schema(op->args, true);

	if (op->effect != EFFECT_READ && !field_find(op->args, "idempotency_key"))
		add(s, "idempotency_key", json_pack("{s:s,s:i,s:s}", "type", "string", "maxLength", 255,
			"description", "The same again under this key is done once and answered the same"));
	if (op->flags & OP_WAIT)
		add(s, "wait", json_pack("{s:s,s:i,s:i,s:s}", "type", "integer", "minimum", 0,
			"maximum", OP_WAIT_MAX_S, "description",
			"Seconds to wait for the task to end before it is shown"));
	close_schema(s);
	return s;
}

/* What takes long answers with what it replies once it is done, or with the task that goes on. */
static json_t *output(const struct op *op)
{
	json_t *s = op_reply_schema(op);

	if (op->flags & OP_LONG) {
		add(s, "task_id", json_pack("{s:s,s:s}", "type", "string", "description",
			"Identifier of the task"));
		add(s, "status", json_pack("{s:s,s:[s,s,s],s:s}", "type", "string", "enum", "pending",
			"processing", "completed", "description",
			"completed: the other members are the result"));
		add(s, "message", json_pack("{s:s,s:s}", "type", "string", "description",
			"How to follow a task that goes on"));
		json_object_set_new(s, "required", json_pack("[s,s]", "task_id", "status"));
	}
	if (op->effect == EFFECT_SEND || op->effect == EFFECT_ACT || op->effect == EFFECT_SPEND)
		add(s, "deduplicated", json_pack("{s:s,s:s}", "type", "boolean", "description",
			"It is the answer to the same call of a moment ago"));
	close_schema(s);
	return s;
}

bool op_is_tool(const struct op *op)
{
	for (const struct field *f = op->args; f->name; f++)
		if (f->secret)
			return false;
	return !(op->flags & (OP_SHELL | OP_PROTOCOL)) && !op->lacks;
}

json_t *op_to_tool(const struct op *op, struct call *c)
{
	bool reads = op->effect == EFFECT_READ;
	bool outside = op->effect == EFFECT_SEND || op->effect == EFFECT_SPEND ||
		(op->resource && !strcmp(op->resource, "net"));

	return json_pack("{s:s,s:s,s:s,s:o,s:o,s:{s:s,s:b,s:b,s:b,s:b}}", "name",
		op_name(c, op, '_'), "title", op->summary, "description", op->about, "inputSchema",
		input(op), "outputSchema", output(op), "annotations", "title", op->summary,
		"readOnlyHint", reads, "destructiveHint",
		op->effect == EFFECT_DESTROY || (op->flags & OP_ASK) != 0, "idempotentHint", reads,
		"openWorldHint", outside);
}

json_t *op_to_tools(struct call *c)
{
	json_t *tools = json_array();

	for (size_t i = 0; op_table[i]; i++)
		if (op_is_tool(op_table[i]))
			json_array_append_new(tools, op_to_tool(op_table[i], c));
	return tools;
}
