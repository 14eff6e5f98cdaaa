/* Sentence splitting and words: a list of cases. */
#include "lib/text/sentence.h"

#include "lib/base/buf.h"
#include "lib/text/words.h"
#include "tests/unit/unit.h"

/* Where "|" stands a sentence ends. */
static const char *const cases[] = {
	"One sentence.| Another one.",
	"No stop at the end",
	"Dr. Smith met Mr. and Mrs. Jones.| They talked.",
	"Prof. Meyer of the Univ. Basel agreed.| She left.",
	"Use a tool, e.g. Make, or i.e. a shell.| Then stop.",
	"The U.S. Army moved.| It was late.",
	"He lives in the U.S.| The house is big.",
	"It opens at 9 a.m. Monday.| It closes at 5 p.m.| The door is red.",
	"See No. 5 of the list.| The answer is no.| He went home.",
	"Fig. 3 shows it; cf. Sec. 2.1 and pp. 4-7.| Next.",
	"J. R. R. Tolkien wrote it.| So did C. S. Lewis.",
	"That was plan B.| The next one worked.",
	"It costs 3.50 dollars, or 1,000.75 in all.| Cheap.",
	"Version 2.0.1 came out in 1990.| The next came later.",
	"Read https://example.org/a.b?c=d.| It helps.",
	"Open example.com/index.html now.| Done.",
	"Wait ... what is that?| I do not know...| Then it ended.",
	"Wait\u2026 what?| Yes\u2026| No.",
	"\"Why?\" he asked.| \"Go away!\"| She left.",
	"He said \"Stop.\"| Then he ran.",
	"(This stands alone.)| This does not (e.g. here).",
	"\u201cIt is.\u201d| \u201cIt is not.\u201d",
	"Really?!| Yes!!!| Good.",
	"Yahoo! is a company.| So is Jeopardy! a show.",
	"Energy is cheap.[12]| Wind is free.[3][4]| Sun too.",
	"Acme Inc. bought Foo Ltd. and Bar Corp.| The price rose.",
	"Apples, pears, etc.| The rest rots.",
	"Apples, pears, etc. are fruit.",
	"John Smith Jr. arrived.| He sat down.",
	"Born on Jan. 5 in St. Louis.| He died on Dec. 31, 1999.",
	"Er kam am 3. Oktober 1990 nach Berlin.| Das war z.B. in der Zeitung zu lesen.",
	"1. First things first.| 2. Then the rest.",
	"M. Dupont est venu.| Il est reparti.",
	"\u4ed6\u6765\u4e86\u3002|\u5979\u8d70\u4e86\uff01|\u4e3a\u4ec0\u4e48\uff1f",
	"\u300c\u672c\u5f53\u3002\u300d\u3068\u5f7c\u306f\u8a00\u3063\u305f\u3002|\u6b21\u3002",
	"\u300c\u306f\u3044\u3002\u300d|\u300c\u3044\u3044\u3048\u3002\u300d",
	"\u092f\u0939 \u090f\u0915 \u0939\u0948\u0964| \u0935\u0939 \u0926\u094b "
	"\u0939\u0948\u0964",
	"\u0645\u0627 \u0647\u0630\u0627\u061f| \u0647\u0630\u0627 \u0643\u062a\u0627\u0628.| "
	"\u0646\u0639\u0645.",
	"\u042d\u0442\u043e \u043e\u0434\u043d\u043e.| \u0412\u043e\u0442 "
	"\u0434\u0440\u0443\u0433\u043e\u0435.",
	"One\n\n|Two",
	"The end is near.| \u00c9t\u00e9 is French.",
	"The temperature was 25 \u00b0C.| It fell.",
	"She works for the F.B.I.| He does not.",
	"He got a Ph.D. in physics.| It took years.",
	"It was World War I.| The next came later.",
	"Smith vs. Jones was heard.| The court rose.",
};

static const char *split(struct call *c, const char *text)
{
	struct buf plain = buf_in(&c->arena), out = buf_in(&c->arena);
	struct sentence s;
	size_t at = 0;

	for (; *text; text++)
		if (*text != '|')
			buf_addc(&plain, *text);
	while (sentence_next(plain.data, plain.len, &at, &s)) {
		if (out.len)
			buf_addc(&out, '|');
		buf_add(&out, plain.data + s.at, s.len);
	}
	return out.data;
}

