/* JSON: jansson with the limits and habits of this program. */
#include "lib/json/json.h"

#include <string.h>

#include "lib/text/utf8.h"

/* jansson recurses once a level, up to 2,048: the depth is looked at before it is given the text. */
static bool too_deep(const char *text, size_t len)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		char ch = text[i];

		if (quoted) {
			if (ch == '\\')
				i++;
			else if (ch == '"')
				quoted = false;
		} else if (ch == '"') {
			quoted = true;
		} else if (ch == '{' || ch == '[') {
			if (++depth > JSON_DEPTH)
				return true;
		} else if (ch == '}' || ch == ']') {
			depth--;
		}
	}
	return false;
}

enum fail json_parse(struct call *c, const char *text, size_t len, json_t **out)
{
	json_error_t error;
	json_t *j;

	if (too_deep(text, len))
		return fail(c, FAIL_INPUT, "JSON nested deeper than %d levels", JSON_DEPTH);
	j = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!j)
		return fail(c, FAIL_INPUT, "no JSON at line %d, column %d: %s", error.line,
			error.column, utf8_plain(&c->arena, error.text, strlen(error.text), false));
	*out = j;
	return FAIL_NONE;
}

/* Most texts fit, and are then written once. */
#define FIRST_BYTES 2048

static const char *dump(struct call *c, const json_t *j, size_t flags)
{
	/* Seventeen digits, which jansson writes otherwise, show 0.1 as 0.10000000000000001. */
	size_t all = flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15);
	char first[FIRST_BYTES];
	size_t len = json_dumpb(j, first, sizeof first, all);
	char *text = arena_alloc(&c->arena, len + 1, 1);

	if (len <= sizeof first)
		memcpy(text, first, len);
	else
		json_dumpb(j, text, len, all);
	return text;
}

const char *json_text(struct call *c, const json_t *j, bool pretty)
{
	return dump(c, j, pretty ? JSON_INDENT(2) : JSON_COMPACT);
}

const char *json_canonical(struct call *c, const json_t *j)
{
	return dump(c, j, JSON_COMPACT | JSON_SORT_KEYS);
}

json_t *json_lossy(struct call *c, const char *text)
{
	struct buf b;
	size_t len, at = 0;

	if (!text)
		return json_null();
	len = strlen(text);
	if (utf8_valid(text, len) == len)
		return json_stringn(text, len);
	b = buf_in(&c->arena);
	while (at < len) {
		size_t good = utf8_valid(text + at, len - at);

		buf_add(&b, text + at, good);
		at += good;
		if (at < len) {
			utf8_encode(&b, 0xfffd);
			at++;
		}
	}
	return json_stringn(b.data, b.len);
}

static void drop(void *j)
{
	json_decref(j);
}

json_t *json_keep(struct call *c, json_t *j)
{
	arena_finally(&c->arena, drop, j);
	return j;
}

const char *json_member_text(const json_t *object, const char *name, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : otherwise;
}
