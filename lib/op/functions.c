/* Function tools of OpenAI's Responses API, out of the table. */
#include <string.h>

#include "lib/op/op.h"

/* Strict mode takes only objects whose members are all known. */
static bool is_closed(const json_t *schema)
{
	const json_t *properties = json_object_get(schema, "properties");
	const json_t *items = json_object_get(schema, "items");
	const char *name;
	json_t *member;

	if (items)
		return is_closed(items);
	if (!properties)
		return !json_is_string(json_object_get(schema, "type")) ||
			strcmp(json_member_text(schema, "type", ""), "object") != 0;
	json_object_foreach((json_t *)properties, name, member)
		if (!is_closed(member))
			return false;
	return true;
}

static bool is_required(const json_t *schema, const char *name)
{
	const json_t *list = json_object_get(schema, "required");

	for (size_t i = 0; i < json_array_size(list); i++)
		if (!strcmp(json_string_value(json_array_get(list, i)), name))
			return true;
	return false;
}

/* What need not be given may be null: strict mode has every member given. */
static void allow_null(json_t *schema)
{
	json_t *type = json_object_get(schema, "type"), *words = json_object_get(schema, "enum");

	if (!json_is_string(type))
		return;
	json_object_set_new(schema, "type", json_pack("[O,s]", type, "null"));
	if (words)
		json_array_append_new(words, json_null());
}

/* Strict mode's subset of JSON Schema: every member required, none besides, and neither defaults
 * nor lengths of texts (the gate holds to those). */
static void make_strict(json_t *schema)
{
	json_t *properties = json_object_get(schema, "properties"), *required, *member;
	const char *name;

	json_object_del(schema, "default");
	json_object_del(schema, "minLength");
	json_object_del(schema, "maxLength");
	if (json_object_get(schema, "items"))
		make_strict(json_object_get(schema, "items"));
	if (!properties)
		return;
	required = json_array();
	json_object_foreach(properties, name, member) {
		make_strict(member);
		if (!is_required(schema, name))
			allow_null(member);
		json_array_append_new(required, json_string(name));
	}
	json_object_set_new(schema, "required", required);
	json_object_set_new(schema, "additionalProperties", json_false());
}

json_t *op_to_functions(struct call *c)
{
	json_t *list = json_array();

	for (size_t i = 0; op_table[i]; i++) {
		const struct op *op = op_table[i];
		json_t *schema;
		bool strict;

		if (!op_in_actions(c, op))
			continue;
		schema = field_schema(op->args, true);
		for (const struct field *f = op->args; f->name; f++)
			if (f->output)
				json_object_del(json_object_get(schema, "properties"), f->name);
		strict = is_closed(schema);
		if (strict)
			make_strict(schema);
		json_array_append_new(list,
			json_pack("{s:s,s:s,s:s,s:b,s:o}", "type", "function", "name",
				op_name(c, op, '_'), "description", op->about, "strict", strict,
				"parameters", schema));
	}
	return list;
}
