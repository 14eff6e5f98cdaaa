/* Script: cues, scenes, lengths, and that its Markdown reads back. */
#include "lib/content/script.h"

#include <math.h>

#include "lib/base/buf.h"
#include "lib/content/cue.h"
#include "lib/content/length.h"
#include "tests/unit/unit.h"

static struct script parse(struct call *c, const char *text)
{
	struct script s = {0};

	CHECK_OK(script_parse(c, text, strlen(text), &s));
	return s;
}

/* A script on one line: "{title|picture} sentence / (CUE 3) / - item [1]". */
static const char *dump(struct call *c, const struct script *s)
{
	struct buf b = buf_in(&c->arena);

	for (size_t i = 0; i < s->count; i++) {
		const struct script_scene *scene = &s->scenes[i];

		buf_addf(&b, "%s{%s", i ? " " : "", scene->title ? scene->title : "");
		if (scene->planned_s > 0)
			buf_addf(&b, "@%g", scene->planned_s);
		if (scene->picture)
			buf_addf(&b, "|%s", scene->picture);
		buf_addc(&b, '}');
		for (size_t k = 0; k < scene->count; k++) {
			const struct script_part *p = &scene->parts[k];

			buf_adds(&b, k ? " / " : " ");
			if (p->kind == PART_PAUSE)
				buf_addf(&b, "(%s %g)", p->cue, p->seconds);
			else
				buf_addf(&b, "%s%s", p->kind == PART_ITEM ? "- " : "", p->text);
			for (size_t n = 0; n < p->cite_count; n++)
				buf_addf(&b, "^%d", p->cites[n]);
		}
		for (size_t k = 0; k < scene->note_count; k++)
			buf_addf(&b, " <%s: %s>", script_note_name(scene->notes[k].kind),
				scene->notes[k].text);
	}
	return b.data;
}

#define CHECK_SCRIPT(text, want)                                                                   \
	do {                                                                                       \
		struct script s_ = parse(c, text);                                                 \
		CHECK_TEXT(dump(c, &s_), want);                                                    \
		const char *again_ = script_markdown(c, &s_);                                      \
		struct script s2_ = parse(c, again_);                                              \
		CHECK_TEXT(dump(c, &s2_), want);                                                   \
		CHECK_TEXT(s2_.title ? s2_.title : "", s_.title ? s_.title : "");                  \
		CHECK_TEXT(script_markdown(c, &s2_), again_);                                      \
	} while (0)

TEST(headings_lists_and_cues)
{
	CHECK_SCRIPT("# T\n\nOne. Two [pause 2s] three.\n\n## B\n\n- x\n- y "
		"z\n\n[Dramatic_Pause]\n",
		"{T} One. / Two / (PAUSE 2) / three. {B} - x / - y z / (TENSE_MOMENT 3)");
	CHECK_SCRIPT("# Only a title\n\n## B\n\nText.\n", "{Only a title} {B} Text.");
	CHECK_SCRIPT("---\ntitle: Over \"all\"\n---\n\nText.\n\n## B\n\nMore.",
		"{} Text. {B} More.");
	CHECK_SCRIPT("## A [REVEAL] b\n\nText.\n", "{A b} (REVEAL 2) / Text.");
}

TEST(sections_and_evidence)
{
	CHECK_SCRIPT("[INTRODUCTION - 30 seconds]\n\nHi there.\n\n[MAIN PART \u2013 2 minutes] "
		"More.\n",
		"{INTRODUCTION@30} Hi there. {MAIN PART@120} More.");
	CHECK_SCRIPT("Wind grew. [SOURCE: https://e.org/a_b_c] [QUOTE: \"he [sic] *said*\"] It "
		"did. "
		"[STATISTIC: 5 % & more] [evidence: x]",
		"{} Wind grew. / It did. <SOURCE: https://e.org/a_b_c> <QUOTE: \"he [sic] said\"> "
		"<STATISTIC: 5 % & more> <EVIDENCE: x>");
}

TEST(citations_are_not_spoken)
{
	CHECK_SCRIPT("Wind is cheap [1]. Sun too.[2, 3] Rain is free. [1] End.",
		"{} Wind is cheap.^1 / Sun too.^2^3 / Rain is free.^1 / End.");
}

