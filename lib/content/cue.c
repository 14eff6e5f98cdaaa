/* Cues: what stands in brackets in a script. */
#include "lib/content/cue.h"

#include <string.h>
#include <strings.h>

#include "lib/content/length.h"

#define CUE_BYTES_MAX 2000
/* Deeper brackets are no cue; the bound also keeps "[[[[[..." from costing its square. */
#define DEPTH_MAX 3

/* Names and seconds are those of the guides' script editor; the last five have none there and get
 * two seconds. The aliases of a row follow it, without seconds. */
static const struct cue_row {
	const char *word, *name;
	double seconds;
} cue_rows[] = {
	{"TENSE_MOMENT", "TENSE_MOMENT", 3}, {"TENSION", "TENSE_MOMENT", 3},
	{"DRAMATIC_PAUSE", "TENSE_MOMENT", 3}, {"SUSPENSEFUL", "TENSE_MOMENT", 3},
	{"ACTION_SEQUENCE", "ACTION_SEQUENCE", 5}, {"ACTION", "ACTION_SEQUENCE", 5},
	{"FIGHT_SCENE", "ACTION_SEQUENCE", 5}, {"CHASE", "ACTION_SEQUENCE", 5},
	{"EXPLOSION", "ACTION_SEQUENCE", 5},
	{"EMOTIONAL_BEAT", "EMOTIONAL_BEAT", 2.5}, {"EMOTIONAL", "EMOTIONAL_BEAT", 2.5},
	{"HEARTFELT", "EMOTIONAL_BEAT", 2.5}, {"TOUCHING", "EMOTIONAL_BEAT", 2.5},
	{"REVEAL", "REVEAL", 2}, {"BIG_REVEAL", "REVEAL", 2}, {"PLOT_TWIST", "REVEAL", 2},
	{"SURPRISE", "REVEAL", 2},
	{"CLIMAX", "CLIMAX", 4}, {"FINALE", "CLIMAX", 4}, {"PEAK_MOMENT", "CLIMAX", 4},
	{"TRANSITION", "TRANSITION", 1}, {"SCENE_CHANGE", "TRANSITION", 1},
	{"CUT_TO", "TRANSITION", 1}, {"FADE_IN", "TRANSITION", 1}, {"FADE_OUT", "TRANSITION", 1},
	{"FLASHBACK", "FLASHBACK", 3}, {"MEMORY", "FLASHBACK", 3}, {"PAST", "FLASHBACK", 3},
	{"DREAM_SEQUENCE", "DREAM_SEQUENCE", 4}, {"DREAM", "DREAM_SEQUENCE", 4},
	{"SURREAL", "DREAM_SEQUENCE", 4}, {"FANTASY", "DREAM_SEQUENCE", 4},
	{"SUSPENSE", "SUSPENSE", 2}, {"COMEDY", "COMEDY", 2}, {"ROMANCE", "ROMANCE", 2},
	{"HORROR", "HORROR", 2}, {"CUSTOM", "CUSTOM", 2},
	{"PAUSE", "PAUSE", 1},
};

const char *script_note_name(enum note_kind kind)
{
	static const char *const names[] = {[NOTE_EVIDENCE] = "EVIDENCE", [NOTE_SOURCE] = "SOURCE",
		[NOTE_QUOTE] = "QUOTE", [NOTE_STATISTIC] = "STATISTIC"};

	return names[kind];
}

/* Bytes up to and with the bracket that closes S[0]. */
static size_t bracketed(const char *s, size_t len)
{
	size_t depth = 0;

	for (size_t i = 0; i < len && i < CUE_BYTES_MAX; i++) {
		if (s[i] == '[' && depth++ == DEPTH_MAX)
			return 0;
		if (s[i] == ']' && !--depth)
			return i + 1;
	}
	return 0;
}

/* S is WORD, with case and "_" or " " or "-" alike. */
static bool same(const char *s, size_t len, const char *word)
{
	if (strlen(word) != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		char ch = s[i] == ' ' || s[i] == '-' ? '_' : s[i];

		if (strncasecmp(&ch, word + i, 1))
			return false;
	}
	return true;
}

static void trim(const char **s, size_t *len)
{
	while (*len && **s == ' ') {
		(*s)++;
		(*len)--;
	}
	while (*len && (*s)[*len - 1] == ' ')
		(*len)--;
}

double cue_seconds(const char *name)
{
	for (size_t i = 0; i < sizeof cue_rows / sizeof *cue_rows; i++)
		if (!strcmp(cue_rows[i].word, name))
			return cue_rows[i].seconds;
	return 0;
}

static bool read_pause(const char *s, size_t len, struct cue *out)
{
	for (size_t i = 0; i < sizeof cue_rows / sizeof *cue_rows; i++) {
		const struct cue_row *row = &cue_rows[i];
		size_t n = strlen(row->word);
		double seconds = row->seconds;
		const char *rest = s + n;
		size_t rest_len;

		if (len < n || !same(s, n, row->word))
			continue;
		rest_len = len - n;
		if (rest_len) {
			if (*rest != ' ' && *rest != ':')
				continue;
			rest++;
			if (!length_read(rest, rest_len - 1, &seconds))
				continue;
		}
		*out = (struct cue){.kind = CUE_PAUSE, .name = row->name,
			.seconds = seconds < CUE_PAUSE_MAX_S ? seconds : CUE_PAUSE_MAX_S,
			.shortened = seconds > CUE_PAUSE_MAX_S};
		return true;
	}
	return false;
}

