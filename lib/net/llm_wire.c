/* Wire forms of language-model servers: what is asked, what they answer and how they refuse. */
#include "lib/net/llm_wire.h"

#include <string.h>

#include "lib/text/utf8.h"

#define MAX_WORDS 400

static json_t *question_chat(struct call *c, const struct llm *llm, const char *instructions,
	const char *prompt)
{
	return json_pack("{s:o, s:[{s:s, s:o}, {s:s, s:o}], s:b}", "model",
		json_lossy(c, llm->model), "messages", "role", "system", "content",
		json_lossy(c, instructions), "role", "user", "content", json_lossy(c, prompt),
		"stream", 1);
}

/* store: what is asked stays with the one who asks. */
static json_t *question_responses(struct call *c, const struct llm *llm, const char *instructions,
	const char *prompt)
{
	return json_pack("{s:o, s:o, s:o, s:b, s:b}", "model", json_lossy(c, llm->model),
		"instructions", json_lossy(c, instructions), "input", json_lossy(c, prompt),
		"stream", 1, "store", 0);
}

static const struct api {
	const char *name, *path;
	json_t *(*question)(struct call *c, const struct llm *llm, const char *instructions,
		const char *prompt);
} apis[] = {
	{"responses", "/responses", question_responses},
	{"chat", "/chat/completions", question_chat},
};

enum fail llm_question(struct call *c, const struct llm *llm, const char *instructions,
	const char *prompt, const char **path, const char **body)
{
	for (size_t i = 0; i < sizeof apis / sizeof *apis; i++) {
		JSON_AUTO question = NULL;

		if (strcmp(apis[i].name, llm->api))
			continue;
		question = apis[i].question(c, llm, instructions, prompt);
		if (!question)
			return fail(c, FAIL_BUG, "the question cannot be written as JSON");
		*path = apis[i].path;
		*body = json_text(c, question, false);
		return FAIL_NONE;
	}
	return fail(c, FAIL_CONFIG, "there is no model interface \"%s\"; set responses or chat",
		llm->api);
}

struct llm_answer llm_answer_in(struct arena *a, const char *secret)
{
	return (struct llm_answer){.text = buf_in(a), .refusal = buf_in(a), .secret = secret};
}

const char *llm_shown(struct call *c, const char *text, const char *secret)
{
	struct buf out = buf_in(&c->arena);
	const char *found;

	/* Control characters go first: they could split the secret. */
	text = utf8_plain(&c->arena, text, strlen(text), false);
	while (secret && *secret && (found = strstr(text, secret))) {
		buf_add(&out, text, (size_t)(found - text));
		buf_adds(&out, "***");
		text = found + strlen(secret);
	}
	buf_adds(&out, text);
	if (out.len > MAX_WORDS) {
		size_t len = MAX_WORDS;

		while (len && ((unsigned char)out.data[len] & 0xc0) == 0x80)
			len--;
		buf_cut(&out, len);
	}
	return out.data;
}

/* Codes are texts at OpenAI, numbers at llama.cpp and Google. */
static const char *word_of(struct call *c, const json_t *object, const char *name,
	const char *secret)
{
	const json_t *j = json_object_get(object, name);

	if (json_is_integer(j))
		return arena_printf(&c->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(j));
	return json_is_string(j) ? llm_shown(c, json_string_value(j), secret) : "";
}

static struct llm_error error_of(struct call *c, const json_t *body, const char *secret)
{
	static const char *const names[] = {"message", "detail", "error"};
	const json_t *inner = json_object_get(body, "error");
	const json_t *from = json_is_object(inner) ? inner : body;
	struct llm_error e = {.message = "", .code = word_of(c, from, "code", secret),
		.type = word_of(c, from, "type", secret)};

	for (size_t i = 0; i < sizeof names / sizeof *names && !*e.message; i++)
		e.message = word_of(c, from, names[i], secret);
	return e;
}

struct llm_error llm_read_error(struct call *c, const char *body, size_t len, const char *secret)
{
	JSON_AUTO j = NULL;
	struct llm_error e = {"", "", ""};
	/* A proxy in between may answer with any text at all, which is no failure of ours. */
	const char *why = c->why;

	if (json_parse(c, body, len, &j) == FAIL_NONE && json_is_object(j))
		e = error_of(c, j, secret);
	else if (json_is_string(j))
		e.message = llm_shown(c, json_string_value(j), secret);
	else
		e.message = llm_shown(c, arena_memdup(&c->arena, body, len), secret);
	c->why = why;
	return e;
}

/* Adds the text of CONTENT: a text, or parts of which some are text. */
static void add_content(struct buf *to, const json_t *content)
{
	size_t i;
	json_t *part;

	if (json_is_string(content))
		buf_add(to, json_string_value(content), json_string_length(content));
	json_array_foreach(content, i, part) {
		const char *type = json_member_text(part, "type", "");

		if (!strcmp(type, "text") || !strcmp(type, "output_text"))
			add_content(to, json_object_get(part, "text"));
	}
}

