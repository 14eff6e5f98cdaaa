/* From JSON and text into C structs. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/field/field.h"
#include "lib/text/duration.h"
#include "lib/text/utf8.h"

const struct field *field_find(const struct field *fields, const char *name)
{
	for (const struct field *f = fields; f && f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

static const char *words_text(struct call *c, const char *const *words)
{
	struct buf b = buf_in(&c->arena);

	for (size_t i = 0; words[i]; i++) {
		if (i)
			buf_adds(&b, words[i + 1] ? ", " : " or ");
		buf_adds(&b, words[i]);
	}
	return b.data;
}

static enum fail check_word(struct call *c, const struct field *f, const char *word)
{
	size_t count = 0;
	const char *near;

	if (!f->oneof)
		return FAIL_NONE;
	for (; f->oneof[count]; count++)
		if (!strcmp(f->oneof[count], word))
			return FAIL_NONE;
	for (const char *const *no = f->instead; no && *no; no += 2)
		if (!strcasecmp(word, *no))
			return fail(c, FAIL_USAGE, "%s: %s", f->name, no[1]);
	near = field_nearest(word, f->oneof, count);
	return fail(c, FAIL_USAGE, "%s: \"%s\" is not one of %s%s%s%s", f->name,
		utf8_plain(&c->arena, word, strlen(word), false), words_text(c, f->oneof),
		near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static enum fail check_range(struct call *c, const struct field *f, double value, const char *what)
{
	if ((f->min == 0 && f->max == 0) || (value >= f->min && value <= f->max))
		return FAIL_NONE;
	return fail(c, FAIL_USAGE, "%s: %s has to be from %.10g to %.10g, not %.10g", f->name, what,
		f->min, f->max, value);
}

static enum fail wrong_type(struct call *c, const struct field *f, const json_t *value)
{
	static const char *const want[] = {[FIELD_BOOL] = "true or false",
		[FIELD_INT] = "a whole number", [FIELD_NUM] = "a number", [FIELD_TEXT] = "a text",
		[FIELD_LIST] = "a list of texts", [FIELD_JSON] = "an object",
		[FIELD_PATH] = "a text", [FIELD_PATHS] = "a list of texts"};
	const char *got = json_text(c, value, false), *wanted = want[f->type];

	if (f->type == FIELD_JSON && f->array)
		wanted = "an array";
	if (f->or_number)
		wanted = "a text or a whole number";
	if (strlen(got) > 60)
		got = arena_printf(&c->arena, "%.57s...", got);
	return fail(c, FAIL_USAGE, "%s: %s is needed, not %s", f->name, wanted,
		utf8_plain(&c->arena, got, strlen(got), false));
}

static enum fail check_text(struct call *c, const struct field *f, const json_t *value)
{
	const char *text = json_string_value(value);
	int64_t ms;

	if (!text)
		return wrong_type(c, f, value);
	TRY(check_word(c, f, text));
	if (f->duration && !duration_parse(text, &ms))
		return fail(c, FAIL_USAGE, "%s: a duration is needed, as in 15_minutes, 15m or 900 "
			"seconds, not \"%s\"", f->name,
			utf8_plain(&c->arena, text, strlen(text), false));
	if (f->type != FIELD_TEXT)
		return FAIL_NONE;
	return check_range(c, f, (double)utf8_count(text, strlen(text)), "its length");
}

enum fail field_check(struct call *c, const struct field *f, const json_t *value)
{
	const json_t *element;
	size_t i;

	switch (f->type) {
	case FIELD_BOOL:
		return json_is_boolean(value) ? FAIL_NONE : wrong_type(c, f, value);
	case FIELD_INT:
		if (!json_is_integer(value))
			return wrong_type(c, f, value);
		return check_range(c, f, (double)json_integer_value(value), "it");
	case FIELD_NUM:
		if (!json_is_number(value))
			return wrong_type(c, f, value);
		return check_range(c, f, json_number_value(value), "it");
	case FIELD_TEXT:
	case FIELD_PATH:
		return check_text(c, f, value);
	case FIELD_LIST:
	case FIELD_PATHS:
		if (!json_is_array(value))
			return wrong_type(c, f, value);
		json_array_foreach((json_t *)value, i, element) {
			if (!json_is_string(element))
				return wrong_type(c, f, element);
			TRY(check_word(c, f, json_string_value(element)));
		}
		return FAIL_NONE;
	case FIELD_JSON:
		return (f->array ? json_is_array(value) : json_is_object(value))
			? FAIL_NONE
			: wrong_type(c, f, value);
	}
	return FAIL_NONE;
}

static enum fail bool_from_text(struct call *c, const struct field *f, const char *text,
	json_t **out)
{
	static const char *const yes[] = {"true", "yes", "on", "1"};
	static const char *const no[] = {"false", "no", "off", "0"};

	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		if (!strcasecmp(text, yes[i])) {
			*out = json_true();
			return FAIL_NONE;
		}
		if (!strcasecmp(text, no[i])) {
			*out = json_false();
			return FAIL_NONE;
		}
	}
	return fail(c, FAIL_USAGE, "%s: true or false is needed, not \"%s\"", f->name, text);
}

static enum fail number_from_text(struct call *c, const struct field *f, const char *text,
	json_t **out)
{
	char *end;

	errno = 0;
	if (f->type == FIELD_INT) {
		long long v = strtoll(text, &end, 10);

		if (!*text || *end || errno)
			return fail(c, FAIL_USAGE, "%s: a whole number is needed, not \"%s\"",
				f->name, text);
		*out = json_integer(v);
	} else {
		double v = strtod(text, &end);

		if (!*text || *end || errno || !isfinite(v))
			return fail(c, FAIL_USAGE, "%s: a number is needed, not \"%s\"", f->name,
				text);
		*out = json_real(v);
	}
	return FAIL_NONE;
}

static json_t *list_from_text(const char *text)
{
	json_t *list = json_array();

	while (*text) {
		size_t len = strcspn(text, ",");

		if (len)
			json_array_append_new(list, json_stringn(text, len));
		text += len + (text[len] == ',');
	}
	return list;
}

enum fail field_from_text(struct call *c, const struct field *f, const char *text, json_t **out)
{
	json_t *value = NULL;
	size_t len = strlen(text);
	enum fail failed = FAIL_NONE;

	if (utf8_valid(text, len) != len)
		return fail(c, FAIL_USAGE, "%s: the text is not UTF-8", f->name);
	switch (f->type) {
	case FIELD_BOOL:
		return bool_from_text(c, f, text, out);
	case FIELD_INT:
	case FIELD_NUM:
		failed = number_from_text(c, f, text, &value);
		break;
	case FIELD_LIST:
		value = list_from_text(text);
		break;
	case FIELD_JSON:
		failed = json_parse(c, text, len, &value);
		if (failed != FAIL_NONE)
			fail_context(c, "%s", f->name);
		break;
	case FIELD_PATHS:
		value = json_pack("[s]", text);
		break;
	case FIELD_TEXT:
	case FIELD_PATH:
		value = json_string(text);
		break;
	}
	if (failed == FAIL_NONE)
		failed = field_check(c, f, value);
	if (failed == FAIL_NONE)
		*out = value;
	else
		json_decref(value);
	return failed;
}

/* Whether TEXT is no name of a document but the document. */
static bool is_document(const struct call *c, const struct field *f, const char *text, bool url)
{
	return f->or_text && strpbrk(text, url || c->channel == CHANNEL_SHELL ? "\n" : " \t\n");
}

