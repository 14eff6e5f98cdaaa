/* JSON as text. jansson's own writer looks out for loops at every object, by a hash table of their
 * addresses as text, and decodes every character of a string: half of the time that a short answer
 * of the server took went there. Trees of this program have no loops and its strings are valid. */
#include <stdlib.h>
#include <string.h>

#include "lib/json/json.h"
#include "lib/text/utf8.h"

enum form { FORM_LINE, FORM_PRETTY, FORM_SORTED };

static const char *const escapes[32] = {['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n",
	['\f'] = "\\f", ['\r'] = "\\r"};

/* How many bytes of TEXT stand for themselves, eight looked at a time: a byte is below N where taking
 * N off borrows from its highest bit. */
static size_t plain_bytes(const char *text, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t word, quote, slash;

		memcpy(&word, text + i, 8);
		quote = word ^ ones * '"';
		slash = word ^ ones * '\\';
		if (((word - ones * ' ') & ~word & high) | ((quote - ones) & ~quote & high) |
			((slash - ones) & ~slash & high))
			break;
	}
	while (i < len && (unsigned char)text[i] >= ' ' && text[i] != '"' && text[i] != '\\')
		i++;
	return i;
}

static void add_string(struct buf *b, const char *text, size_t len)
{
	size_t plain = 0, first = plain_bytes(text, len);

	if (first == len) {
		char *to = buf_room(b, len + 2);

		to[0] = to[len + 1] = '"';
		memcpy(to + 1, text, len);
		to[len + 2] = '\0';
		b->len += len + 2;
		return;
	}
	buf_addc(b, '"');
	for (size_t i = first; i < len; i++) {
		unsigned char ch = (unsigned char)text[i];

		if (ch >= ' ' && ch != '"' && ch != '\\')
			continue;
		buf_add(b, text + plain, i - plain);
		plain = i + 1;
		if (ch == '"' || ch == '\\')
			buf_add(b, (char[]){'\\', (char)ch}, 2);
		else if (escapes[ch])
			buf_add(b, escapes[ch], 2);
		else
			buf_addf(b, "\\u%04X", ch);
	}
	buf_add(b, text + plain, len - plain);
	buf_addc(b, '"');
}

static void add_real(struct buf *b, const json_t *real)
{
	/* Seventeen digits, which jansson writes otherwise, show 0.1 as 0.10000000000000001. */
	size_t flags = JSON_ENCODE_ANY | JSON_REAL_PRECISION(15), room = 40;

	b->len += json_dumpb(real, buf_room(b, room), room, flags);
	b->data[b->len] = '\0';
}

static void add_line(struct buf *b, enum form form, int depth)
{
	static const char blanks[] = "\n                ";

	if (form != FORM_PRETTY)
		return;
	buf_add(b, blanks, 1);
	for (int left = 2 * depth; left > 0; left -= 16)
		buf_add(b, blanks + 1, left < 16 ? (size_t)left : 16);
}

static void add_value(struct buf *b, const json_t *j, enum form form, int depth);

static void add_array(struct buf *b, const json_t *array, enum form form, int depth)
{
	json_t *value;
	size_t i;

	buf_addc(b, '[');
	json_array_foreach(array, i, value) {
		if (i)
			buf_addc(b, ',');
		add_line(b, form, depth + 1);
		add_value(b, value, form, depth + 1);
	}
	if (i)
		add_line(b, form, depth);
	buf_addc(b, ']');
}

static int by_key(const void *a, const void *b)
{
	return strcmp(json_object_iter_key(*(void *const *)a), json_object_iter_key(*(void *const *)b));
}

static void add_member(struct buf *b, void *at, bool first, enum form form, int depth)
{
	const char *key = json_object_iter_key(at);

	if (!first)
		buf_addc(b, ',');
	add_line(b, form, depth + 1);
	add_string(b, key, strlen(key));
	buf_add(b, ": ", form == FORM_PRETTY ? 2 : 1);
	add_value(b, json_object_iter_value(at), form, depth + 1);
}

static void add_sorted(struct buf *b, json_t *object, int depth)
{
	size_t count = 0;
	void **members = ARENA_NEW(b->arena, void *, json_object_size(object));

	for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at))
		members[count++] = at;
	qsort(members, count, sizeof *members, by_key);
	for (size_t i = 0; i < count; i++)
		add_member(b, members[i], !i, FORM_SORTED, depth);
}

static void add_object(struct buf *b, json_t *object, enum form form, int depth)
{
	void *first = json_object_iter(object);

	buf_addc(b, '{');
	if (form == FORM_SORTED)
		add_sorted(b, object, depth);
	else
		for (void *at = first; at; at = json_object_iter_next(object, at))
			add_member(b, at, at == first, form, depth);
	if (first)
		add_line(b, form, depth);
	buf_addc(b, '}');
}

static void add_value(struct buf *b, const json_t *j, enum form form, int depth)
{
	switch (json_typeof(j)) {
	case JSON_OBJECT:
		add_object(b, (json_t *)(uintptr_t)j, form, depth);
		break;
	case JSON_ARRAY:
		add_array(b, j, form, depth);
		break;
	case JSON_STRING:
		add_string(b, json_string_value(j), json_string_length(j));
		break;
	case JSON_INTEGER:
		buf_addi(b, json_integer_value(j));
		break;
	case JSON_REAL:
		add_real(b, j);
		break;
	case JSON_TRUE:
		buf_add(b, "true", 4);
		break;
	case JSON_FALSE:
		buf_add(b, "false", 5);
		break;
	case JSON_NULL:
		buf_add(b, "null", 4);
		break;
	}
}

static const char *write_text(struct call *c, const json_t *j, enum form form)
{
	struct buf b = buf_in(&c->arena);

	add_value(&b, j, form, 0);
	return b.data;
}

void json_add(struct buf *b, const json_t *j)
{
	add_value(b, j, FORM_LINE, 0);
}

void json_add_text(struct call *c, struct buf *b, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (!text) {
		buf_add(b, "null", 4);
		return;
	}
	if (utf8_valid(text, len) != len) {
		text = utf8_lossy(&c->arena, text);
		len = strlen(text);
	}
	add_string(b, text, len);
}

const char *json_text(struct call *c, const json_t *j, bool pretty)
{
	return write_text(c, j, pretty ? FORM_PRETTY : FORM_LINE);
}

const char *json_canonical(struct call *c, const json_t *j)
{
	return write_text(c, j, FORM_SORTED);
}