static void add_refusal(struct llm_answer *a, const json_t *refusal)
{
	if (json_is_string(refusal))
		buf_adds(&a->refusal, json_string_value(refusal));
}

/* One choice of chat completions: a delta when it streams, else a message. */
static void take_choice(struct call *c, struct llm_answer *a, const json_t *choice)
{
	const json_t *message = json_object_get(choice, "delta");
	const char *finish = json_member_text(choice, "finish_reason", NULL);

	if (!message)
		message = json_object_get(choice, "message");
	add_content(&a->text, json_object_get(message, "content"));
	add_refusal(a, json_object_get(message, "refusal"));
	if (!finish)
		return;
	a->complete = true;
	if (!strcmp(finish, "length") || !strcmp(finish, "content_filter"))
		a->cut = arena_strdup(&c->arena, finish);
}

/* A whole response object. What its deltas brought already is not added again. */
static void take_response(struct call *c, struct llm_answer *a, const json_t *response)
{
	const json_t *reason = json_object_get(response, "incomplete_details");
	bool streamed = a->text.len || a->refusal.len;
	size_t i, k;
	json_t *item, *part;

	a->complete = true;
	if (!strcmp(json_member_text(response, "status", ""), "incomplete"))
		a->cut = llm_shown(c, json_member_text(reason, "reason", "incomplete"), NULL);
	if (streamed)
		return;
	json_array_foreach(json_object_get(response, "output"), i, item) {
		add_content(&a->text, json_object_get(item, "content"));
		json_array_foreach(json_object_get(item, "content"), k, part)
			add_refusal(a, json_object_get(part, "refusal"));
	}
}

/* True when J is an event of a Responses stream. */
static bool take_named(struct call *c, struct llm_answer *a, const char *name, const json_t *j)
{
	if (strncmp(name, "response.", 9))
		return false;
	name += 9;
	if (!strcmp(name, "output_text.delta")) {
		add_content(&a->text, json_object_get(j, "delta"));
	} else if (!strcmp(name, "refusal.delta")) {
		add_refusal(a, json_object_get(j, "delta"));
	} else if (!strcmp(name, "completed") || !strcmp(name, "incomplete")) {
		take_response(c, a, json_object_get(j, "response"));
	} else if (!strcmp(name, "failed")) {
		a->failed = true;
		a->error = error_of(c, json_object_get(j, "response"), a->secret);
	}
	return true;
}

static void take_object(struct call *c, struct llm_answer *a, const char *name, const json_t *j)
{
	const json_t *error = json_object_get(j, "error");
	const char *type = json_member_text(j, "type", name);

	if (take_named(c, a, type, j))
		return;
	if ((error && !json_is_null(error)) || !strcmp(type, "error")) {
		a->failed = true;
		a->error = error_of(c, j, a->secret);
	} else if (!strcmp(json_member_text(j, "object", ""), "response")) {
		take_response(c, a, j);
	} else if (json_is_array(json_object_get(j, "choices"))) {
		take_choice(c, a, json_array_get(json_object_get(j, "choices"), 0));
	} else if (json_is_boolean(json_object_get(j, "done"))) {
		add_content(&a->text, json_object_get(json_object_get(j, "message"), "content"));
		a->complete = json_is_true(json_object_get(j, "done"));
		if (!strcmp(json_member_text(j, "done_reason", ""), "length"))
			a->cut = "length";
	}
}

enum fail llm_take_event(struct call *c, struct llm_answer *a, const struct sse_event *event)
{
	JSON_AUTO j = NULL;

	if (!strcmp(event->data, "[DONE]")) {
		a->complete = true;
		return FAIL_NONE;
	}
	if (json_parse(c, event->data, event->len, &j) != FAIL_NONE) {
		fail_context(c, "the model's server sends a stream that is not JSON");
		return FAIL_REMOTE;
	}
	if (!json_is_object(j))
		return fail(c, FAIL_REMOTE, "the model's server sends an event that is no object");
	take_object(c, a, event->name, j);
	return FAIL_NONE;
}

enum fail llm_read_models(struct call *c, const char *body, size_t len, const char *const **names)
{
	JSON_AUTO j = NULL;
	const json_t *rows;
	const char **found;
	size_t i, count = 0;
	json_t *row;

	if (json_parse(c, body, len, &j) != FAIL_NONE) {
		fail_context(c, "the list of models is not JSON");
		return FAIL_REMOTE;
	}
	rows = json_object_get(j, "data");
	if (!json_is_array(rows))
		rows = json_object_get(j, "models");
	if (!json_is_array(rows))
		return fail(c, FAIL_REMOTE, "the server answers no list of models");
	found = ARENA_NEW(&c->arena, const char *, json_array_size(rows) + 1);
	json_array_foreach(rows, i, row) {
		const char *name = json_member_text(row, "id", json_member_text(row, "name", ""));

		if (*name)
			found[count++] = llm_shown(c, name, NULL);
	}
	*names = found;
	return FAIL_NONE;
}
