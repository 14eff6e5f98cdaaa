/* OpenAPI documents, out of the table. */
#include <ctype.h>
#include <string.h>

#include "lib/config/config.h"
#include "lib/op/document.h"
#include "lib/policy/policy.h"

json_t *document_ref(const char *section, const char *name)
{
	return json_pack("{s:o}", "$ref", json_sprintf("#/components/%s/%s", section, name));
}

json_t *document_common(struct document *d, const char *name)
{
	json_object_set(d->schemas, name, json_object_get(d->common, name));
	if (!strcmp(name, "HTTPValidationError"))
		json_decref(document_common(d, "ValidationError"));
	return document_ref("schemas", name);
}

json_t *document_component(struct document *d, const char *name, json_t *schema)
{
	json_object_set_new(d->schemas, name, schema);
	return document_ref("schemas", name);
}

const char *document_name(struct call *c, const struct op *op, const char *end)
{
	struct buf b = buf_in(&c->arena);
	bool first = true;

	for (const char *p = op->name; *p; p++) {
		if (isalnum((unsigned char)*p))
			buf_addc(&b, (char)(first ? toupper((unsigned char)*p) : *p));
		first = !isalnum((unsigned char)*p);
	}
	buf_adds(&b, end);
	return b.data;
}

static void add_path(struct document *d, json_t *paths, const struct op *op,
	const struct op_alias *alias)
{
	const char *route = alias ? alias->route : op->route, *space = strchr(route, ' ');
	char *method = arena_memdup(&d->c->arena, route, (size_t)(space - route));
	json_t *path = json_object_get(paths, space + 1);

	for (char *p = method; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	if (!path) {
		path = json_object();
		json_object_set_new(paths, space + 1, path);
	}
	json_object_set_new(path, method, document_endpoint(d, op, alias));
}

/* The groups, each with the operations in it. */
static json_t *tags_of(const json_t *paths)
{
	json_t *texts = json_object(), *tags = json_array(), *path, *item, *text;
	const char *place, *method, *tag;

	json_object_foreach((json_t *)paths, place, path)
		json_object_foreach(path, method, item) {
			tag = json_string_value(json_array_get(json_object_get(item, "tags"), 0));
			text = json_object_get(texts, tag);
			json_object_set_new(texts, tag, json_sprintf("%s%s%s",
				text ? json_string_value(text) : "", text ? ", " : "",
				json_string_value(json_object_get(item, "operationId"))));
		}
	json_object_foreach(texts, tag, text)
		json_array_append_new(tags,
			json_pack("{s:s,s:O}", "name", tag, "description", text));
	json_decref(texts);
	return tags;
}

static json_t *document(struct document *d, const char *server, json_t *paths)
{
	const char *about = d->actions
		? "The operations of trae that ChatGPT is given, under limits of its own."
		: "Everything that trae can do over HTTP. Long operations become tasks.";
	json_t *security = json_pack("[{s:[]}]", "bearer");
	json_t *schemes = json_pack("{s:{s:s,s:s,s:s}}", "bearer", "type", "http", "scheme", "bearer",
		"description", "A key of trae key create");
	json_t *responses;

	if (!d->actions) {
		json_array_append_new(security, json_pack("{s:[]}", "key"));
		json_object_set_new(schemes, "key", json_pack("{s:s,s:s,s:s,s:s}", "type", "apiKey", "in",
			"header", "name", "X-API-Key", "description", "The same key"));
	}
	responses = document_common_answers(d);
	return json_pack("{s:s,s:{s:s,s:s,s:s,s:{s:s,s:s}},s:[{s:s}],s:o,s:o,s:o,s:{s:o,s:o,s:o}}",
		"openapi", "3.1.0", "info", "title", "trae", "version", TRAE_VERSION, "description",
		about, "license", "name", "GPL-3.0-or-later", "identifier", "GPL-3.0-or-later",
		"servers", "url", server, "security", security, "tags", tags_of(paths), "paths",
		paths, "components", "schemas", d->schemas, "responses", responses,
		"securitySchemes", schemes);
}

json_t *op_to_openapi(struct call *c, const char *server)
{
	struct document d = {.c = c};
	json_t *paths = json_object();

	document_begin(&d);
	for (size_t i = 0; op_table[i]; i++) {
		const struct op *op = op_table[i];

		if ((op->flags & OP_PROTOCOL) || op->lacks)
			continue;
		if (op->route)
			add_path(&d, paths, op, NULL);
		for (const struct op_alias *a = op->aliases; a && a->route; a++)
			add_path(&d, paths, op, a);
	}
	return document(&d, server, paths);
}

bool op_in_actions(struct call *c, const struct op *op)
{
	return op->route && !(op->flags & OP_BYTES) && !policy_reserved(op->name) &&
		policy_covers(config_text(c, "actions.operations"), op->name);
}

enum fail op_to_actions(struct call *c, const char *server, json_t **out)
{
	struct document d = {.c = c, .actions = true};
	json_t *paths = json_object();
	size_t count = 0;

	document_begin(&d);
	for (size_t i = 0; op_table[i]; i++) {
		const struct op_alias *a = op_table[i]->aliases;

		if (!op_in_actions(c, op_table[i]))
			continue;
		/* The GPT backend's clients know its operations by its names. */
		while (a && a->route && a->dialect != DIALECT_DETAIL)
			a++;
		add_path(&d, paths, op_table[i], a && a->route ? a : NULL);
		count++;
	}
	*out = json_keep(c, document(&d, arena_printf(&c->arena, "%s" ACTIONS_PATH, server), paths));
	if (count > ACTIONS_MAX)
		return fail(c, FAIL_CONFIG, "actions.operations names %zu operations, and ChatGPT takes %d",
			count, ACTIONS_MAX);
	if (strncmp(server, "https://", 8))
		return fail(c, FAIL_CONFIG, "ChatGPT asks over https alone: set server.public_url to the "
			"address that a proxy or tunnel has, as https://trae.example");
	return FAIL_NONE;
}
