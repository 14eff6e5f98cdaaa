/* Speakable text: a written text cut into words, each with what a voice has to say for it. */
#include "lib/media/speakable.h"

#include <glib.h>
#include <string.h>

#include "lib/text/utf8.h"

/* A word as written, without the punctuation around it. */
struct written_word {
	size_t at, len;
	const char *plain;        /* its letters as the voice knows them */
	char mark;                /* punctuation heard behind it, or 0 */
};

/* A text being cut into words. */
struct cutting {
	struct call *c;
	const struct speakable_voice *voice;
	bool english;
	const char *text;
	struct written_word *words;
	size_t count, size;
};

/* Ends of words that are neither spoken nor shown with them. */
static bool is_wrapping(gunichar cp)
{
	static const char wrapping[] = ".,;:!?\"'()[]{}<>*_`~|^\\";

	if (cp < 0x80)
		return cp && strchr(wrapping, (int)cp);
	switch (g_unichar_type(cp)) {
	case G_UNICODE_OPEN_PUNCTUATION:
	case G_UNICODE_CLOSE_PUNCTUATION:
	case G_UNICODE_INITIAL_PUNCTUATION:
	case G_UNICODE_FINAL_PUNCTUATION:
	case G_UNICODE_OTHER_PUNCTUATION:
	case G_UNICODE_DASH_PUNCTUATION:
		return true;
	default:
		return false;
	}
}

/* Emoji, other pictures and invisible characters: nothing to say, and no part of a word. */
static bool is_dropped(gunichar cp)
{
	switch (g_unichar_type(cp)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_UNASSIGNED:
	case G_UNICODE_MODIFIER_SYMBOL:
	case G_UNICODE_OTHER_SYMBOL:
	case G_UNICODE_ENCLOSING_MARK:
		return cp >= 0x80 ? !english_symbol(cp) : !g_ascii_isgraph((char)cp);
	default:
		return cp >= 0xfe00 && cp <= 0xfe0f;
	}
}

/* The pause that a mark stands for, or 0. */
static char pause_of(gunichar cp)
{
	switch (cp) {
	case '.': case ',': case ';': case ':': case '!': case '?':
		return (char)cp;
	case 0x2012: case 0x2013: case 0x2014: case 0x2015: case 0x2026: case 0x3001: case 0xff0c:
	case 0x60c:
		return ',';
	case 0x3002: case 0xff0e: case 0x964:
		return '.';
	case 0xff1f: case 0x61f:
		return '?';
	case 0xff01:
		return '!';
	case 0xff1a:
		return ':';
	case 0xff1b: case 0x61b:
		return ';';
	default:
		return 0;
	}
}

static bool digit_at(const char *p)
{
	return g_ascii_isdigit(*p);
}

/* True where a word of TEXT ends at P although no space follows: dashes that are not within a
 * number, ellipses, letters written without spaces. */
static bool is_break(const char *text, const char *p, gunichar cp)
{
	gunichar before = p > text ? g_utf8_get_char(g_utf8_prev_char(p)) : 0;

	if (g_unichar_isspace(cp) || is_dropped(cp))
		return true;
	if (cp == 0x2012 || cp == 0x2013)
		return !(p > text && digit_at(p - 1) && digit_at(g_utf8_next_char(p)));
	if (cp == '-')
		return before == '-' || p[1] == '-';
	if (cp == '.')
		return before == '.' || p[1] == '.';
	return cp == 0x2014 || cp == 0x2015 || cp == 0x2026 || (cp >= 0x80 && pause_of(cp));
}

/* English letters and symbols in ASCII; what has no ASCII form is left out. */
static void ascii_add(struct buf *b, gunichar cp)
{
	char utf8[8] = "";
	const char *symbol = english_symbol(cp);

	utf8[g_unichar_to_utf8(cp, utf8)] = 0;
	if (symbol) {
		buf_adds(b, symbol);
	} else if (cp < 0x80) {
		buf_addc(b, (char)cp);
	} else if (!g_unichar_ismark(cp)) {
		g_autofree char *ascii = g_str_to_ascii(utf8, "C");

		if (!strchr(ascii, '?'))
			buf_adds(b, ascii);
	}
}

/* LEN bytes at S as the voice knows them. */
static const char *plain_of(const struct cutting *cut, const char *s, size_t len)
{
	struct buf b = buf_in(&cut->c->arena), ascii = buf_in(&cut->c->arena);
	g_autofree char *normal = NULL;

	for (const char *p = s; p < s + len; p = g_utf8_next_char(p)) {
		gunichar cp = g_utf8_get_char(p);
		const char *symbol = cut->english ? english_symbol(cp) : NULL;

		if (symbol)
			buf_adds(&b, symbol);
		else if (!is_dropped(cp))
			utf8_encode(&b, cp);
	}
	normal = g_utf8_normalize(b.data, -1,
		cut->voice->ascii ? G_NORMALIZE_ALL : G_NORMALIZE_ALL_COMPOSE);
	if (!cut->voice->ascii)
		return arena_strdup(&cut->c->arena, normal);
	for (const char *p = normal; *p; p = g_utf8_next_char(p))
		ascii_add(&ascii, g_utf8_get_char(p));
	return ascii.data;
}

/* True for a word with a letter or digit in it, and for one sign that has a name. */
static bool is_spoken(const char *plain)
{
	for (const char *p = plain; *p; p = g_utf8_next_char(p))
		if (g_unichar_isalnum(g_utf8_get_char(p)))
			return true;
	return *plain && !*g_utf8_next_char(plain) && (strchr("&+=%@", *plain) ||
		g_unichar_type(g_utf8_get_char(plain)) == G_UNICODE_CURRENCY_SYMBOL);
}