TEST(what_stands_in_brackets_in_brackets)
{
	CHECK_SCRIPT("[INTRO [1] - 30 seconds] Text.", "{INTRO@30} Text.");
	CHECK_SCRIPT("Seen [here [2]] by all.", "{} Seen [here] by all.^2");
	CHECK_SCRIPT("So [it [pause 2s] goes].", "{} So [it / (PAUSE 2) / goes].");
}

TEST(sentences_that_would_run_together)
{
	CHECK_SCRIPT("Use tape etc. [SOURCE: x] Glue holds.",
		"{} Use tape etc. / Glue holds. <SOURCE: x>");
}

TEST(long_items_become_sentences)
{
	struct buf b = buf_in(&c->arena);
	struct script s;

	buf_adds(&b, "- The first sentence is the bullet.");
	for (int i = 0; i < 10; i++)
		buf_adds(&b, " Another one stands behind it, as long as this.");
	s = parse(c, b.data);
	CHECK(s.scenes[0].parts[0].kind == PART_ITEM);
	CHECK_TEXT(s.scenes[0].parts[0].text, "The first sentence is the bullet.");
	CHECK(s.scenes[0].parts[1].kind == PART_SENTENCE);
	CHECK_SCRIPT(b.data, dump(c, &s));
}

TEST(unknown_brackets_stay_text)
{
	CHECK_SCRIPT("Press \\[Enter\\] or [no-such cue] and array[12345].",
		"{} Press [Enter] or [no-such cue] and array[12345].");
	CHECK_SCRIPT("Open [ and [[ and ] stay.", "{} Open [ and [[ and ] stay.");
}

TEST(brackets_over_sentences_become_no_cue)
{
	CHECK_SCRIPT("[Intro？- 30 seconds]", "{} [Intro？ / - 30 seconds]");
	CHECK_SCRIPT("[R？[pause]-3s] x.", "{} [R？ / (PAUSE 1) / -3s] x.");
	CHECK_SCRIPT("[R？One？-3s]", "{} [R？ / One？ / -3s]");
	CHECK_SCRIPT("# [TE[PAUSE]NSE] x [TENSION[REVEAL]]\n\nz",
		"{TENSE x TENSION} (PAUSE 1) / (REVEAL 2) / z");
	CHECK_SCRIPT("# a [TENSE [REVEAL] MOMENT]\n\nz", "{a TENSE MOMENT} (REVEAL 2) / z");
	CHECK_SCRIPT("[A [1 [1], 2] [pause] b - 30 seconds] z", "{A b@30} (PAUSE 1) / z");
	CHECK_SCRIPT("a [ [1 [7], 2] ] b. C [3].", "{} a 1, 2 b.^7 / C.^3");
}

TEST(sentences_stay_parted_where_a_line_break_is_no_blank)
{
	CHECK_SCRIPT("他本。」 と Next.", "{} 他本。」 / と Next.");
	CHECK_SCRIPT("他本。他本。", "{} 他本。 / 他本。");
}

TEST(markdown_signs_survive)
{
	CHECK_SCRIPT("\\# no heading, 2 \\* 3 \\< 4 \\_x\\_ \\`y\\` a\\|b \\~z\\~ \\&amp; "
		"snake_case.\n\n"
		"1\\. not a list here.\n\n\\- nor this.\n\n\\=== x\n",
		"{} # no heading, 2 * 3 < 4 _x_ `y` a|b ~z~ &amp; snake_case. / 1. not a list "
		"here. / "
		"- nor this. / === x");
}

TEST(pictures_belong_to_scenes)
{
	CHECK_SCRIPT("# A\n\n![p](p.jpg)\n\nText.\n", "{A|p.jpg} Text.");
	CHECK_SCRIPT("# A\n\nText.\n\n![p](p.jpg)\n", "{A|p.jpg} Text.");
	CHECK_SCRIPT("# A\n\nText.\n\n![p](p.jpg)\n\nMore.\n", "{A} Text. {|p.jpg} More.");
	CHECK_SCRIPT("![p](a.jpg)\n\n![q](<b c.jpg>)\n\n![r](<../x y(1).png>)\n\nText.\n",
		"{|a.jpg} {|b c.jpg} {|../x y(1).png} Text.");
}