static enum fail bind_path(struct call *c, const struct field *f, const char *text,
	struct path *out)
{
	bool url = !strncasecmp(text, "http://", 7) || !strncasecmp(text, "https://", 8);
	static const char hex[] = "0123456789abcdef-";
	bool id = strlen(text) == 36 && strspn(text, hex) == 36;

	if (!*text)
		return fail(c, FAIL_USAGE, "%s: the name is empty", f->name);
	out->text = arena_strdup(&c->arena, text);
	if (is_document(c, f, text, url))
		out->kind = PATH_TEXT;
	else if (url)
		out->kind = PATH_URL;
	else if (id)
		out->kind = PATH_FILE_ID;
	else if (c->channel == CHANNEL_SHELL)
		out->kind = strcmp(text, "-") ? PATH_LOCAL : PATH_STANDARD;
	else
		return fail(c, FAIL_DENIED, "%s: only the shell may name local files; give a URL%s or "
			"the id of a file", f->name, f->or_text ? ", the text itself" : "");
	if (f->output && out->kind != PATH_LOCAL && out->kind != PATH_STANDARD)
		return fail(c, FAIL_USAGE, "%s: a file to write is needed, not %s", f->name, text);
	return FAIL_NONE;
}

static enum fail bind_array(struct call *c, const struct field *f, const json_t *value, void *at)
{
	size_t count = json_array_size(value);
	const char **texts;
	struct path *paths;

