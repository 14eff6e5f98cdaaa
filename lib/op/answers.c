/* What an operation answers over HTTP, by status. */
#include <string.h>

#include "lib/base/embed.h"
#include "lib/op/document.h"

/* When an operation can answer with a status. */
enum when { ALWAYS, INPUT, KEYED, NAMED, WRITES };

static const struct {
	int status;
	enum when when;
	const char *name, *text;
} failures[] = {
	{400, INPUT, "Invalid", "The request does not fit the operation"},
	{401, KEYED, "Unauthenticated", "No key, or none that is valid"},
	{403, KEYED, "Denied", "The key may not cause this"},
	{404, NAMED, "NotFound", "What the path names is not there"},
	{409, WRITES, "Conflict", "It is not in a state for this, or the same call still runs"},
	{421, ALWAYS, "Misdirected", "The name in Host is not one of this server"},
	{422, WRITES, "KeyReused", "Another call had this idempotency key"},
	{429, KEYED, "RateLimited", "Too many calls: wait as long as Retry-After says"},
	{500, ALWAYS, "Internal", "A fault of the server"},
	{503, ALWAYS, "Unavailable", "Busy, or something has to be set, installed or given first"},
};
#define FAILURES (sizeof failures / sizeof *failures)

static bool can(const struct op *op, const char *route, enum when when)
{
	switch (when) {
	case INPUT:
		return op->args->name != NULL;
	case KEYED:
		return !(op->flags & OP_OPEN);
	case NAMED:
		return strchr(route, '{') != NULL;
	case WRITES:
		return op->effect != EFFECT_READ;
	case ALWAYS:
		break;
	}
	return true;
}

static json_t *content(const char *media_type, json_t *schema)
{
	return json_pack("{s:{s:o}}", media_type, "schema", schema);
}

static json_t *answer(const char *text, const char *media_type, json_t *schema)
{
	return json_pack("{s:s,s:o}", "description", text, "content", content(media_type, schema));
}

json_t *document_common_answers(struct document *d)
{
	json_t *all = json_object();

	for (size_t i = 0; i < FAILURES; i++) {
		json_t *one = answer(failures[i].text, "application/json",
			document_common(d, "Error"));

		if (failures[i].status == 429)
			json_object_set_new(one, "headers",
				json_pack("{s:{s:s,s:{s:s}}}", "Retry-After", "description", "Seconds to wait",
					"schema", "type", "integer"));
		json_object_set_new(all, failures[i].name, one);
	}
	return all;
}

EMBED(schemas_text, "share/web/schemas.json");

void document_begin(struct document *d)
{
	d->common = json_keep(d->c, json_loads(schemas_text, 0, NULL));
	d->schemas = json_object();
}

/* What a task has made, in the names of the guides beside the operation's own. */
static void add_made(json_t *schema)
{
	static const struct {
		const char *name, *type, *text;
	} made[] = {
		{"content_url", "string", "Where its bytes are"},
		{"content_type", "string", "Media type"},
		{"file_size_bytes", "integer", "Its size"},
		{"duration_seconds", "number", "Its length"},
		{"resolution", "string", "Pixels, as 1920x1080"},
	};
	json_t *properties = json_object_get(schema, "properties");
	json_t *required = json_object_get(schema, "required");

	/* A path of this machine says nothing to a caller elsewhere. */
	json_object_del(properties, "path");
	for (size_t i = json_array_size(required); i-- > 0;)
		if (!strcmp(json_string_value(json_array_get(required, i)), "path"))
			json_array_remove(required, i);
	for (size_t i = 0; i < sizeof made / sizeof *made; i++)
		json_object_set_new(properties, made[i].name,
			json_pack("{s:[s,s],s:s}", "type", made[i].type, "null", "description",
				made[i].text));
	json_object_set_new(properties, "metadata",
		json_pack("{s:s,s:s,s:{s:{s:s,s:s},s:{s:s,s:s},s:{s:[s,s],s:s}}}", "type", "object",
			"description", "How it was made", "properties", "created_at", "type", "string",
			"description", "When it was asked for", "processing_time_seconds", "type",
			"number", "description", "How long it took", "quality_score", "type", "number",
			"null", "description", "Null: no rule computes it"));
	json_object_set_new(schema, "type", json_pack("[s,s]", "object", "null"));
}

/* ChatGPT's answers are cut to a length: lib/front/cut.c. */
static json_t *cuttable(const struct document *d, json_t *schema)
{
	json_t *properties = json_object_get(schema, "properties");

	if (!d->actions)
		return schema;
	json_object_set_new(properties, "truncated", json_pack("{s:s,s:s}", "type", "boolean",
		"description", "There is more: ask again with next as cursor"));
	json_object_set_new(properties, "next", json_pack("{s:s,s:s}", "type", "string",
		"description", "What to give as cursor"));
	return schema;
}

/* The answer to a request that waited for its task. */
static json_t *outcome(struct document *d, const struct op *op)
{
	json_t *schema = json_deep_copy(json_object_get(d->common, "TaskOutcome"));
	json_t *result = op_reply_schema(op);

	add_made(result);
	json_object_set_new(json_object_get(schema, "properties"), "result", result);
	return document_component(d, document_name(d->c, op, "Outcome"), cuttable(d, schema));
}

static json_t *success(struct document *d, const struct op *op, const struct op_alias *alias)
{
	bool json = alias && alias->media_type && !strcmp(alias->media_type, "application/json");

	if (op->flags & OP_BYTES)
		return answer("The bytes, of the type that the file has", "*/*",
			json_pack("{s:s,s:s}", "type", "string", "format", "binary"));
	if (alias && alias->media_type)
		return answer(field_find(op->reply, op->document)->help, alias->media_type,
			json ? json_pack("{s:s,s:b}", "type", "object", "additionalProperties", true)
			     : json_pack("{s:s}", "type", "string"));
	if (op->flags & OP_LONG)
		return answer("What was made, when it ended within the wait", "application/json",
			outcome(d, op));
	return answer("Done", "application/json", document_component(d,
		document_name(d->c, op, "Reply"), cuttable(d, op_reply_schema(op))));
}

static json_t *failure(struct document *d, enum dialect dialect, size_t i)
{
	bool input = failures[i].when == INPUT;

	if (dialect == DIALECT_TRAE)
		return document_ref("responses", failures[i].name);
	return answer(failures[i].text, "application/json",
		document_common(d, dialect == DIALECT_OAUTH ? "OAuthError"
			: input ? "HTTPValidationError" : "ErrorDetail"));
}

json_t *document_answers(struct document *d, const struct op *op, const struct op_alias *alias)
{
	const char *route = alias ? alias->route : op->route;
	enum dialect dialect = alias ? alias->dialect : op->dialect;
	json_t *all = json_object();

	if (op->flags & OP_LONG)
		json_object_set_new(all, "202", answer("Put on the queue", "application/json",
			document_common(d, "TaskAccepted")));
	json_object_set_new(all, op->flags & OP_LATER ? "202" : "200", success(d, op, alias));
	for (size_t i = 0; i < FAILURES; i++) {
		bool moved = dialect == DIALECT_DETAIL && failures[i].status == 400;
		const char *status = arena_printf(&d->c->arena, "%d", moved ? 422 : failures[i].status);

		if (can(op, route, failures[i].when) && !json_object_get(all, status))
			json_object_set_new(all, status, failure(d, dialect, i));
	}
	return all;
}
