/* Tools that ask the client: its user, its model, its folders. */
#include <string.h>

#include "tests/drive/mcp/tools.h"

/* A form with the one member NAME of TYPE. */
static json_t *form(const char *message, const char *name, const char *type)
{
	return json_pack("{s:s,s:s,s:{s:s,s:{s:{s:s}},s:[s]}}", "mode", "form", "message", message,
		"requestedSchema", "type", "object", "properties", name, "type", type, "required",
		name);
}

static json_t *prompt(const char *text)
{
	return json_pack("{s:[{s:s,s:{s:s,s:s}}],s:i}", "messages", "role", "user", "content", "type",
		"text", "text", text, "maxTokens", 100);
}

static enum fail elicit(struct call *c, const char *key, json_t *params, json_t **answer)
{
	return op_ask(c, key, "elicitation/create", params, answer);
}

static enum fail sample(struct call *c, const char *key, const char *text, json_t **answer)
{
	return op_ask(c, key, "sampling/createMessage", prompt(text), answer);
}

static enum fail roots(struct call *c, const char *key, json_t **answer)
{
	return op_ask(c, key, "roots/list", json_object(), answer);
}

static const char *member(json_t *answer, const char *name)
{
	return json_member_text(json_object_get(answer, "content"), name, "?");
}

static enum fail ask_name(struct call *c, const void *args)
{
	json_t *answer;

	(void)args;
	TRY(elicit(c, "user_name", form("What is your name?", "name", "string"), &answer));
	return say(c, arena_printf(&c->arena, "Hello, %s!", member(answer, "name")));
}

static enum fail ask_model(struct call *c, const void *args)
{
	json_t *answer;

	(void)args;
	TRY(sample(c, "capital_question", "What is the capital of France?", &answer));
	return say(c, member(answer, "text"));
}

static enum fail ask_roots(struct call *c, const void *args)
{
	json_t *answer;

	(void)args;
	TRY(roots(c, "client_roots", &answer));
	return say(c, json_text(c, answer, false));
}

static enum fail ask_ok(struct call *c, const void *args)
{
	json_t *answer;

	(void)args;
	TRY(elicit(c, "confirm", form("Please confirm", "ok", "boolean"), &answer));
	return say(c, "state-ok");
}

static enum fail ask_state(struct call *c, const void *args)
{
	json_t *answer;

	(void)args;
	TRY(elicit(c, "ok", form("Please confirm", "ok", "boolean"), &answer));
	return say(c, "state-ok");
}

/* All at once: what is asked for is known only when every question was. */
static enum fail ask_all(struct call *c, const void *args)
{
	json_t *name, *greeting, *folders;
	enum fail a, b, d;

	(void)args;
	a = elicit(c, "user_name", form("What is your name?", "name", "string"), &name);
	b = sample(c, "greeting", "Generate a greeting", &greeting);
	d = roots(c, "client_roots", &folders);
	if (a || b || d)
		return a ? a : b ? b : d;
	return say(c, member(name, "name"));
}

static enum fail ask_twice(struct call *c, const void *args)
{
	json_t *name, *color;

	(void)args;
	TRY(elicit(c, "step1", form("Step 1: What is your name?", "name", "string"), &name));
	TRY(elicit(c, "step2", form("Step 2: What is your favorite color?", "color", "string"),
		&color));
	return say(c, arena_printf(&c->arena, "%s likes %s", member(name, "name"),
		member(color, "color")));
}

/* Of whom it can. */
static enum fail ask_able(struct call *c, const void *args)
{
	json_t *name, *greeting;
	enum fail f;

	(void)args;
	if (elicit(c, "user_name", form("What is your name?", "name", "string"), &name) == FAIL_DENIED)
		fail_forget(c);
	f = sample(c, "greeting", "Generate a greeting", &greeting);
	return f ? f : say(c, "asked");
}

static enum fail needs_model(struct call *c, const void *args)
{
	json_t *answer;

	(void)args;
	TRY(sample(c, "question", "Anything", &answer));
	return say(c, "sampled");
}

static enum fail ask_streaming(struct call *c, const void *args)
{
	return ask_name(c, args);
}

TOOL("test input-required-result-elicitation", ask_name, "Asks the user for a name");
TOOL("test input-required-result-sampling", ask_model, "Asks the model");
TOOL("test input-required-result-list-roots", ask_roots, "Asks for folders");
TOOL("test input-required-result-request-state", ask_state, "Asks, with a state");
TOOL("test input-required-result-tampered-state", ask_ok, "Asks, with a state that is checked");
TOOL("test input-required-result-multiple-inputs", ask_all, "Asks three things at once");
TOOL("test input-required-result-multi-round", ask_twice, "Asks one thing after another");
TOOL("test input-required-result-capabilities", ask_able, "Asks what can be asked");
TOOL("test missing-capability", needs_model, "Needs the model of the client");
TOOL("test streaming-elicitation", ask_streaming, "Asks the user for a name");

