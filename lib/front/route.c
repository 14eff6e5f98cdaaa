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
	size_t len = strlen(path);

	for (size_t i = 0; i < r->count; i++) {
		const struct route *route = &r->list[i];
		bool open = route->path[route->fixed];

		if (len < route->fixed || (!open && len != route->fixed) ||
			memcmp(route->path, path, route->fixed) ||
			(open && !matches(c, route->path, path, NULL)))
			continue;
		if (!strcmp(route->method, method)) {
			if (open)
				matches(c, route->path, path, args);
			return route;
		}
		buf_addf(&b, "%s%s", b.len ? ", " : "", route->method);
	}
	*allow = b.data;
	return NULL;
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
