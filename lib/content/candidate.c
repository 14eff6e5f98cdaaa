/* Candidates: the sentences of the sources that may be quoted. */
#include "lib/content/candidate.h"

#include <string.h>

#include "lib/content/cue.h"
#include "lib/content/grow.h"
#include "lib/page/build.h"
#include "lib/text/sentence.h"
#include "lib/text/utf8.h"
#include "lib/text/words.h"

#define WORDS_LEAST 4.0
#define WORDS_MOST 60.0

/* What pages say about themselves rather than about their subject. */
static const char *const junk[] = {"cookie", "subscribe", "sign up", "signing up", "click here",
	"click on", "all rights reserved", "read more", "share this", "follow us", "newsletter",
	"javascript", "privacy policy", "terms of use", "terms of service", "log in", "copyright",
	"advertis", "getty images", "this article was", "leave a comment", "e-mail address",
	"email address", "your browser", "related articles", "press release", "last updated",
	"scroll down"};

/* First words that lean on the sentence before. */
static const char *const back[] = {"accordingly", "after that", "also", "and", "another",
	"as a result", "as such", "as you can see", "at this", "because of this", "besides",
	"both", "but", "consequently", "finally", "for example", "for instance", "furthermore",
	"he", "hence", "her", "here", "his", "however", "in addition", "in contrast", "in fact",
	"in other words", "in that case", "in this", "indeed", "instead", "it", "its", "likewise",
	"meanwhile", "moreover", "neither", "nevertheless", "next", "nonetheless", "of these",
	"on the other hand", "or", "others", "otherwise", "she", "similarly", "so", "still",
	"such", "that", "the former", "the latter", "the same", "their", "then", "therefore",
	"these", "they", "this", "those", "though", "thus", "too", "yet"};

static bool begins_with_word(const char *s, const char *word)
{
	size_t n = strlen(word);

	return !strncmp(s, word, n) && !((s[n] | 32) >= 'a' && (s[n] | 32) <= 'z') && s[n] != '-';
}

static bool is_junk(const char *folded)
{
	for (size_t i = 0; i < sizeof junk / sizeof *junk; i++)
		if (strstr(folded, junk[i]))
			return true;
	return false;
}

static bool points_back(const char *folded)
{
	size_t n;
	uint32_t cp;

	while ((n = utf8_decode(folded, strlen(folded), &cp)) && !words_letter(cp))
		folded += n;
	for (size_t i = 0; i < sizeof back / sizeof *back; i++)
		if (begins_with_word(folded, back[i]))
			return true;
	return false;
}

/* Quotes in pairs and brackets closed: a piece of a quotation misleads when it stands alone. */
static bool balanced(const char *s)
{
	int straight = 0, curly = 0, single = 0, round = 0, square = 0;

	for (; *s; s++) {
		straight += *s == '"';
		round += (*s == '(') - (*s == ')');
		square += (*s == '[') - (*s == ']');
		if (!strncmp(s, "\xe2\x80\x9c", 3))
			curly++;
		else if (!strncmp(s, "\xe2\x80\x9d", 3))
			curly--;
		single += !strncmp(s, "\xe2\x80\x98", 3) - !strncmp(s, "\xe2\x80\x99", 3);
		if (round < 0 || curly < 0 || square < 0)
			return false;
	}
	/* The closing single one is an apostrophe too. */
	return straight % 2 == 0 && !round && !curly && !square && single <= 0;
}

static bool is_personal(const char *folded)
{
	static const char *const words[] = {"i", "i'm", "i've", "i'd", "i'll", "i\u2019m",
		"i\u2019ve", "i\u2019d", "i\u2019ll", "me", "my", "myself"};
	size_t at = 0, len = strlen(folded), word, word_len;

	if (strpbrk(folded, "\"") || strstr(folded, "\u201c") || strstr(folded, "\u2018"))
		return false;
	while (words_next(folded, len, &at, &word, &word_len))
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (word_len == strlen(words[i]) &&
				!strncmp(folded + word, words[i], word_len))
				return true;
	return false;
}

