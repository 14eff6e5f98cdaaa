/* Extraction: what is chosen is in the sources, on the subject, and said once. */
#include "lib/content/extract.h"

#include <math.h>

#include "lib/base/buf.h"
#include "tests/unit/unit.h"

static const char energy[] =
	"# Renewable power\n\nWind power grew faster than any other source of electricity last "
		"year. "
	"It now supplies a tenth of all electricity.[3] However, storage remains the hardest "
	"problem. "
	"Why is that so? Subscribe to our newsletter for more about wind power.\n\n"
	"## Solar\n\nSolar panels cost a fifth of what they cost ten years ago. "
	"The price of solar electricity fell below that of coal in many countries.\n\n"
	"and this fragment begins with a small letter about electricity.\n\n"
	"## Storage\n\nBatteries store solar electricity for the evening hours. "
	"He said so. [pause 60s] Pumped water stores wind power for days.\n";
static const char copied[] =
	"Wind power grew faster than any other source of electricity last year! "
	"The kitchen of the old house was painted blue by two students.\n";

static struct page read_page(struct call *c, const char *text)
{
	struct page page = {0};

	CHECK_OK(page_read(c, PAGE_MARKDOWN, text, strlen(text), NULL, &page));
	return page;
}

static bool has(const struct extract *e, const char *part)
{
	for (size_t i = 0; i < e->count; i++)
		if (strstr(e->picks[i].text, part))
			return true;
	return false;
}

static bool warned(const struct script *s, const char *part)
{
	for (size_t i = 0; i < s->warning_count; i++)
		if (strstr(s->warnings[i], part))
			return true;
	return false;
}

TEST(sentences_are_quoted_and_traceable)
{
	struct page page = read_page(c, energy);
	struct source source = {"energy.md", "https://e.org/x", &page};
	struct script_ask ask = {"wind and solar power", NULL, 20, &source, 1};
	struct extract e;
	double words = 0;

	CHECK_OK(extract_write(c, &ask, &e));
	CHECK_TEXT(e.script.title, "wind and solar power");
	CHECK(e.count > 2);
	for (size_t i = 0; i < e.count; i++) {
		CHECK(strstr(energy, e.picks[i].text) || strstr(e.picks[i].text, "a tenth of all"));
		CHECK(e.picks[i].source == 1 && e.picks[i].line > 0 && e.picks[i].number > 0);
		CHECK(!i || e.picks[i].number > e.picks[i - 1].number);
	}
	for (size_t i = 0; i < e.script.count; i++)
		for (size_t k = 0; k < e.script.scenes[i].count; k++)
			CHECK(e.script.scenes[i].parts[k].cite_count == 1);
	words = script_estimate_s(&e.script);
	CHECK(words > 12 && words < 24);
}

TEST(junk_is_never_chosen)
{
	struct page page = read_page(c, energy);
	struct source source = {NULL, NULL, &page};
	struct script_ask ask = {"electricity", NULL, 600, &source, 1};
	struct extract e;

	CHECK_OK(extract_write(c, &ask, &e));
	CHECK(!has(&e, "Subscribe") && !has(&e, "Why") && !has(&e, "fragment") && !has(&e,
		"pause"));
	CHECK(!has(&e, "He said") && !has(&e, "[3]") && has(&e, "a tenth of all electricity."));
	/* "It" and "However" stand behind the sentence that they lean on. */
	CHECK(has(&e, "However") && strstr(e.picks[0].text, "Wind power grew"));
	CHECK(warned(&e.script, "not the about 10 minutes asked for"));
	CHECK(!warned(&e.script, "mentions"));
}

TEST(leaning_sentences_need_the_one_before)
{
	struct page page = read_page(c, "What is it? However, wind power grew by a fifth in the "
		"year. "
		"Solar power grew by a tenth in the year.");
	struct source source = {NULL, NULL, &page};
	struct script_ask ask = {"wind power", NULL, 60, &source, 1};
	struct extract e;

	CHECK_OK(extract_write(c, &ask, &e));
	CHECK(e.count == 1 && !has(&e, "However"));
}

TEST(near_duplicates_are_said_once)
{
	struct page pages[] = {read_page(c, energy), read_page(c, copied)};
	struct source sources[] = {{"a", "https://a.org", &pages[0]}, {"b", "https://b.org",
		&pages[1]}};
	struct script_ask ask = {"wind power", "educational", 600, sources, 2};
	struct extract e;
	size_t wind = 0;

	CHECK_OK(extract_write(c, &ask, &e));
	for (size_t i = 0; i < e.count; i++)
		wind += strstr(e.picks[i].text, "grew faster") != NULL;
	CHECK(wind == 1);
	CHECK(warned(&e.script, "educational"));
}