static bool read_note(struct call *c, const char *s, size_t len, struct cue *out)
{
	const char *colon = memchr(s, ':', len);

	for (enum note_kind kind = NOTE_EVIDENCE; colon && kind <= NOTE_STATISTIC; kind++) {
		const char *text = colon + 1;
		size_t n = len - (size_t)(text - s);

		if (!same(s, (size_t)(colon - s), script_note_name(kind)))
			continue;
		trim(&text, &n);
		*out = (struct cue){.kind = CUE_NOTE, .note = kind,
			.text = arena_memdup(&c->arena, text, n)};
		return n > 0;
	}
	return false;
}

/* "TITLE - 30 seconds": the last dash with a length and a unit behind it. */
static bool read_section(struct call *c, const char *s, size_t len, struct cue *out)
{
	for (size_t i = len; i-- > 1;) {
		size_t dash = s[i] == '-' ? 1 : i + 2 < len && (!memcmp(s + i, "\xe2\x80\x93", 3) ||
			!memcmp(s + i, "\xe2\x80\x94", 3)) ? 3 : 0;
		const char *title = s, *rest = s + i + dash;
		size_t title_len = i, n = len - i - dash;
		double seconds;

		if (!dash || s[i - 1] != ' ')
			continue;
		trim(&title, &title_len);
		trim(&rest, &n);
		if (!title_len || !n || !length_read(rest, n, &seconds) || seconds <= 0 ||
			(rest[n - 1] >= '0' && rest[n - 1] <= '9' && !memchr(rest, ':', n)))
			continue;
		*out = (struct cue){.kind = CUE_SECTION, .seconds = seconds,
			.name = arena_memdup(&c->arena, title, title_len)};
		return true;
	}
	return false;
}

/* "1" or "2, 3" or "^4": up to three digits each. */
static bool read_cite(struct call *c, const char *s, size_t len, struct cue *out)
{
	int numbers[CUE_CITES_MAX];
	size_t count = 0, i = len && s[0] == '^';

	while (i < len && count < CUE_CITES_MAX) {
		int value = 0;
		size_t start = i;

		for (; i < len && i - start < 3 && s[i] >= '0' && s[i] <= '9'; i++)
			value = value * 10 + (s[i] - '0');
		if (i == start || !value)
			return false;
		numbers[count++] = value;
		if (i == len)
			break;
		if (s[i] != ',')
			return false;
		for (i++; i < len && s[i] == ' '; i++)
			;
		if (i == len)
			return false;
	}
	if (!count || i < len)
		return false;
	*out = (struct cue){.kind = CUE_CITE, .cite_count = count,
		.cites = (const int *)arena_memdup(&c->arena, numbers, count * sizeof *numbers)};
	return true;
}

/* LEN bytes of S without the numbers of sources in them, as they will be once those were taken out:
 * "INTRO [1] - 30 seconds" must not become a cue only when it is read a second time. */
static const char *without_cites(struct call *c, const char *s, size_t len)
{
	struct buf b = buf_in(&c->arena);
	struct cue cite;

	for (size_t i = 0, n; i < len; i += n) {
		n = s[i] == '[' ? bracketed(s + i, len - i) : 0;
		if (n > 2 && read_cite(c, s + i + 1, n - 2, &cite)) {
			while (b.len && b.data[b.len - 1] == ' ')
				buf_cut(&b, b.len - 1);
		} else {
			buf_addc(&b, s[i]);
			n = 1;
		}
	}
	return b.data;
}

size_t cue_read(struct call *c, const char *s, size_t len, struct cue *out)
{
	size_t n = len && s[0] == '[' ? bracketed(s, len) : 0, inner_len, plain_len;
	const char *inner = s + 1, *plain;

	if (!n)
		return 0;
	inner_len = n - 2;
	trim(&inner, &inner_len);
	plain = memchr(inner, '[', inner_len) ? without_cites(c, inner, inner_len) : inner;
	plain_len = plain == inner ? inner_len : strlen(plain);
	trim(&plain, &plain_len);
	*out = (struct cue){.kind = CUE_NONE};
	if (inner_len && (read_cite(c, inner, inner_len, out) ||
		read_pause(plain, plain_len, out) || read_note(c, inner, inner_len, out) ||
		read_section(c, plain, plain_len, out)))
		return n;
	*out = (struct cue){.kind = CUE_NONE};
	return n;
}

size_t cue_next(struct call *c, const char *s, size_t len, struct cue *out)
{
	const char *open = memchr(s, '[', len);
	size_t n;

	*out = (struct cue){.kind = CUE_NONE};
	if (open != s)
		return open ? (size_t)(open - s) : len;
	n = cue_read(c, s, len, out);
	return n && out->kind != CUE_NONE ? n : 1;
}

bool cue_within(struct call *c, const char *s, size_t len)
{
	struct cue cue = {.kind = CUE_NONE};

	for (size_t at = 0; at < len && cue.kind == CUE_NONE;)
		at += cue_next(c, s + at, len - at, &cue);
	return cue.kind != CUE_NONE;
}
