/* Sentences: where one ends and the next begins. */
#include "lib/text/sentence.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text/utf8.h"
#include "lib/text/words.h"

/* How far a full stop inside quotation marks of Chinese or Japanese is taken for a part of what is
 * quoted; longer quotations are split, and so is text whose mark never closes. */
#define QUOTED_MAX 200

#define TOKEN_MAX 24

enum stop {
	STOP_NONE,
	STOP_SURE,    /* ends a sentence wherever it stands */
	STOP_MARK,    /* ! ? and their like: needs a space behind it */
	STOP_DOT,     /* the full stop that is also so much else */
	STOP_DOTS,    /* an ellipsis */
};

static enum stop stop_of(uint32_t cp)
{
	static const struct {
		uint32_t cp;
		enum stop stop;
	} stops[] = {{'!', STOP_MARK}, {'.', STOP_DOT}, {'?', STOP_MARK}, {0x37e, STOP_MARK},
		{0x589, STOP_SURE}, {0x61f, STOP_MARK}, {0x6d4, STOP_SURE}, {0x964, STOP_SURE},
		{0x965, STOP_SURE}, {0x104a, STOP_SURE}, {0x104b, STOP_SURE}, {0x1362, STOP_SURE},
		{0x1367, STOP_SURE}, {0x17d4, STOP_SURE}, {0x2026, STOP_DOTS}, {0x203c, STOP_MARK},
		{0x203d, STOP_MARK}, {0x2047, STOP_MARK}, {0x2048, STOP_MARK}, {0x2049, STOP_MARK},
		{0x3002, STOP_SURE}, {0xff01, STOP_SURE}, {0xff0e, STOP_SURE}, {0xff1f, STOP_SURE},
		{0xff61, STOP_SURE}};

	for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
		if (stops[i].cp == cp)
			return stops[i].stop;
	return STOP_NONE;
}

/* 1: opens, -1: closes, 0: neither. Straight quotes are taken for closing ones behind a stop. */
static int bracket_of(uint32_t cp)
{
	static const uint32_t opening[] = {'(', '[', '{', 0xab, 0x2018, 0x201c, 0x201e, 0x300a,
		0x300c, 0x300e, 0x3010, 0xff08};
	static const uint32_t closing[] = {')', ']', '}', '"', '\'', 0xbb, 0x2019, 0x201d, 0x300b,
		0x300d, 0x300f, 0x3011, 0xff09};

	for (size_t i = 0; i < sizeof opening / sizeof *opening; i++)
		if (opening[i] == cp)
			return 1;
	for (size_t i = 0; i < sizeof closing / sizeof *closing; i++)
		if (closing[i] == cp)
			return -1;
	return 0;
}

