/* Extraction: scoring and choosing sentences, and the script of them. */
#include "lib/content/extract.h"

#include <math.h>
#include <string.h>

#include "lib/content/candidate.h"
#include "lib/content/grow.h"
#include "lib/content/length.h"
#include "lib/content/split.h"

/* Weights, set by trial on news articles with reference summaries (ROUGE-1 and -2). */
#define LENGTH_POWER 0.8    /* score is divided by terms to this power */
#define PLACE_BONUS 0.2     /* for the start of a source */
#define OPENING_BONUS 0.05  /* for the first sentence of a paragraph */
#define TOPIC_BONUS 0.6     /* when all words of the topic occur */
#define PERSONAL_PART 0.6   /* of the score is left for what its writer says of himself */
#define SAID_WEIGHT 0.2     /* how much likeness to what was chosen counts against a sentence */
#define SAME_MOST 0.7       /* a likeness above this is the same sentence again */
/* A script may be longer than wanted by this part of it, to end with a fitting sentence. */
#define OVER 0.05

struct extraction {
	struct call *c;
	const struct script_ask *ask;
	struct vocabulary vocabulary;
	struct candidate *list;
	size_t count;
	double *weights;        /* of each term */
	double *marks;          /* of the terms of the sentence chosen last */
	double seconds;         /* chosen so far */
	size_t chosen;          /* how many */
	bool on_topic;
};

static void weigh_terms(struct extraction *x)
{
	x->weights = ARENA_NEW(&x->c->arena, double, x->vocabulary.count);
	x->marks = ARENA_NEW(&x->c->arena, double, x->vocabulary.count);
	for (size_t i = 0; i < x->count; i++)
		for (size_t k = 0; k < x->list[i].term_count; k++)
			x->weights[x->list[i].terms[k]]++;
	for (size_t i = 0; i < x->vocabulary.count; i++)
		x->weights[i] = log1p(x->weights[i]);
}

static void score(struct extraction *x)
{
	int *topic = NULL;
	size_t known = x->vocabulary.count;
	const char *asked = x->ask->topic ? x->ask->topic : "";
	size_t topic_count = terms_of(&x->vocabulary, asked, strlen(asked), &topic);

	for (size_t i = 0; i < x->count; i++) {
		struct candidate *k = &x->list[i];
		size_t found = 0;
		double sum = 0, squares = 0;

		for (size_t t = 0; t < k->term_count; t++) {
			sum += x->weights[k->terms[t]];
			squares += x->weights[k->terms[t]] * x->weights[k->terms[t]];
		}
		k->length = sqrt(squares);
		for (size_t t = 0; t < topic_count; t++)
			for (size_t n = 0; (size_t)topic[t] < known && n < k->term_count; n++)
				found += k->terms[n] == topic[t];
		x->on_topic |= found > 0;
		sum /= pow((double)k->term_count, LENGTH_POWER);
		sum *= 1 + PLACE_BONUS * (1 - k->place) + (k->opens ? OPENING_BONUS : 0);
		if (topic_count)
			sum *= 1 + TOPIC_BONUS * (double)found / (double)topic_count;
		k->score = sum * (k->personal ? PERSONAL_PART : 1);
	}
	x->on_topic |= !topic_count;
}

/* Scores into 0 to 1, so that likeness can be set against them. */
static void normalise(struct extraction *x)
{
	double most = 0;

	for (size_t i = 0; i < x->count; i++)
		most = fmax(most, x->list[i].score);
	for (size_t i = 0; i < x->count && most > 0; i++)
		x->list[i].score /= most;
}

/* Takes sentence I, and updates how like it the others are (cosine of weighted terms). */
static void choose(struct extraction *x, size_t i)
{
	struct candidate *chosen = &x->list[i];

	chosen->chosen = true;
	x->seconds += chosen->seconds;
	x->chosen++;
	for (size_t t = 0; t < chosen->term_count; t++)
		x->marks[chosen->terms[t]] = x->weights[chosen->terms[t]];
	for (size_t n = 0; n < x->count; n++) {
		struct candidate *k = &x->list[n];
		double sum = 0;

		for (size_t t = 0; t < k->term_count; t++)
			sum += x->marks[k->terms[t]] * x->weights[k->terms[t]];
		if (sum > 0)
			k->same = fmax(k->same, sum / (chosen->length * k->length));
	}
	for (size_t t = 0; t < chosen->term_count; t++)
		x->marks[chosen->terms[t]] = 0;
}

/* Sentence I may be taken now. */
static bool eligible(const struct extraction *x, size_t i, double room)
{
	const struct candidate *k = &x->list[i];

	if (k->chosen || k->same > SAME_MOST || k->seconds > room)
		return false;
	if (!k->points_back)
		return true;
	return i && x->list[i - 1].chosen && x->list[i - 1].source == k->source &&
		x->list[i - 1].number + 1 == k->number;
}

