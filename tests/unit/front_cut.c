/* Long answers in parts: nothing is lost, nothing is too long, and there is an end. */
#include "lib/front/http_state.h"
#include "lib/text/utf8.h"
#include "tests/unit/unit.h"

static size_t characters(struct call *c, const json_t *j)
{
	const char *text = json_text(c, j, false);

	return utf8_count(text, strlen(text));
}

/* REPLY put together again from its parts of MAX characters; *COUNT parts. */
static json_t *together(struct call *c, const json_t *reply, size_t max, const char *array,
	const char *text, int *count)
{
	const char *cursor = NULL;
	json_t *rows = json_keep(c, json_array());
	struct buf b = buf_in(&c->arena);

	for (*count = 0; *count < 1000; ++*count) {
		json_t *cut = NULL;

		CHECK_OK(cut_reply(c, reply, cursor, max, &cut));
		json_keep(c, cut);
		CHECK(characters(c, cut) <= max + 100);
		/* What was not cut stands in every part. */
		if (!*count || strstr(cursor, array))
			json_array_extend(rows, json_object_get(cut, array));
		if (!*count || strstr(cursor, text))
			buf_adds(&b, json_member_text(cut, text, ""));
		cursor = json_member_text(cut, "next", NULL);
		CHECK((cursor != NULL) == json_is_true(json_object_get(cut, "truncated")));
		if (!cursor)
			break;
	}
	return json_keep(c, json_pack("{s:O,s:s}", "rows", rows, "text", b.data));
}

static json_t *sample(struct call *c, int rows, int repeats)
{
	json_t *list = json_array();
	struct buf b = buf_in(&c->arena);

	for (int i = 0; i < rows; i++)
		json_array_append_new(list, json_pack("{s:i,s:s}", "n", i, "name", "a row like others"));
	for (int i = 0; i < repeats; i++)
		buf_addf(&b, "%d \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80 ", i);
	return json_keep(c, json_pack("{s:o,s:s}", "rows", list, "text", b.data));
}

TEST(short_answers_stay_as_they_are)
{
	json_t *reply = sample(c, 3, 3), *cut;

	CHECK_OK(cut_reply(c, reply, NULL, 1000, &cut));
	CHECK(json_equal(reply, json_keep(c, cut)));
}

TEST(long_ones_come_in_parts_that_make_the_whole)
{
	static const int rows[] = {0, 1, 200, 500}, repeats[] = {0, 1, 300, 1000};
	int parts;

	for (int i = 0; i < 4; i++)
		for (int k = 0; k < 4; k++) {
			json_t *reply = sample(c, rows[i], repeats[k]);

			CHECK(json_equal(together(c, reply, 2000, "rows", "text", &parts), reply));
			CHECK(rows[i] + repeats[k] < 200 ? parts == 0 : parts > 0);
		}
}

TEST(what_no_answer_can_hold_is_passed_over)
{
	json_t *cut;
	int parts;
	JSON_AUTO reply = json_pack("{s:[{s:s},{s:i}]}", "rows", "long",
		json_string_value(json_object_get(sample(c, 0, 1000), "text")), "n", 2);
	cut = together(c, reply, 2000, "rows", "text", &parts);
	CHECK_TEXT(json_text(c, json_object_get(cut, "rows"), false), "[null,{\"n\":2}]");
}

TEST(what_cannot_be_cut_stays_and_the_rest_is_cut_once)
{
	const char *text = json_string_value(json_object_get(sample(c, 0, 1000), "text"));
	JSON_AUTO reply = json_pack("{s:s,s:[s],s:s}", "a.b", text, "rows", text, "name", text);
	JSON_AUTO cut = NULL;

	CHECK_OK(cut_reply(c, reply, NULL, 2000, &cut));
	CHECK_TEXT(json_member_text(cut, "a.b", ""), text);
	CHECK_TEXT(json_text(c, json_object_get(cut, "rows"), false), "[null]");
	CHECK(json_is_null(json_object_get(cut, "name")));
}

TEST(cursors_of_others_are_refused)
{
	static const char *const bad[] = {"x", "rows", "rows:", "rows:x", "rows:4", "other:1",
		"rows:1x", ":1", "rows.n:0"};
	json_t *reply = sample(c, 3, 3), *cut;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(cut_reply(c, reply, bad[i], 1000, &cut) == FAIL_USAGE);
		fail_forget(c);
	}
}