TEST(an_unrelated_topic_is_noticed)
{
	struct page page = read_page(c, energy);
	struct source source = {NULL, NULL, &page};
	struct script_ask ask = {"medieval poetry", NULL, 10, &source, 1};
	struct extract e;

	CHECK_OK(extract_write(c, &ask, &e));
	CHECK(warned(&e.script, "no sentence of the sources mentions \"medieval poetry\""));
}

TEST(without_a_topic_the_source_names_the_script)
{
	struct page page = read_page(c, "Wind power grew by a fifth in the year.");
	struct source source = {NULL, "https://e.org/a/my-wind_talk.html?x=1", &page};
	struct script_ask ask = {NULL, NULL, 60, &source, 1};
	struct extract e;

	CHECK_OK(extract_write(c, &ask, &e));
	CHECK_TEXT(e.script.title, "my wind talk");
	CHECK(!warned(&e.script, "mentions"));
	source.url = NULL;
	CHECK_OK(extract_write(c, &ask, &e));
	CHECK(!e.script.title && e.script.count == 1 && !e.script.scenes[0].title);
}

TEST(no_material_is_an_error)
{
	struct page page = read_page(c, "# Title\n\nwhat? no\n");
	struct source source = {NULL, NULL, &page};
	struct script_ask ask = {"x", NULL, 10, &source, 1};
	struct extract e;

	CHECK(extract_write(c, &ask, &e) == FAIL_INPUT);
	CHECK(strstr(c->why, "no complete sentence"));
	fail_forget(c);
	ask.count = 0;
	CHECK(extract_write(c, &ask, &e) == FAIL_INPUT);
}

TEST(the_script_reads_back)
{
	struct page pages[] = {read_page(c, energy), read_page(c, copied)};
	struct source sources[] = {{"a [1]", "https://a.org/x_y", &pages[0]}, {NULL, NULL,
		&pages[1]}};
	struct script_ask ask = {"Wind power", NULL, 60, sources, 2};
	struct extract e;
	struct script again;
	const char *text;

	CHECK_OK(extract_write(c, &ask, &e));
	text = script_markdown(c, &e.script);
	CHECK_OK(script_parse(c, text, strlen(text), &again));
	CHECK_TEXT(script_markdown(c, &again), text);
	CHECK_TEXT(again.title, "Wind power");
	CHECK(fabs(script_estimate_s(&again) - script_estimate_s(&e.script)) < 0.01);
	CHECK(strstr(text, "## Solar") && strstr(text,
		"[SOURCE: \\[1\\] Renewable power, https://a.org/x_y]"));
	CHECK(again.scenes[again.count - 1].note_count == 2);
}

TEST(trace_as_json)
{
	struct page page = read_page(c, energy);
	struct source source = {"f.md", NULL, &page};
	struct script_ask ask = {"solar", NULL, 8, &source, 1};
	struct extract e;

	CHECK_OK(extract_write(c, &ask, &e));
	JSON_AUTO j = extract_json(&ask, &e);
	json_t *first = json_array_get(json_object_get(j, "sentences"), 0);

	CHECK(json_array_size(json_object_get(j, "sentences")) == e.count);
	CHECK(json_integer_value(json_object_get(first, "source")) == 1);
	CHECK(json_integer_value(json_object_get(first, "line")) == 7);
	CHECK_TEXT(json_member_text(json_array_get(json_object_get(j, "sources"), 0), "name", ""),
		"Renewable power");
}

TEST(other_scripts_are_chosen_from_too)
{
	struct page page = read_page(c,
		"\u98a8\u529b\u767a\u96fb\u306f\u6025\u901f\u306b\u5897\u3048\u305f\u3002"
		"\u592a\u967d\u5149\u767a\u96fb\u3082\u5b89\u304f\u306a\u3063\u305f\u3002");
	struct source source = {NULL, NULL, &page};
	struct script_ask ask = {"\u98a8\u529b\u767a\u96fb", NULL, 60, &source, 1};
	struct extract e;

	CHECK_OK(extract_write(c, &ask, &e));
	CHECK(e.count == 2 && !warned(&e.script, "mentions"));
}
