/* Routes: from a method and a path to an operation and its arguments. */
#include "lib/front/route.h"

#include <string.h>

static void add_route(struct call *c, struct routes *r, const struct op *op,
	const struct op_alias *alias)
{
	const char *text = alias ? alias->route : op->route, *space = strchr(text, ' ');

	r->list[r->count++] = (struct route){.op = op, .alias = alias, .path = space + 1,
		.dialect = alias ? alias->dialect : op->dialect,
		.method = arena_memdup(&c->arena, text, (size_t)(space - text)),
		.fixed = strcspn(space + 1, "{")};
}

void routes_make(struct call *c, struct routes *out)
{
	size_t count = 0;
	struct routes r = {0};

	for (size_t i = 0; op_table[i]; i++) {
		count++;
		for (const struct op_alias *a = op_table[i]->aliases; a && a->route; a++)
			count++;
	}
	r.list = ARENA_NEW(&c->arena, struct route, count);
	for (size_t i = 0; op_table[i]; i++) {
		if (op_table[i]->route)
			add_route(c, &r, op_table[i], NULL);
		for (const struct op_alias *a = op_table[i]->aliases; a && a->route; a++)
			add_route(c, &r, op_table[i], a);
	}
	*out = r;
}

/* Whether PATH has the form of PATTERN; with ARGS the parts that stand for {x} are put there. */
static bool matches(struct call *c, const char *pattern, const char *path, json_t *args)
{
	while (*pattern && *path) {
		size_t n = strcspn(pattern, "/"), m = strcspn(path, "/");

		if (*pattern == '{') {
			if (!m)
				return false;
			if (args)
				json_object_set_new(args,
					arena_memdup(&c->arena, pattern + 1, n - 2),
					json_stringn(path, m));
		} else if (n != m || memcmp(pattern, path, n)) {
			return false;
		}
		pattern += n;
		path += m;
		if (*pattern != *path)
			return false;
		pattern += *pattern == '/';
		path += *path == '/';
	}
	return !*pattern && !*path;
}

const struct route *routes_find(struct call *c, const struct routes *r, const char *method,
	const char *path, json_t *args, const char **allow)
{
	struct buf b = buf_in(&c->arena);

	for (size_t i = 0; i < r->count; i++) {
		const struct route *route = &r->list[i];

		if (strncmp(route->path, path, route->fixed) ||
			!matches(c, route->path, path, NULL))
			continue;
		if (!strcmp(route->method, method)) {
			matches(c, route->path, path, args);
			return route;
		}
		buf_addf(&b, "%s%s", b.len ? ", " : "", route->method);
	}
	*allow = b.data;
	return NULL;
}

/* Takes the value at dotted PATH out of BODY; NULL when there is none. The caller's reference. */
static json_t *take_at(struct call *c, json_t *body, const char *path)
{
	size_t n = strcspn(path, ".");
	const char *name = arena_memdup(&c->arena, path, n);
	json_t *value = json_object_get(body, name), *found;

	if (!value || (path[n] && !json_is_object(value)))
		return NULL;
	if (path[n]) {
		found = take_at(c, value, path + n + 1);
		if (!json_object_size(value))
			json_object_del(body, name);
		return found;
	}
	json_incref(value);
	json_object_del(body, name);
	return value;
}

static bool names_document(const char *text)
{
	return text && (!strncmp(text, "http://", 7) || !strncmp(text, "https://", 8) ||
		(strlen(text) == 36 && strspn(text, "0123456789abcdef-") == 36));
}

/* A new reference. */
static json_t *translated(const struct op_rename *r, json_t *value)
{
	const char *text = json_string_value(value);

	if (r->seconds && json_is_number(value))
		return json_sprintf("%.3gs", json_number_value(value));
	if (r->is && text && !strcmp(text, r->is))
		return json_string(r->means);
	return json_incref(value);
}

/* An object that is left holds members that no rename took: it is named by the first of them. */
static enum fail refuse_left(struct call *c, const char *name, const json_t *left)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)left, key, value) {
		const char *path = arena_printf(&c->arena, "%s.%s", name, key);

		if (json_is_object(value) && json_object_size(value))
			return refuse_left(c, path, value);
		return fail(c, FAIL_USAGE, "unknown member \"%s\"", path);
	}
	return FAIL_NONE;
}

enum fail route_arguments(struct call *c, const struct op *op, const json_t *body, bool lenient,
	json_t *args)
{
	json_t *left = json_keep(c, json_deep_copy(body)), *value;
	const char *key;

	for (const struct op_rename *r = op->renames; r && r->from; r++) {
		JSON_AUTO taken = NULL;

		if (r->text && names_document(json_string_value(json_object_get(left, r->from))))
			continue;
		taken = take_at(c, left, r->from);
		if (!taken || json_is_null(taken))
			continue;
		if (r->to)
			json_object_set_new(args, r->to, translated(r, taken));
		else
			call_warn(c, "%s is not used", r->from);
	}
	json_object_foreach(left, key, value) {
		const struct field *f = field_find(op->args, key);

		if (!f && lenient)
			continue;
		if (json_is_object(value) && !f)
			TRY(refuse_left(c, key, value));
		json_object_set(args, key, value);
	}
	return FAIL_NONE;
}

enum fail route_parameter(struct call *c, const struct op *op, const char *name, const char *value,
	bool lenient, json_t *args)
{
	const struct field *f = field_find(op->args, name);
	json_t *j = NULL;

	if (!f && lenient)
		return FAIL_NONE;
	if (!f)
		return fail(c, FAIL_USAGE, "unknown query parameter \"%s\"", name);
	TRY(field_from_text(c, f, value, &j));
	json_object_set_new(args, name, j);
	return FAIL_NONE;
}