TEST(long_text_is_parted)
{
	CHECK_SCRIPT("A a. B b. C c. D d. E e. F f. G g. H h. I i.",
		"{} A a. / B b. / C c. {} D d. / E e. / F f. {} G g. / H h. / I i.");
	CHECK_SCRIPT("A a. B b.\n\nC c. D d. E e.\n\nF f.",
		"{} A a. / B b. {} C c. / D d. / E e. / F f.");
	CHECK_SCRIPT("# H\n\nA a. B b. C c. D d. E e. F f. G g. H h.",
		"{H} A a. / B b. / C c. / D d. / E e. / F f. / G g. / H h.");
}

TEST(long_sentences_are_cut)
{
	struct buf b = buf_in(&c->arena);
	struct script s;

	for (int i = 0; i < 60; i++)
		buf_adds(&b, "some words here, ");
	buf_adds(&b, "end [4].");
	s = parse(c, b.data);
	CHECK(s.count == 1 && s.scenes[0].count == 3);
	for (size_t i = 0; i < s.scenes[0].count; i++)
		CHECK(strlen(s.scenes[0].parts[i].text) <= SCRIPT_SENTENCE_MAX);
	CHECK(s.scenes[0].parts[2].cite_count == 1 && !s.scenes[0].parts[0].cite_count);
}

TEST(code_and_tables_are_listed)
{
	struct script s = parse(c, "Text.\n\n```\nx\n```\n\n|a|b|\n|---|---|\n|1|2|\n");

	CHECK(s.warning_count == 2);
	CHECK_TEXT(s.warnings[0], "line 4: code is not spoken");
	CHECK_TEXT(s.warnings[1], "line 7: a table is not spoken");
}

TEST(a_pause_is_at_most_a_minute)
{
	struct script s = parse(c, "One.\n\n[pause 2 min]\n\nTwo.");

	CHECK(s.scenes[0].parts[1].seconds == 60 && s.warning_count == 1);
	CHECK_TEXT(s.warnings[0], "line 3: the pause is shortened to 60 seconds");
}

TEST(nothing_to_say)
{
	static const char *const texts[] = {"", "  \n", "[TENSE_MOMENT]\n\n[pause 3s]", "# Title",
		"![p](x.jpg)", "```\ncode\n```", "... !\n\n***", "[SOURCE: x]"};
	struct script s;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		CHECK(script_parse(c, texts[i], strlen(texts[i]), &s) == FAIL_INPUT);
		CHECK(c->why && strstr(c->why, "no words to speak"));
		fail_forget(c);
	}
}

TEST(length_is_limited)
{
	struct buf b = buf_in(&c->arena);
	struct script s;

	for (int i = 0; i < 7050; i++)
		buf_adds(&b, i % 10 == 9 ? "word. " : "Word ");
	s = parse(c, b.data);
	CHECK(fabs(script_estimate_s(&s) - 47 * 60) < 1);
	CHECK(script_check_length(c, &s, SCRIPT_SECONDS_MAX) == FAIL_INPUT);
	CHECK(strstr(c->why, "the text takes about 47 minutes to speak, the limit is 30"));
	fail_forget(c);
	CHECK_OK(script_check_length(c, &s, 48 * 60));
}

TEST(scenes_as_json)
{
	struct script s = parse(c, "# A\n\n![p](p.jpg)\n\nOne. [REVEAL]\n\n# B\n\n- x [1]\n\n# "
		"C\n\n# D\n\nE.");
	JSON_AUTO scenes = script_scenes_json(&s);
	JSON_AUTO all = script_json(&s);

	CHECK_TEXT(json_text(c, scenes, false),
		"[{\"title\":\"A\",\"level\":1,\"picture\":\"p.jpg\",\"picture_alt\":\"p\","
		"\"layout\":\"picture\",\"parts\":[{\"kind\":\"sentence\",\"text\":\"One.\"},"
		"{\"kind\":\"pause\",\"seconds\":2.0,\"cue\":\"REVEAL\"}]},{\"title\":\"B\","
		"\"level\":1,\"picture\":null,\"picture_alt\":null,\"layout\":\"bullets\","
		"\"parts\":[{\"kind\":\"item\",\"text\":\"x\"}]},{\"title\":\"C\",\"level\":1,"
		"\"picture\":null,\"picture_alt\":null,\"layout\":\"title\","
		"\"parts\":[{\"kind\":\"pause\",\"seconds\":2.0,\"cue\":\"PAUSE\"}]},"
		"{\"title\":\"D\",\"level\":1,\"picture\":null,\"picture_alt\":null,"
		"\"layout\":\"text\",\"parts\":[{\"kind\":\"sentence\",\"text\":\"E.\"}]}]");
	CHECK(json_array_size(json_object_get(all, "scenes")) == 4);
	CHECK(json_is_real(json_object_get(all, "estimated_seconds")));
}