/* The case as split() has to print it. */
static const char *wanted(struct call *c, const char *text)
{
	struct buf b = buf_in(&c->arena);

	for (; *text; text++) {
		if (*text == '|') {
			while (b.len && (b.data[b.len - 1] == '\n' || b.data[b.len - 1] == ' '))
				buf_cut(&b, b.len - 1);
			if (!text[1])
				break;
			buf_addc(&b, '|');
			while (text[1] == ' ')
				text++;
		} else {
			buf_addc(&b, *text);
		}
	}
	return b.data;
}

TEST(sentences_end_where_they_should)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_TEXT(split(c, cases[i]), wanted(c, cases[i]));
}

TEST(a_naive_splitter_fails_the_cases)
{
	size_t wrong = 0;

	/* The control: breaking behind each ". " gets many of the same cases wrong. */
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = buf_in(&c->arena);

		for (const char *s = cases[i]; *s; s++) {
			if (*s == '|')
				continue;
			if (*s == ' ' && b.len && b.data[b.len - 1] == '.')
				buf_addc(&b, '|');
			else
				buf_addc(&b, *s);
		}
		wrong += strcmp(b.data, wanted(c, cases[i])) != 0;
	}
	CHECK(wrong > 20);
}

TEST(every_byte_but_white_space_is_in_a_sentence)
{
	static const char text[] = "  A b. C!\n\nD \xe3\x80\x82 e?  ";
	struct sentence s;
	size_t at = 0, bytes = 0;

	while (sentence_next(text, sizeof text - 1, &at, &s))
		bytes += s.len;
	CHECK(bytes == strlen("A b.C!D \xe3\x80\x82" "e?"));
}

TEST(long_sentences_are_cut_at_clauses)
{
	static const char text[] = "aaaa bbbb cccc, dddd eeee; ffff gggg hhhh";

	CHECK(sentence_cut(text, sizeof text - 1, 100) == sizeof text - 1);
	CHECK(sentence_cut(text, sizeof text - 1, 30) == strlen("aaaa bbbb cccc, dddd eeee;"));
	CHECK(sentence_cut(text, sizeof text - 1, 20) == strlen("aaaa bbbb cccc,"));
	CHECK(sentence_cut(text, sizeof text - 1, 12) == strlen("aaaa bbbb "));
	CHECK(sentence_cut("aaaaaaaaaaaa", 12, 5) == 5);
	CHECK(sentence_cut("\u00e9\u00e9\u00e9\u00e9", 8, 2) == 4);
}

TEST(complete_sentences_end_with_a_stop)
{
	CHECK(sentence_complete("He came.", 8));
	CHECK(sentence_complete("\"He came!\")", 11));
	CHECK(sentence_complete("\u4ed6\u6765\u4e86\u3002", 12));
	CHECK(!sentence_complete("He came", 7));
	CHECK(!sentence_complete("He came. And", 12));
	CHECK(!sentence_complete("", 0));
}

TEST(words_are_cut_and_folded)
{
	static const char text[] = "Don't pay 3.5 \u20ac to \u00c9lan-vital, \u65e5\u672c!";
	static const char *const want[] = {"don't", "pay", "3.5", "to", "\u00e9lan-vital", "\u65e5",
		"\u672c"};
	size_t at = 0, word, len, count = 0;

	while (words_next(text, sizeof text - 1, &at, &word, &len)) {
		CHECK(count < 7);
		if (count < 7)
			CHECK_TEXT(words_fold(&c->arena, text + word, len), want[count]);
		count++;
	}
	CHECK(count == 7);
}

TEST(spoken_length_counts_scripts_alike)
{
	CHECK(words_spoken("one two three", 13) == 3);
	CHECK(words_spoken("\u65e5\u672c\u8a9e\u3067", 12) == 2);
	CHECK(words_spoken("... !", 5) == 0);
	CHECK(words_spoken("\u0e2a\u0e27\u0e31\u0e2a\u0e14", 15) == 1);
}

TEST(empty_words_are_known)
{
	static const char *const empty[] = {"a", "the", "don't", "f\u00fcr", "further", "n\u00e9",
		"it's",
		"its", "you", "zum", "\u00e0", "und", "was", "quite", "em", "either"};

	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
		CHECK(words_empty(empty[i]));
	CHECK(!words_empty("energy"));
	CHECK(!words_empty(""));
}

TEST(case_of_several_alphabets)
{
	CHECK(words_lower(0x416) == 0x436);
	CHECK(words_lower(0x3a9) == 0x3c9);
	CHECK(words_lower(0x160) == 0x161);
	CHECK(words_lower(0x161) == 0x161);
	CHECK(words_lower(0xd7) == 0xd7);
	CHECK(words_upper('Q') && !words_upper('q'));
}