struct ask_args {
	const char *prompt, *message;
};

static enum fail sampling(struct call *c, const void *data)
{
	const struct ask_args *args = data;
	json_t *answer;

	TRY(sample(c, "prompt", args->prompt, &answer));
	return say(c, arena_printf(&c->arena, "LLM response: %s", member(answer, "text")));
}

const struct op op_sampling = {.name = "test sampling", .route = "GET /test/sampling",
	.effect = EFFECT_READ, .summary = "Asks the model", .about = "Asks the model", .example = "trae test",
	OP_ARGS(struct ask_args, FIELD(struct ask_args, prompt, "The prompt", .required = true)),
	OP_REPLY(struct said, FIELD(struct said, text, "What it says")), .run = sampling};

static enum fail elicitation(struct call *c, const void *data)
{
	const struct ask_args *args = data;
	json_t *answer, *params = form(args->message, "username", "string");
	json_t *schema = json_object_get(params, "requestedSchema");

	json_object_set_new(json_object_get(schema, "properties"), "email",
		json_pack("{s:s}", "type", "string"));
	json_array_append_new(json_object_get(schema, "required"), json_string("email"));
	TRY(elicit(c, "message", params, &answer));
	return say(c, arena_printf(&c->arena, "User response: %s", json_text(c, answer, false)));
}

const struct op op_elicitation = {.name = "test elicitation", .route = "GET /test/elicitation",
	.effect = EFFECT_READ, .summary = "Asks the user", .about = "Asks the user", .example = "trae test",
	OP_ARGS(struct ask_args, FIELD(struct ask_args, message, "What to ask", .required = true)),
	OP_REPLY(struct said, FIELD(struct said, text, "What it says")), .run = elicitation};

/* Asks with the schema PROPERTIES, and says how that ended. */
static enum fail ask_form(struct call *c, const char *properties)
{
	json_t *answer, *j, *params;

	TRY(json_parse(c, properties, strlen(properties), &j));
	params = json_pack("{s:s,s:s,s:{s:s,s:o,s:[]}}", "mode", "form", "message", "Please fill in",
		"requestedSchema", "type", "object", "properties", j, "required");
	TRY(elicit(c, "form", params, &answer));
	return say(c, arena_printf(&c->arena, "Elicitation completed: action=%s, content=%s",
		json_member_text(answer, "action", "?"), json_text(c, answer, false)));
}

static enum fail defaults(struct call *c, const void *args)
{
	(void)args;
	return ask_form(c, "{\"name\":{\"type\":\"string\",\"default\":\"John Doe\"},"
		"\"age\":{\"type\":\"integer\",\"default\":30},"
		"\"score\":{\"type\":\"number\",\"default\":95.5},"
		"\"status\":{\"type\":\"string\",\"enum\":[\"active\",\"inactive\",\"pending\"],"
		"\"default\":\"active\"},\"verified\":{\"type\":\"boolean\",\"default\":true}}");
}

static enum fail enums(struct call *c, const void *args)
{
	(void)args;
	return ask_form(c, "{\"untitledSingle\":{\"type\":\"string\",\"enum\":[\"option1\",\"option2\","
		"\"option3\"]},\"titledSingle\":{\"type\":\"string\",\"oneOf\":[{\"const\":\"value1\","
		"\"title\":\"First Option\"},{\"const\":\"value2\",\"title\":\"Second Option\"},{\"const\":"
		"\"value3\",\"title\":\"Third Option\"}]},\"legacyEnum\":{\"type\":\"string\",\"enum\":"
		"[\"opt1\",\"opt2\",\"opt3\"],\"enumNames\":[\"Option One\",\"Option Two\",\"Option Three\"]},"
		"\"untitledMulti\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":[\"option1\","
		"\"option2\",\"option3\"]}},\"titledMulti\":{\"type\":\"array\",\"items\":{\"anyOf\":[{\"const\":"
		"\"value1\",\"title\":\"First Choice\"},{\"const\":\"value2\",\"title\":\"Second Choice\"},"
		"{\"const\":\"value3\",\"title\":\"Third Choice\"}]}}}");
}

TOOL("test elicitation-sep1034-defaults", defaults, "Asks with defaults");
TOOL("test elicitation-sep1330-enums", enums, "Asks with choices");