TEST(plain_text)
{
	struct script s = parse(c, "# T\n\nOne. Two.\n\nThree [1]. [REVEAL]\n\n- x\n- "
		"y\n\n[SOURCE: e]\n");

	CHECK_TEXT(script_plain(c, &s), "T\n\nOne. Two.\n\nThree. [1]\n- x\n- y\n\nSOURCE: e\n");
}

TEST(cues_and_aliases)
{
	static const struct {
		const char *text, *name;
		double seconds;
	} rows[] = {{"[TENSE_MOMENT]", "TENSE_MOMENT", 3}, {"[tense moment]", "TENSE_MOMENT", 3},
		{"[Tension]", "TENSE_MOMENT", 3}, {"[FIGHT SCENE]", "ACTION_SEQUENCE", 5},
		{"[heartfelt]", "EMOTIONAL_BEAT", 2.5}, {"[plot twist]", "REVEAL", 2},
		{"[Finale]", "CLIMAX", 4}, {"[cut_to]", "TRANSITION", 1}, {"[memory]", "FLASHBACK",
		3},
		{"[Fantasy]", "DREAM_SEQUENCE", 4}, {"[horror]", "HORROR", 2}, {"[pause]", "PAUSE",
		1},
		{"[ pause 1.5 seconds ]", "PAUSE", 1.5}, {"[PAUSE: 500ms]", "PAUSE", 0.5},
		{"[CLIMAX 6s]", "CLIMAX", 6}, {"[pause 1h]", "PAUSE", 60}};
	static const char *const none[] = {"[pause for thought]", "[tensemoment]", "[]", "[0]",
		"[1234]",
		"[a - b]", "[a - 30]", "[SOURCE:]", "[1,]", "[1 2]", "[- 30 seconds]"};
	struct cue cue;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CHECK(cue_read(c, rows[i].text, strlen(rows[i].text),
			&cue) == strlen(rows[i].text));
		CHECK(cue.kind == CUE_PAUSE && fabs(cue.seconds - rows[i].seconds) < 1e-9);
		CHECK_TEXT(cue.name, rows[i].name);
	}
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		CHECK(cue_read(c, none[i], strlen(none[i]), &cue) == strlen(none[i]));
		CHECK(cue.kind == CUE_NONE);
	}
	CHECK(!cue_read(c, "[open", 5, &cue));
}

TEST(lengths_are_read)
{
	static const struct {
		const char *text;
		double seconds;
	} rows[] = {{"90", 90}, {"90s", 90}, {"90 seconds", 90}, {"2 min", 120}, {"1h", 3600},
		{"1-2 minutes", 90}, {"5-10 minutes", 450}, {"5 to 10 min.", 450}, {"1h 30m", 5400},
		{"1:30", 90}, {"1:00:05", 3605}, {"0.5 hours", 1800}, {"30s-1min", 45},
		{"2\u20134 min", 180},
		{"30-60", 45}, {" 10 Minutes ", 600}, {"2:00 minutes", 120}};
	static const char *const bad[] = {"", "long", "-5", "0", "1e3", "5 parsecs", "10-5 min",
		"nan", "inf",
		"1:75", "5 min or so", "0x10", "0.2s", "1-", "minutes"};
	double seconds;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		seconds = 0;
		CHECK_OK(length_parse(c, rows[i].text, &seconds));
		CHECK(fabs(seconds - rows[i].seconds) < 1e-9);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(length_parse(c, bad[i], &seconds) == FAIL_INPUT);
		fail_forget(c);
	}
}
