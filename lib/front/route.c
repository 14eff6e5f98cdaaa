/* Routes: from a method and a path to an operation and its arguments. */
#include "lib/front/route.h"

#include <stdlib.h>
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

static int by_path(const void *a, const void *b)
{
	const struct route *const *x = a, *const *y = b;
	int order = strcmp((*x)->path, (*y)->path);

	return order ? order : *x < *y ? -1 : 1;
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
	r.exact = ARENA_NEW(&c->arena, const struct route *, count);
	r.open = ARENA_NEW(&c->arena, const struct route *, count);
	for (size_t i = 0; i < r.count; i++)
		if (r.list[i].path[r.list[i].fixed])
			r.open[r.open_count++] = &r.list[i];
		else
			r.exact[r.exact_count++] = &r.list[i];
	qsort(r.exact, r.exact_count, sizeof *r.exact, by_path);
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

/* The first of the routes that are sorted which is not before PATH. */
static size_t place_of(const struct routes *r, const char *path)
{
	size_t low = 0, high = r->exact_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(r->exact[middle]->path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool asked(const struct route *route, const char *method, struct buf *allow)
{
	if (!strcmp(route->method, method))
		return true;
	buf_addf(allow, "%s%s", allow->len ? ", " : "", route->method);
	return false;
}

const struct route *routes_find(struct call *c, const struct routes *r, const char *method,
	const char *path, json_t *args, const char **allow)
{
	struct buf b = buf_in(&c->arena);

	for (size_t i = place_of(r, path); i < r->exact_count; i++) {
		if (strcmp(r->exact[i]->path, path))
			break;
		if (asked(r->exact[i], method, &b))
			return r->exact[i];
	}
	for (size_t i = 0; i < r->open_count; i++) {
		const struct route *route = r->open[i];

		if (strncmp(route->path, path, route->fixed) ||
			!matches(c, route->path, path, NULL) || !asked(route, method, &b))
			continue;
		matches(c, route->path, path, args);
		return route;
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
