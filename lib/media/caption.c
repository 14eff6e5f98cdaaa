/* Caption: a sentence cut into words with times, and these into what is shown at once. */
#include "lib/media/caption.h"

#include <float.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "lib/text/utf8.h"

/* Scripts that write no spaces between words (Unicode blocks of Chinese, Japanese, Thai and
 * neighbours): each of their characters may begin a line. */
static bool stands_alone(uint32_t cp)
{
	return (cp >= 0x2e80 && cp <= 0x9fff) || (cp >= 0xf900 && cp <= 0xfaff) ||
		(cp >= 0xff66 && cp <= 0xff9f) || (cp >= 0x20000 && cp <= 0x3ffff);
}

/* What must not begin a line in those scripts. */
static bool clings(uint32_t cp)
{
	return (cp >= 0x3001 && cp <= 0x3002) || cp == 0x300d || cp == 0x300f || cp == 0x30fc ||
		(cp >= 0x3041 && cp <= 0x3049 && (cp & 1)) || (cp >= 0xff01 && cp <= 0xff1f);
}

static bool is_space(uint32_t cp)
{
	return cp == ' ' || cp == '\n' || cp == '\t' || cp == 0x3000;
}

struct tokens tokens_of(struct call *c, const char *text)
{
	size_t len = strlen(text), at = 0;
	struct tokens out = {ARENA_NEW(&c->arena, struct token, len + 1), 0};
	struct token *open = NULL;
	bool space = false;

	while (at < len) {
		uint32_t cp = 0xfffd;
		size_t size = utf8_decode(text + at, len - at, &cp);

		size = size ? size : 1;
		if (is_space(cp)) {
			open = NULL;
			space = true;
		} else if (!open || (stands_alone(cp) && !clings(cp))) {
			open = &out.token[out.count++];
			*open = (struct token){text + at, size, 1, 0, 0, space};
			space = false;
		} else {
			open->len += size;
			open->letters++;
		}
		at += size;
		if (open && stands_alone(cp) && at < len) {
			uint32_t next = 0;

			if (utf8_decode(text + at, len - at, &next) && !clings(next))
				open = NULL;
		}
	}
	return out;
}

/* Tokens from FIRST to before END have no word of their own: they share what lies between. */
static void fill_gap(struct token *t, size_t first, size_t end, double from_s, double to_s)
{
	double each = (to_s - from_s) / (double)(end - first);

	for (size_t i = first; i < end; i++) {
		t[i].start_s = from_s + each * (double)(i - first);
		t[i].end_s = t[i].start_s + each;
	}
}

void tokens_time(const struct tokens *tokens, const char *text, const struct spoken *words,
	double at_s)
{
	struct token *t = tokens->token;
	double total_s = at_s + (words->rate ? (double)words->count / words->rate : 0);
	double last_s = at_s;
	size_t known = 0;

	for (size_t i = 0; i < tokens->count; i++) {
		size_t from = (size_t)(t[i].text - text), to = from + t[i].len;
		double start_s = DBL_MAX, end_s = 0;

		for (size_t w = 0; w < words->words_count; w++) {
			const struct spoken_word *word = &words->words[w];

			if (word->at >= to || word->at + word->len <= from)
				continue;
			start_s = word->start_s < start_s ? word->start_s : start_s;
			end_s = word->end_s > end_s ? word->end_s : end_s;
		}
		if (start_s > end_s)
			continue;
		t[i].start_s = at_s + start_s > last_s ? at_s + start_s : last_s;
		t[i].end_s = at_s + end_s > t[i].start_s ? at_s + end_s : t[i].start_s;
		if (known < i)
			fill_gap(t, known, i, last_s, t[i].start_s);
		last_s = t[i].end_s;
		known = i + 1;
	}
	if (known < tokens->count)
		fill_gap(t, known, tokens->count, last_s, total_s > last_s ? total_s : last_s);
}

void tokens_spread(const struct tokens *tokens, double at_s, double duration_s)
{
	double letters = 0, passed = 0;

	for (size_t i = 0; i < tokens->count; i++)
		letters += (double)tokens->token[i].letters + 1;
	for (size_t i = 0; i < tokens->count; i++) {
		struct token *t = &tokens->token[i];

		t->start_s = at_s + duration_s * passed / letters;
		passed += (double)t->letters + 1;
		t->end_s = at_s + duration_s * passed / letters;
	}
}

/* Where a pause hurts least: 0 behind a sentence, 100 between words that belong together. */
static int break_cost(const struct token *before, const struct token *after)
{
	static const char *const openers[] = {"and", "or", "but", "because", "which", "that", "who",
		"when", "where", "while", "if", "so", "than", "with", "from", "for", "to", "of",
		"in", "on", "at", "by", "into", "as"};
	static const char *const leaners[] = {"a", "an", "the", "of", "to", "in", "on", "at", "and",
		"or", "is", "are", "its", "their", "with", "for"};
	char last = before->text[before->len - 1];

	if (strchr(".!?;:", last) ||
		(before->len > 2 && (before->text[before->len - 3] & 0xf0) == 0xe0))
		return 0;
	if (last == ',' || last == ')')
		return 8;
	for (size_t i = 0; i < sizeof leaners / sizeof *leaners; i++)
		if (before->len == strlen(leaners[i]) &&
			!strncasecmp(before->text, leaners[i], before->len))
			return 100;
	for (size_t i = 0; i < sizeof openers / sizeof *openers; i++)
		if (after->len == strlen(openers[i]) &&
			!strncasecmp(after->text, openers[i], after->len))
			return 25;
	return 50;
}