static void choose_all(struct extraction *x)
{
	double wanted = x->ask->seconds;

	while (!x->ask->most || x->chosen < x->ask->most) {
		double room = wanted * (1 + OVER) - x->seconds, best = -INFINITY;
		size_t at = x->count;

		for (size_t i = 0; i < x->count; i++) {
			double value = x->list[i].score - SAID_WEIGHT * x->list[i].same;

			if (value > best && eligible(x, i, room)) {
				best = value;
				at = i;
			}
		}
		if (at == x->count || x->seconds >= wanted)
			return;
		choose(x, at);
	}
}

static struct script_scene *add_scene(struct extraction *x, struct script *s, const char *title,
	int level)
{
	GROW(&x->c->arena, s->scenes, s->count);
	s->scenes[s->count] = (struct script_scene){.title = title, .level = level};
	return &s->scenes[s->count++];
}

static void add_pick(struct extraction *x, struct extract *e, const struct candidate *k,
	const struct candidate *before)
{
	struct arena *a = &x->c->arena;
	struct script_scene *scene = &e->script.scenes[e->script.count - 1];
	int *cite = ARENA_NEW(a, int, 1);

	*cite = (int)k->source + 1;
	GROW(a, scene->parts, scene->count);
	scene->parts[scene->count] = (struct script_part){.kind = PART_SENTENCE, .text = k->text,
		.cites = cite, .cite_count = 1, .line = k->line,
		.paragraph = !scene->count || k->block != before->block};
	scene->count++;
	GROW(a, e->picks, e->count);
	e->picks[e->count++] = (struct extract_pick){k->text, k->source + 1, k->number, k->line};
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Scenes follow the headings of the sources; what stands before the first one goes on under the
 * title, or under the name of its source where there are several. */
static void compose(struct extraction *x, struct extract *e)
{
	const struct candidate *before = NULL;

	if (e->script.title)
		add_scene(x, &e->script, e->script.title, 1);
	for (size_t i = 0; i < x->count; i++) {
		const struct candidate *k = &x->list[i];
		const char *title = k->heading;

		if (!k->chosen)
			continue;
		if (!title && x->ask->count > 1)
			title = source_name(&x->ask->sources[k->source]);
		if (title)
			title = script_title(x->c, title);
		if (!e->script.count)
			add_scene(x, &e->script, title, title ? 2 : 0);
		else if (title && (!before || before->source != k->source ||
			!same_text(before->heading, k->heading)) &&
			!same_text(title, e->script.title))
			add_scene(x, &e->script, title, 2);
		add_pick(x, e, k, before ? before : k);
		before = k;
	}
}

static void warn(struct extraction *x, struct script *s)
{
	struct call *c = x->c;

	if (x->ask->style && *x->ask->style)
		script_warn(c, s, arena_printf(&c->arena,
			"the style \"%s\" is not followed: sentences are taken from the sources as "
			"they are; a language model can write in a style", x->ask->style));
	if (!x->on_topic)
		script_warn(c, s, arena_printf(&c->arena,
			"no sentence of the sources mentions \"%s\"", x->ask->topic));
	if (!x->ask->at_most && x->seconds < x->ask->seconds * 0.8)
		script_warn(c, s, arena_printf(&c->arena,
			"the sources give %s of speech, not the %s asked for",
			length_text(c, x->seconds), length_text(c, x->ask->seconds)));
	for (size_t i = 0, k = 0; i < x->ask->count; i++) {
		for (k = 0; k < x->count && x->list[k].source != i; k++)
			;
		if (k == x->count)
			script_warn(c, s, arena_printf(&c->arena,
				"source %zu holds no complete sentence to quote", i + 1));
	}
}

enum fail extract_write(struct call *c, const struct script_ask *ask, struct extract *out)
{
	struct extraction x = {.c = c, .ask = ask, .vocabulary = {.arena = &c->arena}};
	struct extract e = {.script = {.title = ask_topic(c, ask)}};

	x.count = candidates_find(c, ask, &x.vocabulary, &x.list);
	if (!x.count)
		return fail(c, FAIL_INPUT, ask->count ?
			"the sources hold no complete sentence to write from" :
			"there is no source to write from: give at least one");
	weigh_terms(&x);
	score(&x);
	normalise(&x);
	choose_all(&x);
	compose(&x, &e);
	if (!e.count)
		return fail(c, FAIL_INPUT, "no sentence of the sources fits into %s",
			length_text(c, ask->seconds));
	ask_list_sources(c, ask, &e.script);
	warn(&x, &e.script);
	script_split(c, &e.script);
	*out = e;
	return FAIL_NONE;
}

json_t *extract_json(const struct script_ask *ask, const struct extract *e)
{
	json_t *sources = json_array(), *sentences = json_array();

	for (size_t i = 0; i < ask->count; i++)
		json_array_append_new(sources, json_pack("{s:I, s:s?, s:s?}", "n",
			(json_int_t)i + 1, "name", source_name(&ask->sources[i]), "url",
			ask->sources[i].url));
	for (size_t i = 0; i < e->count; i++)
		json_array_append_new(sentences, json_pack("{s:s, s:I, s:I, s:i}", "text",
			e->picks[i].text, "source", (json_int_t)e->picks[i].source, "sentence",
			(json_int_t)e->picks[i].number, "line", e->picks[i].line));
	return json_pack("{s:o, s:o}", "sources", sources, "sentences", sentences);
}
