/* Card: what of a script stands on one picture. */
#include "lib/content/card.h"

#include "tests/unit/unit.h"

static struct card card_of(struct call *c, const char *text)
{
	struct script script = {0};
	struct card card = {0};

	CHECK_OK(script_parse(c, text, strlen(text), &script));
	CHECK_OK(card_of_script(c, &script, &card));
	return card;
}

TEST(three_sentences_that_say_most_in_their_order)
{
	struct card card = card_of(c, "# Wind power\n\nWind power turns large wheels on high towers. "
		"He said so again. Many people had a good lunch on that day. "
		"Wind power grew by a fifth in the last year.\n\nWhy is that so? "
		"However, storage of it is hard.\n\nWind power needs long lines between the towns.\n");

	CHECK_TEXT(card.title, "Wind power");
	CHECK(card.count == 3 && !card.cut && !card.credit);
	CHECK_TEXT(card.points[0], "Wind power turns large wheels on high towers.");
	CHECK_TEXT(card.points[1], "Wind power grew by a fifth in the last year.");
	CHECK_TEXT(card.points[2], "Wind power needs long lines between the towns.");
}

TEST(what_cannot_stand_alone_is_taken_where_nothing_else_is)
{
	struct card card = card_of(c, "The wind turns.\n\n- one\n- two\n- three\n- four\n");

	CHECK(!card.title && card.count == 3);
	CHECK_TEXT(card.points[0], "The wind turns.");
	CHECK_TEXT(card.points[2], "two");
}

TEST(a_long_sentence_only_where_there_is_no_shorter_one)
{
	const char *longest = "Wind power that is made far out at sea on towers which are higher than most "
			      "churches has to be carried over many miles of cable to the towns "
			      "where people need it in the evening hours of winter.";
	struct card card = card_of(c, longest);

	CHECK(card.count == 1);
	CHECK_TEXT(card.points[0], longest);
	card = card_of(c, arena_printf(&c->arena, "%s Wind power is cheap in most places.", longest));
	CHECK(card.count == 1);
	CHECK_TEXT(card.points[0], "Wind power is cheap in most places.");
}

TEST(sources_are_named_briefly_and_once)
{
	struct card card = card_of(c, "Words are said here.\n\n"
		"[SOURCE: [1] Wind, and sea, https://www.example.org/a/b?x=1]\n"
		"[SOURCE: [2] Tides, in/tides.md]\n[SOURCE: https://example.com:8080/]\n"
		"[SOURCE: Müller 2021, page 3]\n[SOURCE: [2] Tides, in/tides.md]\n");

	CHECK_TEXT(card.credit, "\u2014 Wind, and sea, example.org \u00b7 Tides, tides.md \u00b7 "
		"example.com:8080 \u00b7 M\u00fcller 2021, page 3");
	card = card_of(c, "Words are said here.\n\n[SOURCE: [1] text 1]\n");
	CHECK(!card.credit);
	card = card_of(c, "Words are said here.\n\n[SOURCE: text 1]\n");
	CHECK_TEXT(card.credit, "\u2014 text 1");
}

TEST(a_long_title_is_cut_behind_a_word)
{
	struct buf b = buf_in(&c->arena);
	struct card card;

	for (int i = 0; i < 40; i++)
		buf_add(&b, "\u00c4hre ", 6);
	card = card_of(c, arena_printf(&c->arena, "# %s\n\nWords are said here.\n", b.data));
	CHECK(card.cut && strlen(card.title) < 240);
	CHECK_TEXT(card.title + strlen(card.title) - 8, "\u00c4hre\u2026");
}
