/* Renames: requests in a guide's words become arguments in the operation's own. */
#include <string.h>

#include "lib/op/kind.h"

#define INNER "parameters."

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
	if (r->seconds && json_is_number(value))
		return json_sprintf("%.3gs", json_number_value(value));
	if (r->is)
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

/* Whether NAME says something of the task that a long operation becomes. */
static bool of_task(const struct op *op, const char *name)
{
	for (const char *const *n = kind_members; *n; n++)
		if (!strcmp(*n, name))
			return op->flags & OP_LONG;
	return false;
}

/* The value at dotted PATH of BODY, borrowed; NULL when there is none. */
static json_t *look_at(struct call *c, const json_t *body, const char *path)
{
	size_t n = strcspn(path, ".");
	json_t *value = json_object_get(body, arena_memdup(&c->arena, path, n));

	return path[n] ? look_at(c, value, path + n + 1) : value;
}

/* Where in the members LEFT rename R looks; NULL: nowhere. INNER: they stand in "parameters". */
static const char *place_of(struct call *c, const struct op *op, const struct op_rename *r,
	const json_t *left, bool inner)
{
	bool nested = !strncmp(r->from, INNER, strlen(INNER));
	const char *from = inner && nested ? r->from + strlen(INNER) : r->from;
	const char *text = json_string_value(look_at(c, left, from));

	/* A local document is named by the shell alone, and there it is not its own text. */
	if (r->text && (names_document(text) || c->channel == CHANNEL_SHELL))
		return NULL;
	if (inner && nested && field_find(op->args, from))
		return NULL; /* its own argument goes before a guide's */
	if (r->is && (!text || strcmp(text, r->is)))
		return NULL;
	return from;
}

enum fail op_arguments(struct call *c, const struct op *op, const json_t *body, bool inner,
	bool lenient, json_t *args)
{
	/* Renames take out of it what they name. */
	json_t *left = op->renames ? json_keep(c, json_deep_copy(body)) : (json_t *)(uintptr_t)body;
	const char *key;
	json_t *value;

	for (const struct op_rename *r = op->renames; r && r->from; r++) {
		const char *from = place_of(c, op, r, left, inner);
		JSON_AUTO taken = from ? take_at(c, left, from) : NULL;

		if (!taken || json_is_null(taken))
			continue;
		if (r->to)
			json_object_set_new(args, r->to, translated(r, taken));
		else
			call_warn(c, "%s is not used", from);
	}
	json_object_foreach(left, key, value) {
		const struct field *f = field_find(op->args, key);

		if (!f && lenient)
			continue;
		if (json_is_object(value) && !f && !of_task(op, key))
			TRY(refuse_left(c, key, value));
		json_object_set(args, key, value);
	}
	return FAIL_NONE;
}
