/* Cutting answers to a length, with a cursor for what follows. */
#include <stdlib.h>
#include <string.h>

#include "lib/front/http_state.h"
#include "lib/text/utf8.h"

/* A member that is given in parts: an array by elements, a text by characters. */
struct part {
	const char *path;    /* names with dots between */
	size_t from, count;  /* what this answer has of it, */
	size_t whole;        /* and how much there is */
	struct part *next;
};

static size_t length(struct call *c, const json_t *j)
{
	const char *text = json_text(c, j, false);

	return utf8_count(text, strlen(text));
}

/* The member at the dotted PATH in J, an object; NULL when there is none. */
static json_t *at_path(struct call *c, json_t *j, const char *path)
{
	size_t n = strcspn(path, ".");

	while (j && *path) {
		j = json_object_get(j, arena_memdup(&c->arena, path, n));
		path += n + (path[n] == '.');
		n = strcspn(path, ".");
	}
	return j;
}

/* Cursors are made here: path:from, divided by commas. */
static enum fail read_cursor(struct call *c, const char *cursor, struct part **out)
{
	while (cursor && *cursor) {
		size_t len = strcspn(cursor, ","), name = strcspn(cursor, ":");
		struct part *p = ARENA_NEW(&c->arena, struct part, 1);
		char *end;

		if (name >= len || cursor[name + 1] < '0' || cursor[name + 1] > '9')
			return fail(c, FAIL_USAGE, "cursor: give what stood in next");
		p->path = arena_memdup(&c->arena, cursor, name);
		p->from = strtoul(cursor + name + 1, &end, 10);
		if (end != cursor + len)
			return fail(c, FAIL_USAGE, "cursor: give what stood in next");
		p->next = *out;
		*out = p;
		cursor += len + (cursor[len] == ',');
	}
	return FAIL_NONE;
}

static size_t size_of(const json_t *j)
{
	return json_is_array(j) ? json_array_size(j)
		: json_is_string(j) ? utf8_count(json_string_value(j), json_string_length(j)) : 0;
}

/* COUNT of J's elements or characters from FROM on; a new reference. */
static json_t *piece(const json_t *j, size_t from, size_t count)
{
	const char *text, *end;
	json_t *part;

	if (json_is_array(j)) {
		part = json_array();
		for (size_t i = from; i < from + count && i < json_array_size(j); i++)
			json_array_append(part, json_array_get(j, i));
		return part;
	}
	text = json_string_value(j);
	while (from && *text) {
		text++;
		from -= ((unsigned char)*text & 0xc0) != 0x80;
	}
	for (end = text; *end && (count || ((unsigned char)*end & 0xc0) == 0x80); end++)
		count -= ((unsigned char)*end & 0xc0) != 0x80;
	return json_stringn(text, (size_t)(end - text));
}

static void put(struct call *c, json_t *root, const char *path, json_t *value)
{
	const char *last = strrchr(path, '.');
	json_t *parent = last ? at_path(c, root, arena_memdup(&c->arena, path, (size_t)(last - path)))
		: root;

	json_object_set_new(parent, last ? last + 1 : path, value);
}

/* The path of the longest array or text in the object J below PREFIX, with its length in *BEST. */
static const char *longest(struct call *c, json_t *j, const char *prefix, size_t *best)
{
	const char *key, *found = NULL, *in;
	json_t *value;

	json_object_foreach(j, key, value) {
		const char *path = arena_printf(&c->arena, "%s%s%s", prefix, *prefix ? "." : "", key);
		size_t len;

		if (strpbrk(key, ".:,"))
			continue;
		if (json_is_object(value)) {
			in = longest(c, value, path, best);
			found = in ? in : found;
			continue;
		}
		len = size_of(value) ? length(c, value) : 0;
		if (len > *best) {
			*best = len;
			found = path;
		}
	}
	return found;
}

/* Gives of P, whose whole value is WHOLE, as much as fits within MAX. */
static void fit(struct call *c, json_t *cut, const json_t *whole, struct part *p, size_t max)
{
	size_t low = 0, high = p->whole - p->from;

	while (low < high) {
		size_t mid = (low + high + 1) / 2;

		put(c, cut, p->path, piece(whole, p->from, mid));
		if (length(c, cut) <= max)
			low = mid;
		else
			high = mid - 1;
	}
	p->count = low;
	put(c, cut, p->path, low ? piece(whole, p->from, low) : json_null());
	/* An element that no answer can hold is passed over, or there would be no end. */
	if (!low && json_is_array(whole) && length(c, json_array_get(whole, p->from)) > max / 2) {
		p->count = 1;
		put(c, cut, p->path, json_pack("[n]"));
	}
}

/* Where to go on: with all that was cut so far, so that what has come to its end does not begin
 * again; NULL when all has. */
static const char *next_cursor(struct call *c, const struct part *parts)
{
	struct buf b = buf_in(&c->arena);
	bool more = false;

	for (const struct part *p = parts; p; p = p->next) {
		more = more || p->from + p->count < p->whole;
		buf_addf(&b, "%s%s:%zu", b.len ? "," : "", p->path, p->from + p->count);
	}
	return more ? b.data : NULL;
}

/* The part of PATH among PARTS, or a new one of the whole. */
static struct part *part_of(struct call *c, struct part **parts, const char *path)
{
	struct part *p = *parts;

	while (p && strcmp(p->path, path))
		p = p->next;
	if (!p) {
		p = ARENA_NEW(&c->arena, struct part, 1);
		p->path = path;
		p->next = *parts;
		*parts = p;
	}
	return p;
}

/* Cuts more members, the longest first, until CUT fits within MAX. Those that are shorter than what
 * fit() leaves of one would not end. */
static void shorten(struct call *c, json_t *reply, json_t *cut, struct part **parts, size_t max)
{
	while (length(c, cut) > max) {
		size_t best = strlen("[null]");
		const char *path = longest(c, cut, "", &best);
		struct part *p;

		if (!path)
			return;
		p = part_of(c, parts, path);
		p->whole = size_of(at_path(c, reply, path));
		fit(c, cut, at_path(c, reply, path), p, max);
	}
}

enum fail cut_reply(struct call *c, const json_t *reply, const char *cursor, size_t max, json_t **out)
{
	json_t *whole = json_keep(c, json_deep_copy(reply)), *cut;
	struct part *parts = NULL;
	const char *next;

	TRY(read_cursor(c, cursor, &parts));
	cut = json_keep(c, json_deep_copy(reply));
	for (struct part *p = parts; p; p = p->next) {
		json_t *value = at_path(c, whole, p->path);

		p->whole = size_of(value);
		if (!p->whole || p->from > p->whole)
			return fail(c, FAIL_USAGE, "cursor: give what stood in next");
		p->count = p->whole - p->from;
		put(c, cut, p->path, piece(value, p->from, p->count));
	}
	shorten(c, whole, cut, &parts, max);
	next = next_cursor(c, parts);
	if (next) {
		json_object_set_new(cut, "truncated", json_true());
		json_object_set_new(cut, "next", json_string(next));
	}
	*out = json_incref(cut);
	return FAIL_NONE;
}
