/* Bind: a JSON object into a struct, by a table, with nothing unknown let through. */
#include "lib/media/bind.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "lib/text/utf8.h"

struct binding {
	struct call *c;
	const char *where;
	const struct bind_member *m;
};

static enum fail refuse(const struct binding *b, const char *what)
{
	return fail(b->c, FAIL_INPUT, "%s.%s has to be %s", b->where, b->m->name, what);
}

static enum fail bind_number(const struct binding *b, const json_t *value, void *to)
{
	double number = json_number_value(value);
	bool whole = b->m->type == BIND_INT;

	if (!json_is_number(value) || (whole && !json_is_integer(value)) ||
		!(number >= b->m->min && number <= b->m->max))
		return refuse(b, arena_printf(&b->c->arena, "%s from %g to %g",
			whole ? "a whole number" : "a number", b->m->min, b->m->max));
	if (whole)
		*(int64_t *)to = json_integer_value(value);
	else
		*(double *)to = number;
	return FAIL_NONE;
}

static enum fail bind_choice(const struct binding *b, const json_t *value, void *to)
{
	const char *text = json_string_value(value);
	struct buf list = buf_in(&b->c->arena);

	for (int i = 0; b->m->choices[i]; i++) {
		if (text && !strcmp(text, b->m->choices[i])) {
			*(int *)to = i;
			return FAIL_NONE;
		}
		buf_addf(&list, "%s%s", i ? ", " : "one of ", b->m->choices[i]);
	}
	return refuse(b, list.data);
}

static enum fail bind_text(const struct binding *b, const json_t *value, void *to)
{
	const char *text = json_string_value(value);

	if (!text)
		return refuse(b, "a text");
	if (b->m->type == BIND_PATH && text[0] != '/')
		return refuse(b, "an absolute path");
	*(const char **)to = b->m->type == BIND_PATH
		? arena_strdup(&b->c->arena, text)
		: utf8_plain(&b->c->arena, text, json_string_length(value), false);
	return FAIL_NONE;
}

static enum fail bind_value(const struct binding *b, const json_t *value, void *to)
{
	switch (b->m->type) {
	case BIND_TEXT:
	case BIND_PATH:
		return bind_text(b, value, to);
	case BIND_NUMBER:
	case BIND_INT:
		return bind_number(b, value, to);
	case BIND_CHOICE:
		return bind_choice(b, value, to);
	case BIND_BOOL:
		if (!json_is_boolean(value))
			return refuse(b, "true or false");
		*(bool *)to = json_is_true(value);
		return FAIL_NONE;
	case BIND_OBJECT:
		if (!json_is_object(value))
			return refuse(b, "an object");
		*(const json_t **)to = value;
		return FAIL_NONE;
	case BIND_ARRAY:
		if (!json_is_array(value))
			return refuse(b, "an array");
		*(const json_t **)to = value;
		return FAIL_NONE;
	}
	return FAIL_BUG;
}

static bool is_known(const struct bind_member *table, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(table[i].name, name))
			return true;
	return false;
}

enum fail bind_object(struct call *c, const json_t *object, const char *where,
	const struct bind_member *table, size_t count, void *out)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return fail(c, FAIL_INPUT, "%s has to be an object", where);
	json_object_foreach((json_t *)object, name, value)
		if (!is_known(table, count, name))
			return fail(c, FAIL_INPUT, "%s has no member %s", where,
				utf8_plain(&c->arena, name, strlen(name), false));
	for (size_t i = 0; i < count; i++) {
		struct binding b = {c, where, &table[i]};

		value = json_object_get(object, table[i].name);
		if (!value || json_is_null(value)) {
			if (table[i].required)
				return fail(c, FAIL_INPUT, "%s.%s is missing", where,
					table[i].name);
			continue;
		}
		TRY(bind_value(&b, value, (char *)out + table[i].offset));
	}
	return FAIL_NONE;
}
