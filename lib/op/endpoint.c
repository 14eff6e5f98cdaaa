/* One path and method of the OpenAPI documents. */
#include <string.h>

#include "lib/op/document.h"

static bool has_body(const char *route)
{
	return strncmp(route, "GET ", 4) && strncmp(route, "DELETE ", 7);
}

static json_t *parameter(const char *name, const char *in, bool required, json_t *schema,
	json_t *example)
{
	json_t *p = json_pack("{s:s,s:s,s:b,s:O}", "name", name, "in", in, "required", required,
		"schema", schema);
	json_t *text = json_object_get(schema, "description");

	if (text)
		json_object_set(p, "description", text);
	json_object_del(schema, "description");
	if (example)
		json_object_set(p, "example", example);
	/* Lists are divided by commas. */
	if (json_object_get(schema, "items") && !strcmp(in, "query")) {
		json_object_set_new(p, "style", json_string("form"));
		json_object_set_new(p, "explode", json_false());
	}
	return p;
}

/* A parameter of the front and not of the operation. */
static json_t *front_parameter(const char *name, const char *in, const char *text, json_t *schema)
{
	json_t *p = json_pack("{s:s,s:s,s:b,s:s,s:o}", "name", name, "in", in, "required", false,
		"description", text, "schema", schema);

	return p;
}

static void add_front(const struct document *d, const struct op *op, const char *route, json_t *list)
{
	if (op->flags & (OP_LONG | OP_WAIT))
		json_array_append_new(list, front_parameter("wait", "query",
			"Seconds to wait for its end before answering",
			json_pack("{s:s,s:i,s:i}", "type", "integer", "minimum", 0, "maximum", 40)));
	if (d->actions && op->effect == EFFECT_READ)
		json_array_append_new(list, front_parameter("cursor", "query",
			"The member next of a truncated answer: gives what follows",
			json_pack("{s:s}", "type", "string")));
	if (!d->actions && op->effect != EFFECT_READ && has_body(route) && !(op->flags & OP_OPEN))
		json_array_append_new(list, front_parameter("Idempotency-Key", "header",
			"Makes asking again safe: the same key is the same call",
			json_pack("{s:s}", "type", "string")));
}

static json_t *parameters(struct document *d, const struct op *op, const struct op_alias *alias,
	json_t *request, json_t *example)
{
	const char *route = alias ? alias->route : op->route, *name;
	json_t *list = json_array(), *value;
	JSON_AUTO all = field_schema(op->args, true);

	for (const struct field *f = op->args; f->name; f++)
		if (document_in_path(route, f))
			json_array_append_new(list, parameter(f->name, "path", true,
				json_object_get(json_object_get(all, "properties"), f->name),
				json_object_get(example, f->name)));
	if (!has_body(route))
		json_object_foreach(json_object_get(request, "properties"), name, value) {
			const struct field *f = field_find(op->args, name);

			json_array_append_new(list, parameter(name, "query", f && f->required, value,
				json_object_get(example, name)));
		}
	add_front(d, op, route, list);
	return list;
}

static void add_body(struct document *d, const struct op *op, const struct op_alias *alias,
	json_t *request, json_t *example, json_t *item)
{
	const char *name = document_name(d->c, op, alias && alias->preset ? alias->preset : "Request");
	json_t *body = json_pack("{s:b,s:{s:{}}}", "required",
		json_object_get(request, "required") != NULL, "content", "application/json");
	json_t *media = json_object_get(json_object_get(body, "content"), "application/json");
	const char *key;
	json_t *value;
	void *next;

	if (!json_object_size(json_object_get(request, "properties"))) {
		json_decref(body);
		return;
	}
	json_object_foreach_safe(example, next, key, value)
		if (!json_object_get(json_object_get(request, "properties"), key))
			json_object_del(example, key);
	json_object_set_new(media, "schema", document_component(d, name, json_incref(request)));
	if (json_object_size(example))
		json_object_set(media, "example", example);
	json_object_set_new(item, "requestBody", body);
}

/* The names of a guide, which the shell does not know. */
static json_t *renames_of(const struct op *op)
{
	json_t *list = json_array();

	for (const struct op_rename *r = op->renames; r && r->from; r++) {
		json_t *one = json_pack("{s:s,s:s?}", "from", r->from, "to", r->to);

		if (r->seconds)
			json_object_set_new(one, "seconds", json_true());
		if (r->text)
			json_object_set_new(one, "text", json_true());
		if (r->is)
			json_object_update_new(one, json_pack("{s:s,s:s}", "is", r->is, "means", r->means));
		json_array_append_new(list, one);
	}
	return list;
}

/* What the page /docs needs to write the same call as a shell line. */
static json_t *shell_line(struct call *c, const struct op *op)
{
	json_t *words = json_array(), *flags = json_object(), *line;

	for (const struct field *f = op->args; f->name; f++) {
		if (f->output)
			continue;
		if (f->word)
			json_array_append_new(words, json_string(f->name));
		else
			json_object_set_new(flags, f->name, json_string(field_flag(c, f)));
	}
	line = json_pack("{s:s,s:s,s:s,s:o,s:o}", "command", op->name, "effect",
		effect_word(op->effect), "example", op->example, "words", words, "flags", flags);
	if (op->renames)
		json_object_set_new(line, "renames", renames_of(op));
	return line;
}

static const char *tag_of(struct call *c, const struct op *op)
{
	const char *space = strchr(op->name, ' ');

	return space ? arena_memdup(&c->arena, op->name, (size_t)(space - op->name)) : "trae";
}

json_t *document_endpoint(struct document *d, const struct op *op, const struct op_alias *alias)
{
	const char *route = alias ? alias->route : op->route;
	JSON_AUTO request = document_request(d, op, alias);
	JSON_AUTO example = document_example(d->c, op);
	JSON_AUTO list = NULL;
	json_t *item = json_pack("{s:s,s:s,s:s,s:[s],s:b}", "operationId",
		alias ? alias->id : op_name(d->c, op, '_'), "summary", op->summary, "description",
		op->about, "tags", tag_of(d->c, op), "x-openai-isConsequential",
		op->effect != EFFECT_READ);

	list = parameters(d, op, alias, request, example);
	if (json_array_size(list))
		json_object_set(item, "parameters", list);
	if (has_body(route))
		add_body(d, op, alias, request, example, item);
	json_object_set_new(item, "responses", document_answers(d, op, alias));
	if (op->flags & OP_OPEN)
		json_object_set_new(item, "security", json_array());
	if (!d->actions)
		json_object_set_new(item, "x-trae", shell_line(d->c, op));
	return item;
}
