/* Resources and prompts. */
#include "tests/drive/mcp/tools.h"

struct read_args {
	const char *id, *arg1, *arg2, *resourceUri;
};

struct data_reply {
	const char *id, *data;
	bool templateTest;
};

static enum fail static_text(struct call *c, const void *args)
{
	(void)args;
	return hand_over(c, "static.txt", "text/plain");
}

static enum fail static_binary(struct call *c, const void *args)
{
	(void)args;
	return hand_over(c, "pixel.png", "image/png");
}

static enum fail template(struct call *c, const void *data)
{
	const struct read_args *args = data;

	return op_emit(c, &(struct data_reply){.id = args->id, .templateTest = true,
		.data = arena_printf(&c->arena, "Data for ID: %s", args->id)});
}

TOOL("test static-text", static_text, "Static text");
TOOL("test static-binary", static_binary, "Static bytes");

const struct op op_template = {.name = "test template", .route = "GET /test/template",
	.effect = EFFECT_READ, .summary = "Data by id", .about = "Data by id", .example = "trae test",
	OP_ARGS(struct read_args, FIELD(struct read_args, id, "Identifier", .required = true)),
	OP_REPLY(struct data_reply, FIELD(struct data_reply, id, "Identifier"),
		FIELD(struct data_reply, templateTest, "True"), FIELD(struct data_reply, data, "Data")),
	.run = template};

static enum fail prompt_simple(struct call *c, const void *args)
{
	(void)args;
	return say(c, "This is a simple prompt for testing.");
}

static enum fail prompt_arguments(struct call *c, const void *data)
{
	const struct read_args *args = data;

	return say(c, arena_printf(&c->arena, "Prompt with arguments: arg1='%s', arg2='%s'", args->arg1,
		args->arg2));
}

static enum fail prompt_resource(struct call *c, const void *args)
{
	(void)args;
	TRY(hand_over(c, "static.txt", "text/plain"));
	return say(c, "Please process the embedded resource above.");
}

static enum fail prompt_image(struct call *c, const void *args)
{
	(void)args;
	TRY(hand_over(c, "pixel.png", "image/png"));
	return say(c, "Please analyze the image above.");
}

static enum fail prompt_asks(struct call *c, const void *args)
{
	json_t *answer, *params = json_pack("{s:s,s:s,s:{s:s,s:{s:{s:s}},s:[s]}}", "mode", "form",
		"message", "What context should the prompt use?", "requestedSchema", "type", "object",
		"properties", "context", "type", "string", "required", "context");

	(void)args;
	TRY(op_ask(c, "user_context", "elicitation/create", params, &answer));
	return say(c, json_member_text(json_object_get(answer, "content"), "context", "?"));
}

TOOL("test prompt-simple", prompt_simple, "A prompt");
TOOL("test prompt-image", prompt_image, "A prompt with a picture");
TOOL("test prompt-asks", prompt_asks, "A prompt that asks");

const struct op op_prompt_arguments = {.name = "test prompt-arguments",
	.route = "GET /test/prompt", .effect = EFFECT_READ, .summary = "A prompt with arguments",
	.about = "A prompt with arguments", .example = "trae test", .document = "text",
	OP_ARGS(struct read_args, FIELD(struct read_args, arg1, "First", .required = true),
		FIELD(struct read_args, arg2, "Second", .required = true)),
	OP_REPLY(struct said, FIELD(struct said, text, "What it says")), .run = prompt_arguments};

const struct op op_prompt_resource = {.name = "test prompt-resource",
	.route = "GET /test/resource", .effect = EFFECT_READ, .summary = "A prompt with a resource",
	.about = "A prompt with a resource", .example = "trae test", .document = "text",
	OP_ARGS(struct read_args, FIELD(struct read_args, resourceUri, "Its URI", .required = true)),
	OP_REPLY(struct said, FIELD(struct said, text, "What it says")), .run = prompt_resource};