	if (f->type == FIELD_LIST) {
		texts = ARENA_NEW(&c->arena, const char *, count + 1);
		for (size_t i = 0; i < count; i++)
			texts[i] = arena_strdup(&c->arena,
				json_string_value(json_array_get(value, i)));
		*(const char *const **)at = texts;
		return FAIL_NONE;
	}
	paths = ARENA_NEW(&c->arena, struct path, count + 1);
	for (size_t i = 0; i < count; i++)
		TRY(bind_path(c, f, json_string_value(json_array_get(value, i)), &paths[i]));
	*(const struct path **)at = paths;
	return FAIL_NONE;
}

static enum fail bind_value(struct call *c, const struct field *f, json_t *value, void *at)
{
	TRY(field_check(c, f, value));
	switch (f->type) {
	case FIELD_BOOL:
		*(bool *)at = json_is_true(value);
		return FAIL_NONE;
	case FIELD_INT:
		*(int64_t *)at = json_integer_value(value);
		return FAIL_NONE;
	case FIELD_NUM:
		*(double *)at = json_number_value(value);
		return FAIL_NONE;
	case FIELD_TEXT:
		*(const char **)at = arena_strdup(&c->arena, json_string_value(value));
		return FAIL_NONE;
	case FIELD_JSON:
		*(json_t **)at = value;
		return FAIL_NONE;
	case FIELD_PATH:
		return bind_path(c, f, json_string_value(value), at);
	case FIELD_LIST:
	case FIELD_PATHS:
		return bind_array(c, f, value, at);
	}
	return FAIL_NONE;
}

static enum fail refuse_unknown(struct call *c, const struct field *fields, const char *name)
{
	const char *names[64], *near;
	size_t count = 0;

	for (const struct field *f = fields; f->name && count < 64; f++)
		names[count++] = f->name;
	near = field_nearest(name, names, count);
	return fail(c, FAIL_USAGE, "unknown member \"%s\"%s%s%s",
		utf8_plain(&c->arena, name, strlen(name), false), near ? "; did you mean " : "",
		near ? near : "", near ? "?" : "");
}

static void set_absent(const struct field *f, void *at)
{
	if (f->type == FIELD_INT)
		*(int64_t *)at = INT_NULL;
	else if (f->type == FIELD_NUM)
		*(double *)at = NUM_NULL;
}

enum fail field_bind(struct call *c, const struct field *fields, const json_t *j, bool lenient,
	void *to)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)j, name, value)
		if (!field_find(fields, name)) {
			if (!lenient)
				return refuse_unknown(c, fields, name);
			call_warn(c, "\"%s\" is not used", name);
		}
	for (const struct field *f = fields; f->name; f++) {
		void *at = (char *)to + f->offset;

		value = json_object_get(j, f->name);
		if (f->or_number && json_is_integer(value))
			value = json_keep(c, json_sprintf("%lld", json_integer_value(value)));
		if (value && !json_is_null(value)) {
			TRY(bind_value(c, f, value, at));
		} else if (f->initial) {
			JSON_AUTO initial = NULL;

			TRY(field_from_text(c, f, f->initial, &initial));
			TRY(bind_value(c, f, initial, at));
			if (f->type == FIELD_JSON)
				json_keep(c, json_incref(initial));
		} else if (f->required) {
			return fail(c, FAIL_USAGE, "%s is needed: %s", f->name, f->help);
		} else {
			set_absent(f, at);
		}
	}
	return FAIL_NONE;
}
