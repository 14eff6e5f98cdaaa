/* Captions: tokens, their times, and where lines and captions end. */
#include "lib/media/caption.h"

#include "lib/media/callout.h"
#include "lib/text/utf8.h"
#include "tests/unit/unit.h"

static const char *text_of(
	struct call *c, const char *text, size_t lines, size_t letters, size_t at)
{
	struct tokens tokens = tokens_of(c, text);
	struct captions all = captions_of(c, &tokens, lines, letters);

	return at < all.count ? caption_text(c, &tokens, &all.caption[at], 0, NULL, NULL) : NULL;
}

TEST(tokens_keep_punctuation)
{
	struct tokens t = tokens_of(c, "  Well, it's 90 % \"done\".  ");

	CHECK(t.count == 5);
	CHECK(t.token[0].len == 5 && !strncmp(t.token[0].text, "Well,", 5));
	CHECK(t.token[4].len == 7 && t.token[4].letters == 7);
	CHECK(tokens_of(c, "").count == 0);
	CHECK(tokens_of(c, " \t ").count == 0);
}

TEST(scripts_without_spaces_break_anywhere_but_before_a_stop)
{
	struct tokens t = tokens_of(c, "日本語です。次");

	CHECK(t.count == 6);
	CHECK(t.token[4].len == 6);
	CHECK(!t.token[1].space);
}

TEST(short_text_is_one_line)
{
	CHECK_TEXT(text_of(c, "One short line.", 2, 42, 0), "One short line.");
	CHECK(!text_of(c, "One short line.", 2, 42, 1));
}

TEST(two_lines_break_where_the_text_does)
{
	CHECK_TEXT(
		text_of(c, "When the wind does not blow, the sun may shine elsewhere.", 2, 42, 0),
		"When the wind does not blow,\nthe sun may shine elsewhere.");
}

TEST(captions_end_at_clauses)
{
	const char *text =
		"Electricity from sunlight has become ninety percent cheaper since then, "
		"and the price keeps falling every single year.";

	CHECK_TEXT(text_of(c, text, 2, 42, 0),
		"Electricity from sunlight has become\nninety percent cheaper since then,");
	CHECK_TEXT(text_of(c, text, 2, 42, 1), "and the price keeps\nfalling every single year.");
}

/* Whatever the text: no line too long unless it is one token, nothing lost, nothing twice. */
TEST(lines_never_overflow)
{
	static const char *const words[] = {"a", "of", "light,", "energy", "storage.", "and",
		"photovoltaic", "(see", "below)", "electroencephalographically", "x"};
	unsigned seed = 1;

	for (int round = 0; round < 300; round++) {
		struct buf b = buf_in(&c->arena), back = buf_in(&c->arena);
		struct tokens t;
		struct captions all;
		size_t letters = 12 + (size_t)round % 31, lines = 1 + (size_t)round % 3;

		for (int i = 0; i < round % 60 + 1; i++) {
			seed = seed * 1103515245 + 12345;
			buf_addf(&b, "%s%s", i ? " " : "", words[seed / 65536 % 11]);
		}
		t = tokens_of(c, b.data);
		all = captions_of(c, &t, lines, letters);
		for (size_t i = 0; i < all.count; i++) {
			const char *text = caption_text(c, &t, &all.caption[i], 0, NULL, NULL);
			char *line = arena_strdup(&c->arena, text), *rest = line;

			CHECK(all.caption[i].lines <= lines);
			while ((line = strsep(&rest, "\n")))
				CHECK(strlen(line) <= letters || !strchr(line, ' '));
			buf_addf(&back, "%s%s", i ? " " : "", text);
		}
		for (char *p = back.data; *p; p++)
			*p = *p == '\n' ? ' ' : *p;
		CHECK_TEXT(back.data, b.data);
	}
}

TEST(times_follow_the_voice)
{
	const char *text = "It costs $5 now.";
	struct spoken_word words[] = {{0, 2, 0.0, 0.2}, {3, 5, 0.2, 0.6}, {9, 2, 0.6, 0.8},
		{9, 2, 0.8, 1.1}};
	struct spoken spoken = {.count = 1600, .rate = 1000, .words = words, .words_count = 4};
	struct tokens t = tokens_of(c, text);

	tokens_time(&t, text, &spoken, 10);
	CHECK(t.token[2].start_s > 10.59 && t.token[2].start_s < 10.61);
	CHECK(t.token[2].end_s > 11.09 && t.token[2].end_s < 11.11);
	/* The voice named no word for the last one: it gets the rest. */
	CHECK(t.token[3].start_s > 11.09 && t.token[3].end_s > 11.59 && t.token[3].end_s < 11.61);
}

TEST(times_without_a_voice_fill_the_time)
{
	struct tokens t = tokens_of(c, "one three five");

	tokens_spread(&t, 2, 3);
	CHECK(t.token[0].start_s == 2);
	CHECK(t.token[2].end_s > 4.999 && t.token[2].end_s < 5.001);
	CHECK(t.token[1].start_s == t.token[0].end_s);
}

TEST(marks_name_bytes_of_the_caption)
{
	struct tokens t = tokens_of(c, "Ünder großem Himmel");
	struct captions all = captions_of(c, &t, 2, 42);
	size_t at = 0, len = 0;
	const char *text = caption_text(c, &t, &all.caption[0], 1, &at, &len);

	CHECK(!strncmp(text + at, "großem", len) && len == strlen("großem"));
}

static const char *callout(struct call *c, const char *text)
{
	struct tokens t = tokens_of(c, text);
	struct callout found;

	if (!callout_find(c, &t, &found))
		return "none";
	return arena_printf(&c->arena, "%s|%s", found.value, found.label);
}

TEST(callouts_are_amounts)
{
	CHECK_TEXT(callout(c, "It is 90 percent cheaper since 2010, they say."),
		"90 percent|cheaper since 2010");
	CHECK_TEXT(callout(c, "They paid $1.2 million for it."), "$1.2 million|for it");
	CHECK_TEXT(callout(c, "Growth was 24%."), "24%|");
	CHECK_TEXT(callout(c, "Now 10x faster."), "10x|faster");
	CHECK_TEXT(callout(c, "In 2019 nothing happened."), "none");
	CHECK_TEXT(callout(c, "There are 3 ways."), "none");
	CHECK_TEXT(callout(c, "The B2B market, covid-19, 4x4."), "none");
	CHECK_TEXT(callout(c, "No number at all."), "none");
}
