/* Card: what of a script stands on one picture. */
#include "lib/content/card.h"

#include <string.h>

#include "lib/content/extract.h"
#include "lib/content/grow.h"
#include "lib/text/utf8.h"
#include "lib/text/words.h"

/* Of a title, in characters. */
#define TITLE_MOST 180
/* What is read at a glance, in words: a point, else a longer one; and all of them. */
#define POINT_WORDS 30.0
#define POINT_WORDS_MOST 60.0
#define ALL_WORDS 75.0
/* The same in characters, of what is taken as it comes. */
#define ALL_MOST 450

static bool is_spoken(const struct script_part *part)
{
	return part->kind != PART_PAUSE && utf8_count(part->text, strlen(part->text)) <=
		SCRIPT_SENTENCE_MAX;
}

/* The sentences of S with at most WORDS as a page of its own. */
static struct page page_of(struct call *c, const struct script *s, double words)
{
	struct page page = {.title = s->title};

	for (size_t i = 0; i < s->count; i++)
		for (size_t k = 0; k < s->scenes[i].count; k++) {
			const struct script_part *part = &s->scenes[i].parts[k];

			if (!is_spoken(part) ||
				words_spoken(part->text, strlen(part->text)) > words)
				continue;
			GROW(&c->arena, page.blocks, page.count);
			page.blocks[page.count++] = (struct block){.kind = BLOCK_PARAGRAPH,
				.text = part->text, .line = part->line};
		}
	return page;
}

static enum fail choose_points(struct call *c, const struct script *s, double words,
	struct card *out)
{
	const struct page page = page_of(c, s, words);
	const struct source source = {.page = &page};
	const struct script_ask ask = {.topic = s->title, .sources = &source, .count = 1,
		.seconds = ALL_WORDS / SCRIPT_WORDS_PER_S, .at_most = true, .most = CARD_POINTS};
	struct extract e;
	enum fail f = extract_write(c, &ask, &e);

	if (f == FAIL_INPUT) {
		fail_forget(c);
		return FAIL_NONE;
	}
	TRY(f);
	for (size_t i = 0; i < e.count; i++)
		out->points[out->count++] = e.picks[i].text;
	return FAIL_NONE;
}

static void take_first(const struct script *s, struct card *out)
{
	size_t letters = 0;

	for (size_t i = 0; i < s->count; i++)
		for (size_t k = 0; k < s->scenes[i].count; k++) {
			const struct script_part *part = &s->scenes[i].parts[k];

			if (out->count == CARD_POINTS || !is_spoken(part))
				continue;
			letters += utf8_count(part->text, strlen(part->text));
			if (!out->count || letters <= ALL_MOST)
				out->points[out->count++] = part->text;
		}
}

/* Cut behind a word where one ends near by. */
static const char *cut_title(struct call *c, const char *title)
{
	size_t len = strlen(title), at = 0, word = 0;
	uint32_t cp;

	for (size_t i = 0; i < TITLE_MOST && at < len; i++) {
		if (title[at] == ' ')
			word = at;
		at += utf8_decode(title + at, len - at, &cp);
	}
	if (at == len)
		return title;
	return arena_printf(&c->arena, "%.*s\u2026", (int)(word > at / 2 ? word : at), title);
}

/* "https://www.example.org/a/b?x=1" as "example.org", "in/talk.md" as "talk.md". */
static const char *short_address(struct call *c, const char *s)
{
	const char *host = strstr(s, "://"), *slash = strrchr(s, '/');

	if (!host)
		return slash && slash[1] ? slash + 1 : s;
	host += strncmp(host + 3, "www.", 4) ? 3 : 7;
	return arena_memdup(&c->arena, host, strcspn(host, "/?#"));
}

/* "[2] Name, https://example.org/x" as "Name, example.org"; "" for a text that has only a number. */
static const char *source_short(struct call *c, const char *note)
{
	size_t n = note[0] == '[' ? strspn(note + 1, "0123456789") : 0;
	const char *text = n && !strncmp(note + 1 + n, "] ", 2) ? note + n + 3 : note;
	const char *comma = NULL;

	for (const char *p = text; (p = strstr(p, ", ")); p += 2)
		comma = p;
	if (n && (!strcmp(text, "given text") || !strcmp(text, "standard input") ||
		(!strncmp(text, "text ", 5) && !text[5 + strspn(text + 5, "0123456789")])))
		return "";
	if (comma && !strchr(comma + 2, ' '))
		return arena_printf(&c->arena, "%.*s, %s", (int)(comma - text), text,
			short_address(c, comma + 2));
	return strchr(text, ' ') ? text : short_address(c, text);
}

static const char *credit_of(struct call *c, const struct script *s)
{
	struct buf b = buf_in(&c->arena);

	for (size_t i = 0; i < s->count; i++)
		for (size_t k = 0; k < s->scenes[i].note_count; k++) {
			const struct script_note *note = &s->scenes[i].notes[k];
			const char *name = note->kind == NOTE_SOURCE
				? source_short(c, note->text) : "";

			if (*name && !(b.len && strstr(b.data, name)))
				buf_addf(&b, "%s%s", b.len ? " \u00b7 " : "\u2014 ", name);
		}
	return b.len ? b.data : NULL;
}

enum fail card_of_script(struct call *c, const struct script *s, struct card *out)
{
	struct card card = {0};

	if (s->title)
		card.title = cut_title(c, s->title);
	card.cut = card.title != s->title;
	TRY(choose_points(c, s, POINT_WORDS, &card));
	if (!card.count)
		TRY(choose_points(c, s, POINT_WORDS_MOST, &card));
	if (!card.count)
		take_first(s, &card);
	card.credit = credit_of(c, s);
	*out = card;
	return FAIL_NONE;
}