static size_t width_of(const struct token *t, size_t first, size_t end)
{
	size_t width = 0;

	for (size_t i = first; i < end; i++)
		width += t[i].letters + (i > first && t[i].space);
	return width;
}

/* Fills lines of at most LETTERS; returns how many tokens of FIRST to END found room. */
static size_t fill_lines(const struct token *t, size_t first, size_t end, size_t lines,
	size_t letters, struct caption *out)
{
	size_t at = first;

	for (out->lines = 0; out->lines < lines && at < end; out->lines++) {
		size_t from = at++;

		while (at < end && width_of(t, from, at + 1) <= letters)
			at++;
		out->line[out->lines] = from;
	}
	return at - first;
}

/* Two lines break where the text does, if both stay near the same length. */
static void balance_two(const struct token *t, struct caption *cap, size_t letters)
{
	size_t end = cap->first + cap->count;
	double best = DBL_MAX;

	for (size_t at = cap->first + 1; at < end; at++) {
		size_t up = width_of(t, cap->first, at), down = width_of(t, at, end);
		double gap = (double)up - (double)down;
		double cost = (gap < 0 ? -gap : gap * 1.2) + break_cost(&t[at - 1], &t[at]) * 0.15;

		if (up > letters || down > letters || cost >= best)
			continue;
		best = cost;
		cap->line[1] = at;
	}
}

static void set_lines(const struct token *t, struct caption *cap, size_t lines, size_t letters)
{
	size_t end = cap->first + cap->count, need;
	struct caption trial = *cap;

	fill_lines(t, cap->first, end, lines, letters, cap);
	need = cap->lines;
	if (need == 2)
		balance_two(t, cap, letters);
	for (size_t narrow = letters - 1; need > 2 && narrow > 4; narrow--) {
		if (fill_lines(t, cap->first, end, need, narrow, &trial) < cap->count)
			break;
		*cap = trial;
	}
}

/* What it costs to show tokens FIRST to END at once. */
static double group_cost(const struct tokens *ts, size_t first, size_t end, size_t room)
{
	double fill = (double)width_of(ts->token, first, end) / (double)room;
	double cost = 120;

	if (end < ts->count)
		cost += break_cost(&ts->token[end - 1], &ts->token[end]);
	if (fill < 0.35)
		cost += (0.35 - fill) * 150;
	return cost;
}

struct captions captions_of(struct call *c, const struct tokens *tokens, size_t lines,
	size_t letters)
{
	size_t count = tokens->count;
	double *best = ARENA_NEW(&c->arena, double, count + 1);
	size_t *from = ARENA_NEW(&c->arena, size_t, count + 1);
	struct captions out = {ARENA_NEW(&c->arena, struct caption, count + 1), 0};

	for (size_t i = 1; i <= count; i++)
		best[i] = DBL_MAX;
	for (size_t i = 0; i < count; i++) {
		struct caption scratch;
		size_t fits = fill_lines(tokens->token, i, count, lines, letters, &scratch);

		for (size_t end = i + 1; end <= i + fits; end++) {
			double cost = best[i] + group_cost(tokens, i, end, lines * letters);

			if (cost < best[end]) {
				best[end] = cost;
				from[end] = i;
			}
		}
	}
	/* The chain is known from its end: count it, then fill in from behind. */
	for (size_t at = count; at > 0; at = from[at])
		out.count++;
	for (size_t at = count, i = out.count; at > 0; at = from[at]) {
		struct caption *cap = &out.caption[--i];

		*cap = (struct caption){.first = from[at], .count = at - from[at]};
		cap->start_s = tokens->token[cap->first].start_s;
		cap->end_s = tokens->token[at - 1].end_s;
		set_lines(tokens->token, cap, lines, letters);
	}
	return out;
}

const char *caption_text(struct call *c, const struct tokens *tokens, const struct caption *caption,
	size_t marked, size_t *mark, size_t *mark_len)
{
	struct buf b = buf_in(&c->arena);
	size_t line = 1;

	for (size_t i = caption->first; i < caption->first + caption->count; i++) {
		const struct token *t = &tokens->token[i];

		if (line < caption->lines && caption->line[line] == i) {
			buf_addc(&b, '\n');
			line++;
		} else if (i > caption->first && t->space) {
			buf_addc(&b, ' ');
		}
		if (mark && i == marked) {
			*mark = b.len;
			*mark_len = t->len;
		}
		buf_add(&b, t->text, t->len);
	}
	return b.data;
}
