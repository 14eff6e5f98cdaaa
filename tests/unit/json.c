/* JSON as text: as jansson writes it, which is the control, and back. */
#include "lib/json/json.h"

#include "lib/base/heap.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static const char *const texts[] = {
	"{}", "[]", "null", "true", "\"\"", "0", "-9223372036854775808", "9223372036854775807",
	"[[],{},[[]],{\"a\":{}}]", "{\"b\":1,\"a\":[1,2,{\"z\":null,\"y\":false}],\"\":\"x\"}",
	"\"quote \\\" backslash \\\\ slash / \\b\\f\\n\\r\\t \\u0001 \\u001f \\u007f\"",
	"\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x8e\xac\"", "{\"\\n\\\"\":1}", "[0.1,1e300,-2.5e-7,3.0,1e22]",
};

static void same(struct call *c, const json_t *j, bool pretty, size_t flags)
{
	char *theirs = json_dumps(j, flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	const char *ours = flags & JSON_SORT_KEYS ? json_canonical(c, j) : json_text(c, j, pretty);

	CHECK_TEXT(ours, theirs);
	heap_give(theirs);
}

TEST(writes_as_jansson_does)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		json_t *j;

		CHECK_OK(json_parse(c, texts[i], strlen(texts[i]), &j));
		json_keep(c, j);
		same(c, j, false, JSON_COMPACT);
		same(c, j, true, JSON_INDENT(2));
		same(c, j, false, JSON_COMPACT | JSON_SORT_KEYS);
	}
}

TEST(writes_every_byte_at_every_place)
{
	static const char *const odd[] = {"\x01", "\x1f", " ", "!", "\"", "#", "[", "\\", "]", "\x7f",
		"\xc2\x80", "\xc3\xbf", "\xe2\x82\xac"};
	char text[64];

	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		for (size_t before = 0; before < 20; before++)
			for (size_t after = 0; after < 12; after++) {
				JSON_AUTO j = NULL;
				struct buf b = buf_in(&c->arena);

				snprintf(text, sizeof text, "%.*s%s%.*s", (int)before,
					"abcdefghijklmnopqrst", odd[i], (int)after, "uvwxyz012345");
				j = json_string(text);
				same(c, j, false, JSON_COMPACT);
				json_add_text(c, &b, text);
				CHECK_TEXT(b.data, json_text(c, j, false));
			}
}

TEST(text_that_is_no_utf8)
{
	struct buf b = buf_in(&c->arena);

	json_add_text(c, &b, "a\xff\xe2\x82z");
	json_add_text(c, &b, NULL);
	json_add_text(c, &b, "");
	CHECK_TEXT(b.data, "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"null\"\"");
}

TEST(writes_deep_and_long)
{
	json_t *j = json_object(), *at = j, *back;
	const char *text;

	json_keep(c, j);
	for (int i = 0; i < JSON_DEPTH - 1; i++) {
		json_t *inner = json_object();

		json_object_set_new(at, "n", json_integer(i));
		json_object_set_new(at, "in", inner);
		at = inner;
	}
	for (int i = 0; i < 5000; i++)
		json_object_set_new(at, arena_printf(&c->arena, "%d", i * 7919 % 5000), json_real(i / 8.0));
	same(c, j, true, JSON_INDENT(2));
	same(c, j, false, JSON_COMPACT | JSON_SORT_KEYS);
	text = json_text(c, j, false);
	CHECK_OK(json_parse(c, text, strlen(text), &back));
	CHECK(json_equal(j, back));
	json_decref(back);
}
