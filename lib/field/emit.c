/* From C structs to JSON, schemas and text. */
#include <math.h>
#include <string.h>

#include "lib/field/field.h"

static json_t *list_json(struct call *c, const char *const *texts)
{
	json_t *list = json_array();

	for (; texts && *texts; texts++)
		json_array_append_new(list, json_lossy(c, *texts));
	return list;
}

static json_t *value_json(struct call *c, const struct field *f, const void *at)
{
	json_t *j;

	switch (f->type) {
	case FIELD_BOOL:
		return json_boolean(*(const bool *)at);
	case FIELD_INT:
		return *(const int64_t *)at == INT_NULL ? json_null()
							: json_integer(*(const int64_t *)at);
	case FIELD_NUM:
		return isfinite(*(const double *)at) ? json_real(*(const double *)at) : json_null();
	case FIELD_TEXT:
		return json_lossy(c, *(const char *const *)at);
	case FIELD_LIST:
		return list_json(c, *(const char *const *const *)at);
	case FIELD_PATH:
		return json_lossy(c, ((const struct path *)at)->text);
	case FIELD_JSON:
		j = *(json_t *const *)at;
		return j ? json_incref(j) : json_null();
	case FIELD_PATHS:
		break;
	}
	j = json_array();
	for (const struct path *p = *(const struct path *const *)at; p && p->kind != PATH_NONE; p++)
		json_array_append_new(j, json_lossy(c, p->text));
	return j;
}

void field_write(struct call *c, const struct field *f, const void *at, struct buf *b)
{
	JSON_AUTO j = NULL;

	if (f->type == FIELD_TEXT) {
		json_add_text(c, b, *(const char *const *)at);
	} else if (f->type == FIELD_INT && *(const int64_t *)at != INT_NULL) {
		buf_addi(b, *(const int64_t *)at);
	} else {
		j = value_json(c, f, at);
		json_add(b, j);
	}
}

json_t *field_emit(struct call *c, const struct field *fields, const void *from)
{
	json_t *j = json_object();

	for (const struct field *f = fields; f->name; f++)
		json_object_set_new_nocheck(j, f->name,
			value_json(c, f, (const char *)from + f->offset));
	return j;
}

const char *field_to_text(struct call *c, const struct field *f, const json_t *j)
{
	struct buf b;

	if (json_is_null(j))
		return "";
	if (json_is_string(j))
		return json_string_value(j);
	if (json_is_real(j))
		return arena_printf(&c->arena, "%.10g", json_real_value(j));
	if (f && f->type == FIELD_LIST && json_is_array(j)) {
		b = buf_in(&c->arena);
		for (size_t i = 0; i < json_array_size(j); i++)
			buf_addf(&b, "%s%s", i ? "," : "",
				json_string_value(json_array_get(j, i)));
		return b.data;
	}
	return json_text(c, j, false);
}

const char *field_flag(struct call *c, const struct field *f)
{
	char *flag = arena_printf(&c->arena, "--%s", f->name);
	size_t len = strlen(flag);

	for (char *p = flag; *p; p++)
		if (*p == '_')
			*p = '-';
	if (f->type == FIELD_PATHS && flag[len - 1] == 's')
		flag[len - 1] = '\0';
	return flag;
}

static json_t *words_schema(const struct field *f)
{
	json_t *s = json_pack("{s:s}", "type", "string");

	if (f->oneof) {
		json_t *words = json_array();

		for (size_t i = 0; f->oneof[i]; i++)
			json_array_append_new(words, json_string(f->oneof[i]));
		json_object_set_new(s, "enum", words);
	}
	return s;
}

static void add_limits(json_t *s, const struct field *f)
{
	bool text = f->type == FIELD_TEXT;

	if (f->min == 0 && f->max == 0)
		return;
	if (f->type == FIELD_NUM) {
		json_object_set_new(s, "minimum", json_real(f->min));
		json_object_set_new(s, "maximum", json_real(f->max));
	} else {
		json_object_set_new(s, text ? "minLength" : "minimum", json_integer((json_int_t)f->min));
		json_object_set_new(s, text ? "maxLength" : "maximum", json_integer((json_int_t)f->max));
	}
}

static json_t *value_schema(const struct field *f)
{
	static const char *const names[] = {[FIELD_BOOL] = "boolean", [FIELD_INT] = "integer",
		[FIELD_NUM] = "number"};
	json_t *s;

	switch (f->type) {
	case FIELD_BOOL:
	case FIELD_INT:
	case FIELD_NUM:
		s = json_pack("{s:s}", "type", names[f->type]);
		add_limits(s, f);
		return s;
	case FIELD_LIST:
	case FIELD_PATHS:
		return json_pack("{s:s,s:o}", "type", "array", "items", words_schema(f));
	case FIELD_JSON:
		s = f->of ? field_schema(f->of, false)
			  : json_pack("{s:s,s:b}", "type", "object", "additionalProperties", true);
		return f->array ? json_pack("{s:s,s:o}", "type", "array", "items", s) : s;
	case FIELD_TEXT:
	case FIELD_PATH:
		break;
	}
	s = words_schema(f);
	add_limits(s, f);
	return s;
}

/* `null` beside the type: what a reply without the value says. */
static void allow_null(json_t *s)
{
	json_t *type = json_object_get(s, "type"), *words = json_object_get(s, "enum");

	json_object_set_new(s, "type", json_pack("[O,s]", type, "null"));
	if (words)
		json_array_append_new(words, json_null());
}

json_t *field_schema(const struct field *fields, bool closed)
{
	json_t *properties = json_object(), *required = json_array();
	json_t *schema = json_pack("{s:s,s:o}", "type", "object", "properties", properties);

	for (const struct field *f = fields; f->name; f++) {
		json_t *s = value_schema(f);

		json_object_set_new(s, "description", json_string(f->help));
		if (!closed && !f->required && f->type != FIELD_BOOL)
			allow_null(s);
		if (closed && f->initial) {
			struct call c = {0};
			json_t *value = NULL;

			if (field_from_text(&c, f, f->initial, &value) == FAIL_NONE)
				json_object_set_new(s, "default", value);
			call_release(&c);
		}
		json_object_set_new(properties, f->name, s);
		if (f->required)
			json_array_append_new(required, json_string(f->name));
	}
	if (json_array_size(required))
		json_object_set(schema, "required", required);
	json_decref(required);
	if (closed)
		json_object_set_new(schema, "additionalProperties", json_false());
	return schema;
}