/* A sign belongs to the number behind it. */
static bool is_sign(const char *p)
{
	return (*p == '-' || *p == '.') && digit_at(p + 1);
}

static void pause_add(struct cutting *cut, char mark)
{
	if (mark && cut->count && !cut->words[cut->count - 1].mark)
		cut->words[cut->count - 1].mark = mark;
}

/* Adds the word in [P, END) of the text, without the punctuation around it; a stretch without a letter
 * or digit only leaves its pause behind the word before. */
static void word_add(struct cutting *cut, const char *p, const char *end)
{
	struct written_word word = {0};

	while (end > p) {
		const char *last = g_utf8_prev_char(end);
		gunichar cp = g_utf8_get_char(last);

		if (!is_wrapping(cp) && cp != '-')
			break;
		if (pause_of(cp))
			word.mark = pause_of(cp);
		end = last;
	}
	while (p < end && (is_wrapping(g_utf8_get_char(p)) || *p == '-') && !is_sign(p))
		p = g_utf8_next_char(p);
	word.at = (size_t)(p - cut->text);
	word.len = (size_t)(end - p);
	word.plain = plain_of(cut, p, word.len);
	if (!is_spoken(word.plain)) {
		pause_add(cut, word.mark);
		return;
	}
	if (cut->count == cut->size) {
		struct written_word *old = cut->words;

		cut->size = cut->size ? cut->size * 2 : 64;
		cut->words = ARENA_NEW(&cut->c->arena, struct written_word, cut->size);
		if (cut->count)
			memcpy(cut->words, old, cut->count * sizeof *old);
	}
	cut->words[cut->count++] = word;
}

static void words_cut(struct cutting *cut)
{
	const char *from = cut->text, *p = cut->text;

	for (; *p; p = g_utf8_next_char(p)) {
		gunichar cp = g_utf8_get_char(p);
		bool single = writing_unspaced(cp);

		if (!single && !is_break(cut->text, p, cp))
			continue;
		if (from < p)
			word_add(cut, from, p);
		from = g_utf8_next_char(p);
		if (single)
			word_add(cut, p, from);
		else
			pause_add(cut, cp == '-' || cp == '.' ? ',' : pause_of(cp));
	}
	if (from < p)
		word_add(cut, from, p);
}

static const char *plain_at(const struct cutting *cut, size_t i)
{
	return i < cut->count ? cut->words[i].plain : "";
}

/* A full stop behind a word inside a sentence belongs to an abbreviation and would be heard as a
 * pause; flite itself reads Dr. and St. by what follows. */
static char mark_heard(const struct cutting *cut, size_t i)
{
	const struct written_word *w = &cut->words[i];
	const char *next = plain_at(cut, i + 1);

	if (cut->english && w->mark == '.' && *next &&
		(g_ascii_islower(*next) || digit_at(next) || english_shortened(w->plain)))
		return 0;
	return w->mark;
}

/* Spaces at the start and after spaces, which the readers leave, from byte FROM on. */
static void squeeze(struct buf *said, size_t from)
{
	size_t to = from;

	for (size_t i = from; i < said->len; i++)
		if (said->data[i] != ' ' || (to > from && said->data[to - 1] != ' '))
			said->data[to++] = said->data[i];
	if (to > from && said->data[to - 1] == ' ')
		to--;
	buf_cut(said, to);
}

static void word_say(const struct cutting *cut, size_t i, struct buf *said)
{
	if (!cut->english) {
		buf_adds(said, cut->words[i].plain);
		return;
	}
	english_read(&(struct reading){
		.c = cut->c,
		.word = cut->words[i].plain,
		.before = i ? plain_at(cut, i - 1) : "",
		.after = plain_at(cut, i + 1),
		.spell = cut->voice->ascii,
		.said = said,
	});
}

/* Letters written without spaces follow each other without one. */
static bool spaced(const struct cutting *cut, size_t i)
{
	return i && (cut->words[i - 1].mark ||
		!writing_unspaced(g_utf8_get_char(cut->text + cut->words[i].at)));
}

enum fail speakable_make(struct call *c, const struct speakable_voice *voice, const char *text,
	struct speakable *out)
{
	struct cutting cut = {
		.c = c,
		.voice = voice,
		.english = !g_ascii_strncasecmp(voice->language, "en", 2) &&
			strchr("-+", voice->language[2]),
		.text = text,
	};
	struct buf said = buf_in(&c->arena);
	struct speakable_piece *pieces;

	if (text[utf8_valid(text, strlen(text))])
		return fail(c, FAIL_INPUT, "the text to speak is not UTF-8");
	TRY(writing_check(c, voice, text));
	words_cut(&cut);
	if (!cut.count)
		return fail(c, FAIL_INPUT, "there is no word to speak in \"%s\"", text);
	pieces = ARENA_NEW(&c->arena, struct speakable_piece, cut.count);
	for (size_t i = 0; i < cut.count; i++) {
		char mark = mark_heard(&cut, i);

		if (spaced(&cut, i))
			buf_addc(&said, ' ');
		pieces[i] = (struct speakable_piece){cut.words[i].at, cut.words[i].len, said.len, 0};
		word_say(&cut, i, &said);
		squeeze(&said, pieces[i].said_at);
		pieces[i].said_len = said.len - pieces[i].said_at;
		if (mark)
			buf_addc(&said, mark);
	}
	*out = (struct speakable){said.data, pieces, cut.count};
	return FAIL_NONE;
}