static bool is_space(uint32_t cp)
{
	return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0xa0 || cp == 0x3000 ||
		(cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029;
}

/* Abbreviations without their last point, in lower case and byte order. What may follow one: */
enum abbreviation {
	ABBR_NAME,     /* always more of the sentence: "Dr. Who" */
	ABBR_NUMBER,   /* more of the sentence when a number follows: "No. 5" */
	ABBR_EITHER,   /* a new sentence only with a word that begins many: "etc. The" */
};

static const struct abbreviation_row {
	const char *word;
	enum abbreviation kind;
} abbreviations[] = {
	{"a.d", ABBR_EITHER}, {"a.m", ABBR_EITHER}, {"abs", ABBR_NUMBER}, {"al", ABBR_EITHER},
	{"approx", ABBR_NAME}, {"apr", ABBR_NUMBER}, {"art", ABBR_NUMBER}, {"assn", ABBR_EITHER},
	{"aug", ABBR_NUMBER}, {"ave", ABBR_EITHER}, {"b.c", ABBR_EITHER}, {"bd", ABBR_NUMBER},
	{"blvd", ABBR_EITHER}, {"bros", ABBR_EITHER}, {"brig", ABBR_NAME}, {"bzw", ABBR_NAME},
	{"c", ABBR_NUMBER}, {"ca", ABBR_NUMBER}, {"capt", ABBR_NAME}, {"cf", ABBR_NAME},
	{"ch", ABBR_NUMBER}, {"chap", ABBR_NUMBER}, {"cmdr", ABBR_NAME}, {"co", ABBR_EITHER},
	{"col", ABBR_NAME}, {"corp", ABBR_EITHER}, {"cpl", ABBR_NAME}, {"d.c", ABBR_EITHER},
	{"d.h", ABBR_NAME}, {"dec", ABBR_NUMBER}, {"dept", ABBR_EITHER}, {"dr", ABBR_NAME},
	{"dra", ABBR_NAME}, {"e.g", ABBR_NAME}, {"ed", ABBR_EITHER}, {"eds", ABBR_EITHER},
	{"eq", ABBR_NUMBER}, {"esp", ABBR_NAME}, {"esq", ABBR_EITHER}, {"est", ABBR_NUMBER},
	{"etc", ABBR_EITHER}, {"feb", ABBR_NUMBER}, {"fig", ABBR_NUMBER}, {"figs", ABBR_NUMBER},
	{"fr", ABBR_NAME}, {"ft", ABBR_EITHER}, {"gen", ABBR_NAME}, {"gov", ABBR_NAME},
	{"hon", ABBR_NAME}, {"hr", ABBR_NAME}, {"i.e", ABBR_NAME}, {"inc", ABBR_EITHER},
	{"jan", ABBR_NUMBER}, {"jr", ABBR_EITHER}, {"jul", ABBR_NUMBER}, {"jun", ABBR_NUMBER},
	{"lt", ABBR_NAME}, {"ltd", ABBR_EITHER}, {"maj", ABBR_NAME}, {"mar", ABBR_NUMBER},
	{"messrs", ABBR_NAME}, {"mr", ABBR_NAME}, {"mrs", ABBR_NAME}, {"ms", ABBR_NAME},
	{"mt", ABBR_NAME}, {"nos", ABBR_NUMBER}, {"no", ABBR_NUMBER}, {"nov", ABBR_NUMBER},
	{"nr", ABBR_NUMBER}, {"oct", ABBR_NUMBER}, {"okt", ABBR_NUMBER}, {"op", ABBR_NUMBER},
	{"p", ABBR_NUMBER}, {"p.m", ABBR_EITHER}, {"ph.d", ABBR_EITHER}, {"pp", ABBR_NUMBER},
	{"pres", ABBR_NAME}, {"prof", ABBR_NAME}, {"rep", ABBR_NAME}, {"rev", ABBR_NAME},
	{"s", ABBR_NUMBER}, {"sec", ABBR_NUMBER}, {"sen", ABBR_NAME}, {"sens", ABBR_NAME},
	{"sept", ABBR_NUMBER}, {"sep", ABBR_NUMBER}, {"sgt", ABBR_NAME}, {"sr", ABBR_EITHER},
	{"sra", ABBR_NAME}, {"st", ABBR_EITHER}, {"ste", ABBR_NAME}, {"supt", ABBR_NAME},
	{"u.a", ABBR_EITHER}, {"ud", ABBR_NAME}, {"univ", ABBR_NAME}, {"usw", ABBR_EITHER},
	{"v", ABBR_NAME}, {"viz", ABBR_NAME}, {"vol", ABBR_NUMBER}, {"vols", ABBR_NUMBER},
	{"vs", ABBR_NAME}, {"z.b", ABBR_NAME},
};

/* Capitalised, these begin a sentence more often than they are part of a name. */
static const char *const starters[] = {"a", "after", "all", "also", "although", "an", "and",
	"another", "as", "at", "because", "before", "both", "but", "by", "das", "der", "die",
	"during", "each", "er", "es", "for", "from", "he", "her", "here", "his", "how", "however",
	"i", "if", "in", "is", "it", "its", "many", "most", "my", "no", "now", "on", "one", "or",
	"our", "she", "sie", "since", "so", "some", "such", "that", "the", "their", "then",
	"there", "these", "they", "this", "those", "to", "under", "we", "what", "when", "where",
	"while", "who", "why", "with", "yet", "you"};

/* German dates write the day with a point. */
static const char *const months[] = {"januar", "februar", "märz", "april", "mai", "juni", "juli",
	"august", "september", "oktober", "november", "dezember", "jahrhundert"};

static bool listed(const char *const *list, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i], word))
			return true;
	return false;
}
#define LISTED(list, word) listed((list), sizeof(list) / sizeof *(list), (word))

/* Lower-case copy of LEN bytes into WORD; false when they do not fit. */
static bool fold(const char *s, size_t len, char word[TOKEN_MAX])
{
	size_t out = 0, n;
	uint32_t cp;

	for (size_t at = 0; at < len; at += n) {
		n = utf8_decode(s + at, len - at, &cp);
		if (!n || out + 2 >= TOKEN_MAX)
			return false;
		cp = words_lower(cp);
		if (cp < 0x80) {
			word[out++] = (char)cp;
		} else if (cp < 0x800) {
			word[out++] = (char)(0xc0 | cp >> 6);
			word[out++] = (char)(0x80 | (cp & 0x3f));
		} else {
			return false;
		}
	}
	word[out] = '\0';
	return out > 0;
}

