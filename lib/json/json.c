/* JSON: jansson with the limits and habits of this program. */
#include "lib/json/json.h"

#include <string.h>

#include "lib/base/heap.h"
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

json_t *json_lossy(struct call *c, const char *text)
{
	return text ? json_string_nocheck(utf8_lossy(&c->arena, text)) : json_null();
}

__attribute__((constructor)) static void use_heap(void)
{
	json_set_alloc_funcs(heap_take, heap_give);
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
