/* OpenAPI documents, out of the table. */
#include <string.h>

#include "lib/op/op.h"

static json_t *error_schema(void)
{
	return json_pack("{s:s,s:{s:{s:s,s:{s:{s:s},s:{s:s},s:{s:s}},s:[s,s]}},s:[s]}", "type",
		"object", "properties", "error", "type", "object", "properties", "code", "type",
		"string", "message", "type", "string", "details", "type", "object", "required",
		"code", "message", "required", "error");
}

static json_t *parameters(const struct op *op, const char *route)
{
	json_t *list = json_array(), *schema = field_schema(op->args, true);

	for (const struct field *f = op->args; f->name; f++) {
		const char *in_path = strstr(route, f->name);
		bool path = in_path && in_path[-1] == '{';
		json_t *value = json_object_get(json_object_get(schema, "properties"), f->name);

		if (!path && strncmp(route, "GET ", 4) && strncmp(route, "DELETE ", 7))
			continue;
		json_array_append_new(list,
			json_pack("{s:s,s:s,s:b,s:s,s:O}", "name", f->name, "in",
				path ? "path" : "query", "required", path || f->required,
				"description", f->help, "schema", value));
	}
	json_decref(schema);
	return list;
}

static json_t *path_item(const struct op *op, struct call *c)
{
	json_t *item = json_pack("{s:s,s:s,s:s,s:b,s:{s:{s:s,s:{s:{s:o}}},s:{s:s,s:{s:{s:{s:s}}}}}}",
		"operationId", op_name(c, op, '_'), "summary", op->summary, "description",
		op->about, "x-openai-isConsequential", op->effect > EFFECT_WRITE, "responses",
		"200", "description", "Done", "content", "application/json", "schema",
		op_reply_schema(op), "default", "description", "Error", "content", "application/json",
		"schema", "$ref", "#/components/schemas/Error");
	json_t *list = parameters(op, op->route);

	if (json_array_size(list))
		json_object_set(item, "parameters", list);
	json_decref(list);
	if (!strncmp(op->route, "POST ", 5) || !strncmp(op->route, "PUT ", 4))
		json_object_set_new(item, "requestBody",
			json_pack("{s:b,s:{s:{s:o}}}", "required", op->args->name != NULL, "content",
				"application/json", "schema", field_schema(op->args, true)));
	return item;
}

json_t *op_to_openapi(struct call *c, const char *server)
{
	json_t *paths = json_object();

	for (size_t i = 0; op_table[i]; i++) {
		const struct op *op = op_table[i];
		const char *space;
		char *method;
		json_t *path;

		if (!op->route)
			continue;
		space = strchr(op->route, ' ');
		method = arena_memdup(&c->arena, op->route, (size_t)(space - op->route));
		for (char *p = method; *p; p++)
			*p = (char)(*p + 32);
		path = json_object_get(paths, space + 1);
		if (!path) {
			path = json_object();
			json_object_set_new(paths, space + 1, path);
		}
		json_object_set_new(path, method, path_item(op, c));
	}
	return json_pack("{s:s,s:{s:s,s:s,s:{s:s,s:s}},s:[{s:s}],s:[{s:[]}],s:o,s:{s:{s:o},s:{s:{s:s,s:s}}}}",
		"openapi", "3.1.0", "info", "title", "trae", "version", TRAE_VERSION, "license",
		"name", "GPL-3.0-or-later", "identifier", "GPL-3.0-or-later", "servers", "url",
		server, "security", "bearer", "paths", paths, "components", "schemas", "Error",
		error_schema(), "securitySchemes", "bearer", "type", "http", "scheme", "bearer");
}