struct scan {
	const char *text;
	size_t len;
	size_t start;     /* of the sentence */
};

static size_t peek(const struct scan *s, size_t at, uint32_t *cp)
{
	*cp = 0;
	return at < s->len ? utf8_decode(s->text + at, s->len - at, cp) : 0;
}

/* Behind closing marks, further stops and footnote numbers such as [12]. */
static size_t skip_closing(const struct scan *s, size_t at)
{
	uint32_t cp;
	size_t n;

	while ((n = peek(s, at, &cp))) {
		if (cp == '[') {
			size_t digit = at + 1;

			while (digit < s->len && s->text[digit] >= '0' && s->text[digit] <= '9')
				digit++;
			if (digit == at + 1 || digit - at > 4 || digit >= s->len ||
				s->text[digit] != ']')
				break;
			n = digit + 1 - at;
		} else if (bracket_of(cp) >= 0 && stop_of(cp) == STOP_NONE) {
			break;
		}
		at += n;
	}
	return at;
}

/* First character of the next word behind AT, past spaces and opening marks; *AT on it. */
static uint32_t next_letter(const struct scan *s, size_t *at)
{
	uint32_t cp;
	size_t n;

	while ((n = peek(s, *at, &cp)) && (is_space(cp) || bracket_of(cp) || cp == '*' ||
		cp == '_'))
		*at += n;
	return cp;
}

static bool starter_at(const struct scan *s, size_t at)
{
	char word[TOKEN_MAX];
	size_t end = at;

	while (end < s->len && ((s->text[end] | 32) >= 'a' && (s->text[end] | 32) <= 'z'))
		end++;
	return end - at < TOKEN_MAX && fold(s->text + at, end - at, word) && LISTED(starters, word);
}

static bool month_at(const struct scan *s, size_t at)
{
	char word[TOKEN_MAX];
	size_t end = at;

	while (end < s->len && (s->text[end] & 0x80 || ((s->text[end] | 32) >= 'a' &&
		(s->text[end] | 32) <= 'z')))
		end++;
	return end - at < TOKEN_MAX && fold(s->text + at, end - at, word) && LISTED(months, word);
}

static bool digit(uint32_t cp)
{
	return cp >= '0' && cp <= '9';
}

/* Letter, point, letter, point, ...: "U.S", "e.g". */
static bool acronym(const char *s, size_t len)
{
	if (len < 3 || len % 2 == 0)
		return false;
	for (size_t i = 0; i < len; i++)
		if (i % 2 ? s[i] != '.' : (s[i] | 32) < 'a' || (s[i] | 32) > 'z')
			return false;
	return true;
}

static bool all_digits(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!digit((unsigned char)s[i]))
			return false;
	return len > 0;
}