/* More letters than signs and figures, and a start that is no lower-case letter. */
static bool is_prose(const char *s, size_t len)
{
	size_t letters = 0, others = 0, n;
	uint32_t cp, first = 0;

	for (size_t at = 0; at < len && (n = utf8_decode(s + at, len - at, &cp)); at += n) {
		bool letter = words_letter(cp) && !(cp >= '0' && cp <= '9');

		letters += letter;
		others += !letter && cp != ' ';
		if (!first && words_letter(cp))
			first = cp;
	}
	return letters > others * 2 && !(first < 0x590 && !words_upper(first) &&
		!(first >= '0' && first <= '9'));
}

/* S without footnote marks; NULL when it holds a cue, which would act when it is read again. */
static const char *without_marks(struct call *c, const char *s, size_t len)
{
	struct buf b = buf_in(&c->arena);
	size_t n;

	for (size_t at = 0; at < len; at += n) {
		struct cue cue;

		n = cue_next(c, s + at, len - at, &cue);
		if (cue.kind != CUE_CITE)
			buf_add(&b, s + at, n);
	}
	s = build_clean(c, b.data, b.len, false);
	return cue_within(c, s, strlen(s)) ? NULL : s;
}

/* S is one sentence also without what stood before it and the marks that were in it. */
static bool is_one(const char *s, size_t len)
{
	struct sentence first;
	size_t at = 0;

	return sentence_next(s, len, &at, &first) && first.len == len;
}

static bool quotable(struct call *c, struct candidate *k)
{
	size_t len = strlen(k->text);
	double words = words_spoken(k->text, len);
	const char *folded;

	if (words < WORDS_LEAST || words > WORDS_MOST || !sentence_complete(k->text, len) ||
		utf8_count(k->text, len) > SCRIPT_SENTENCE_MAX ||
		!is_one(k->text, len) ||
		strpbrk(k->text, "?|{}<>") || strstr(k->text, "\xef\xbc\x9f") ||
		strstr(k->text, "\xd8\x9f") || !balanced(k->text) || !is_prose(k->text, len))
		return false;
	folded = words_fold(&c->arena, k->text, len);
	k->points_back = points_back(folded);
	k->personal = is_personal(folded);
	k->seconds = words / SCRIPT_WORDS_PER_S;
	return !is_junk(folded);
}

struct finder {
	struct call *c;
	struct vocabulary *v;
	struct candidate *list;
	size_t count;
};

static void find_in_block(struct finder *f, struct candidate from, const struct block *block,
	size_t *number)
{
	size_t at = 0, len = strlen(block->text);
	bool first = true;
	struct sentence s;

	while (sentence_next(block->text, len, &at, &s)) {
		struct candidate k = from;

		k.number = ++*number;
		k.line = block->line;
		k.opens = first;
		first = false;
		k.text = without_marks(f->c, block->text + s.at, s.len);
		if (!k.text || !quotable(f->c, &k))
			continue;
		k.term_count = terms_of(f->v, k.text, strlen(k.text), &k.terms);
		if (!k.term_count)
			continue;
		GROW(&f->c->arena, f->list, f->count);
		f->list[f->count++] = k;
	}
}

static void find_in_page(struct finder *f, const struct page *page, size_t source)
{
	struct candidate k = {.source = source};
	size_t number = 0, first = f->count;

	for (size_t i = 0; i < page->count; i++) {
		const struct block *block = &page->blocks[i];

		k.block = i;
		if (block->kind == BLOCK_HEADING)
			k.heading = block->text;
		else if (block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_ITEM ||
			block->kind == BLOCK_QUOTE)
			find_in_block(f, k, block, &number);
	}
	for (size_t i = first; i < f->count; i++)
		f->list[i].place = (double)(f->list[i].number - 1) / (double)number;
}

size_t candidates_find(struct call *c, const struct script_ask *ask, struct vocabulary *v,
	struct candidate **out)
{
	struct finder f = {.c = c, .v = v};

	for (size_t i = 0; i < ask->count; i++)
		find_in_page(&f, ask->sources[i].page, i);
	*out = f.list;
	return f.count;
}
