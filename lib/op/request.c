/* What a request of an operation may hold, as a schema. */
#include <string.h>

#include "lib/op/document.h"
#include "lib/op/kind.h"

bool document_in_path(const char *route, const struct field *f)
{
	const char *at = strchr(route, '{');

	for (; at; at = strchr(at + 1, '{'))
		if (!strncmp(at + 1, f->name, strlen(f->name)) && at[1 + strlen(f->name)] == '}')
			return true;
	return false;
}

static void unrequire(json_t *schema, const char *name)
{
	json_t *list = json_object_get(schema, "required");

	for (size_t i = json_array_size(list); i-- > 0;)
		if (!strcmp(json_string_value(json_array_get(list, i)), name))
			json_array_remove(list, i);
	if (list && !json_array_size(list))
		json_object_del(schema, "required");
}

static void remove_member(json_t *schema, const char *name)
{
	json_object_del(json_object_get(schema, "properties"), name);
	unrequire(schema, name);
}

/* The members of a request that belong to the task that it becomes. */
static void add_task_members(json_t *schema)
{
	const struct op *submit = op_find("task submit");
	JSON_AUTO whole = submit ? field_schema(submit->args, true) : NULL;
	json_t *to = json_object_get(schema, "properties");

	for (const char *const *name = kind_members; *name; name++) {
		json_t *value = json_object_get(json_object_get(whole, "properties"), *name);

		if (value && !json_object_get(to, *name))
			json_object_set(to, *name, value);
	}
}

/* The schema of what a guide calls R->from, from that of the argument OWN that it stands for. */
static json_t *renamed(const struct op_rename *r, json_t *own)
{
	json_t *schema;

	if (!own)
		return json_pack("{s:s}", "description", "Nothing is made of it: it is named in warnings");
	if (r->seconds)
		return json_pack("{s:s,s:s}", "type", "number", "description", "Seconds");
	schema = json_deep_copy(own);
	json_object_del(schema, "default");
	return schema;
}

/* The object at the dotted PATH below SCHEMA's properties, made where it is not; *LAST is the name
 * behind it. */
static json_t *parent_of(struct call *c, json_t *schema, const char *path, const char **last)
{
	const char *dot;

	for (; (dot = strchr(path, '.')); path = dot + 1) {
		const char *name = arena_memdup(&c->arena, path, (size_t)(dot - path));
		json_t *properties = json_object_get(schema, "properties");

		schema = json_object_get(properties, name);
		if (!schema) {
			schema = json_pack("{s:s,s:s,s:{}}", "type", "object", "description",
				"The same in the form of a guide", "properties");
			json_object_set_new(properties, name, schema);
		}
	}
	*last = path;
	return json_object_get(schema, "properties");
}

/* Whether an earlier rename of OP stands for the same name: it differs by the word that it takes. */
static bool is_again(const struct op *op, const struct op_rename *r)
{
	for (const struct op_rename *before = op->renames; before != r; before++)
		if (!strcmp(before->from, r->from))
			return true;
	return false;
}

static void add_renames(struct call *c, const struct op *op, json_t *schema)
{
	JSON_AUTO own = json_deep_copy(json_object_get(schema, "properties"));

	for (const struct op_rename *r = op->renames; r && r->from; r++) {
		const char *last;
		json_t *into = parent_of(c, schema, r->from, &last);

		if (!is_again(op, r))
			json_object_set_new(into, last,
				renamed(r, r->to ? json_object_get(own, r->to) : NULL));
		if (r->is)
			json_array_append_new(json_object_get(json_object_get(into, last), "enum"),
				json_string(r->is));
		if (r->to && strcmp(r->to, r->from))
			unrequire(schema, r->to);
	}
}

json_t *document_request(struct document *d, const struct op *op, const struct op_alias *alias)
{
	const char *route = alias ? alias->route : op->route;
	json_t *schema = field_schema(op->args, true), *properties;
	bool body = strncmp(route, "GET ", 4) && strncmp(route, "DELETE ", 7);

	properties = json_object_get(schema, "properties");
	for (const struct field *f = op->args; f->name; f++)
		if (f->output || document_in_path(route, f))
			remove_member(schema, f->name);
	if (alias && alias->preset)
		remove_member(schema, arena_memdup(&d->c->arena, alias->preset, strcspn(alias->preset, "=")));
	if (op->flags & OP_LONG)
		add_task_members(schema);
	if (op->effect != EFFECT_READ && body && !json_object_get(properties, "idempotency_key"))
		json_object_set_new(properties, "idempotency_key",
			json_pack("{s:s,s:s}", "type", "string", "description",
				"Makes asking again safe: the same key is the same call"));
	if (body)
		add_renames(d->c, op, schema);
	/* Clients of a guide send more than they were told. */
	if ((alias ? alias->dialect : op->dialect) != DIALECT_TRAE)
		json_object_del(schema, "additionalProperties");
	return schema;
}