/* The word in front of the point at DOT, without brackets and quotes in front of it. */
static size_t token_start(const struct scan *s, size_t dot)
{
	size_t at = dot;

	while (at > s->start && dot - at < 64 && !strchr(" \t\r\n([{\"'/-", s->text[at - 1]) &&
		memcmp(s->text + at - 1, "\xa0", 1) && s->text[at - 1])
		at--;
	/* A no-break space, a dash and curly quotes end in a continuation byte. */
	while (at < dot && (s->text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/* The word TOKEN before a point is an abbreviation that goes on with what stands at NEXT. */
static bool goes_on(const struct scan *s, size_t token, size_t dot, size_t next, uint32_t letter)
{
	const char *word = s->text + token;
	size_t len = dot - token;
	char folded[TOKEN_MAX];
	uint32_t cp;

	if (!len)
		return false;
	if (all_digits(word, len))
		return token == s->start || (len < 3 && month_at(s, next));
	if (fold(word, len, folded))
		for (size_t i = 0; i < sizeof abbreviations / sizeof *abbreviations; i++) {
			if (strcmp(abbreviations[i].word, folded))
				continue;
			if (len == 1 && abbreviations[i].kind != ABBR_NAME && !digit(letter))
				break;
			return abbreviations[i].kind == ABBR_NAME ||
				(abbreviations[i].kind == ABBR_NUMBER && digit(letter)) ||
				(abbreviations[i].kind == ABBR_EITHER && !starter_at(s, next));
		}
	if (utf8_decode(word, len, &cp) == len && words_upper(cp))
		return !starter_at(s, next);
	return acronym(word, len) && !starter_at(s, next);
}

/* The stop at AT (of N bytes) ends the sentence; *END then is behind it and what closes it. */
static bool ends_here(const struct scan *s, enum stop stop, size_t at, size_t n, size_t *end)
{
	size_t behind = skip_closing(s, at + n), next = behind;
	bool dots = stop == STOP_DOTS || (stop == STOP_DOT && at + 2 < s->len &&
		s->text[at + 1] == '.' && s->text[at + 2] == '.');
	uint32_t cp;

	*end = behind;
	if (behind >= s->len)
		return true;
	peek(s, behind, &cp);
	if (stop == STOP_SURE) {
		/* 「...。」と goes on; 「...。」「...。」 does not. */
		uint32_t last = 0;

		utf8_decode(s->text + at + n, s->len - at - n, &last);
		return behind == at + n || bracket_of(last) >= 0 || is_space(cp) ||
			bracket_of(cp) > 0 || !words_unspaced(cp);
	}
	if (!is_space(cp))
		return words_unspaced(cp) && stop != STOP_DOT;
	cp = next_letter(s, &next);
	if (words_letter(cp) && words_lower(cp) == cp && cp < 0x590 && !digit(cp))
		return false;
	if (dots || stop == STOP_MARK || behind > at + n + 3)
		return true;
	return !goes_on(s, token_start(s, at), at, next, cp);
}

static bool blank_line(const struct scan *s, size_t at)
{
	if (s->text[at] != '\n')
		return false;
	for (at++; at < s->len && strchr(" \t\r", s->text[at]) && s->text[at]; at++)
		;
	return at < s->len && s->text[at] == '\n';
}

static bool closes_at(const struct scan *s, size_t at)
{
	uint32_t cp;

	return peek(s, at, &cp) && bracket_of(cp) < 0;
}

static size_t sentence_end(const struct scan *s)
{
	size_t n, end, opened = 0;
	uint32_t cp;
	int depth = 0;

	for (size_t at = s->start; (n = peek(s, at, &cp)); at += n) {
		enum stop stop = stop_of(cp);

		if (cp >= 0x3008 && cp <= 0x3011 && bracket_of(cp) > 0 && depth++ == 0)
			opened = at;
		else if (cp >= 0x3008 && cp <= 0x3011 && bracket_of(cp) < 0 && depth)
			depth--;
		if (depth && at - opened > QUOTED_MAX)
			depth = 0;
		if (blank_line(s, at))
			return at;
		if (stop == STOP_NONE || (depth && !closes_at(s, at + n)))
			continue;
		if (ends_here(s, stop, at, n, &end))
			return end;
		/* What was looked past is not looked at again: a run of stops would cost its
		 * square. */
		if (end - at > n && !depth)
			n = end - at;
	}
	return s->len;
}

bool sentence_next(const char *text, size_t len, size_t *at, struct sentence *out)
{
	struct scan s = {.text = text, .len = len, .start = *at};
	uint32_t cp;
	size_t n, end;

	while ((n = peek(&s, s.start, &cp)) && is_space(cp))
		s.start += n;
	if (!n) {
		*at = len;
		return false;
	}
	end = sentence_end(&s);
	*at = end;
	while (end > s.start && strchr(" \t\r\n\f\v", text[end - 1]) && text[end - 1])
		end--;
	*out = (struct sentence){s.start, end - s.start};
	return true;
}

size_t sentence_cut(const char *s, size_t len, size_t limit)
{
	size_t clause = 0, comma = 0, space = 0, last = 0, chars = 0, n;
	uint32_t cp;

	for (size_t at = 0; at < len && (n = utf8_decode(s + at, len - at, &cp)); at += n) {
		bool before_space = at + n < len && s[at + n] == ' ';

		if (chars++ == limit)
			return clause ? clause : comma ? comma : space ? space : last;
		last = at + n;
		/* A part of a few words only would sound chopped off. */
		if (chars * 4 < limit)
			continue;
		if (((cp == ';' || cp == ':') && before_space) || cp == 0x2014 || cp == 0xff1b ||
			(cp == 0x2013 && before_space) || cp == 0x61b)
			clause = last;
		else if ((cp == ',' && before_space) || cp == 0x3001 || cp == 0xff0c || cp == 0x60c)
			comma = last;
		else if (cp == ' ')
			space = last;
	}
	return len;
}

bool sentence_complete(const char *s, size_t len)
{
	enum stop stop = STOP_NONE;
	uint32_t cp;
	size_t n;

	for (size_t at = 0; at < len && (n = utf8_decode(s + at, len - at, &cp)); at += n)
		if (stop_of(cp) != STOP_NONE || bracket_of(cp) >= 0)
			stop = stop_of(cp);
	return stop != STOP_NONE;
}
