/* Words: cutting text into them, folding case, and how long they take to say. */
#include "lib/text/words.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/text/utf8.h"

struct span {
	uint32_t first, last;
};

static bool in_spans(const struct span *spans, size_t count, uint32_t cp)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (cp > spans[mid].last)
			low = mid + 1;
		else if (cp < spans[mid].first)
			high = mid;
		else
			return true;
	}
	return false;
}
#define IN_SPANS(table, cp) in_spans((table), sizeof(table) / sizeof *(table), (cp))

/* Upper case letters: DELTA leads to the lower case; 1 with PAIRS: every even one (or odd one, as
 * the first is) is followed by its lower case. */
static const struct case_row {
	uint32_t first, last;
	int delta;
	bool pairs;
} case_rows[] = {
	{'A', 'Z', 32, false}, {0xc0, 0xd6, 32, false}, {0xd8, 0xde, 32, false},
	{0x100, 0x12f, 1, true}, {0x132, 0x137, 1, true}, {0x139, 0x148, 1, true},
	{0x14a, 0x177, 1, true}, {0x178, 0x178, -121, false}, {0x179, 0x17e, 1, true},
	{0x386, 0x386, 38, false}, {0x388, 0x38a, 37, false}, {0x38c, 0x38c, 64, false},
	{0x38e, 0x38f, 63, false}, {0x391, 0x3ab, 32, false}, {0x400, 0x40f, 80, false},
	{0x410, 0x42f, 32, false}, {0x460, 0x481, 1, true}, {0x48a, 0x4bf, 1, true},
	{0x4d0, 0x52f, 1, true}, {0x531, 0x556, 48, false}, {0x1e00, 0x1e95, 1, true},
	{0x1ea0, 0x1eff, 1, true},
};

uint32_t words_lower(uint32_t cp)
{
	for (size_t i = 0; i < sizeof case_rows / sizeof *case_rows; i++) {
		const struct case_row *r = &case_rows[i];

		if (cp < r->first)
			break;
		if (cp > r->last)
			continue;
		if (r->pairs && (cp - r->first) % 2)
			break;
		return cp + (uint32_t)r->delta;
	}
	/* Turkish dotted I has no single lower case letter; i is what English makes of it. */
	return cp == 0x130 ? 'i' : cp;
}

bool words_upper(uint32_t cp)
{
	return words_lower(cp) != cp;
}

bool words_letter(uint32_t cp)
{
	/* Punctuation and symbols outside ASCII; the rest of Unicode is taken for letters. */
	static const struct span other[] = {{0x80, 0xa9}, {0xab, 0xb1}, {0xb4, 0xb4}, {0xb6, 0xb8},
		{0xbb, 0xbb}, {0xbf, 0xbf}, {0xd7, 0xd7}, {0xf7, 0xf7}, {0x37e, 0x37e},
		{0x387, 0x387}, {0x55a, 0x55f}, {0x589, 0x58a}, {0x5be, 0x5be}, {0x5c0, 0x5c0},
		{0x5c3, 0x5c3}, {0x5f3, 0x5f4}, {0x60c, 0x60d}, {0x61b, 0x61f}, {0x66a, 0x66d},
		{0x6d4, 0x6d4}, {0x964, 0x965}, {0x970, 0x970}, {0xe3f, 0xe3f}, {0xe4f, 0xe4f},
		{0xe5a, 0xe5b}, {0x104a, 0x104f}, {0x1360, 0x1368}, {0x17d4, 0x17da},
		{0x2000, 0x206f}, {0x20a0, 0x20cf}, {0x2190, 0x2bff}, {0x2e00, 0x2e7f},
		{0x3000, 0x3004}, {0x3008, 0x3020}, {0x3030, 0x3030}, {0x303d, 0x303f},
		{0x30a0, 0x30a0}, {0x30fb, 0x30fb}, {0xe000, 0xf8ff}, {0xfe10, 0xfe6f},
		{0xff01, 0xff0f}, {0xff1a, 0xff20}, {0xff3b, 0xff40}, {0xff5b, 0xff65},
		{0xffe0, 0xffff}, {0x1f000, 0x1ffff}, {0xe0000, 0x10ffff}};

	if (cp < 0x80)
		return (cp >= '0' && cp <= '9') || ((cp | 32) >= 'a' && (cp | 32) <= 'z');
	return !IN_SPANS(other, cp);
}

bool words_unspaced(uint32_t cp)
{
	static const struct span spans[] = {{0x2e80, 0x303f}, {0x3041, 0x312f}, {0x3190, 0x31ff},
		{0x3400, 0x4dbf}, {0x4e00, 0x9fff}, {0xf900, 0xfaff}, {0xfe30, 0xfe4f},
		{0xff01, 0xff60}, {0x20000, 0x3fffd}};

	return IN_SPANS(spans, cp);
}

/* Thai, Lao, Burmese, Khmer: words without spaces, several letters each. */
static bool south_east(uint32_t cp)
{
	static const struct span spans[] = {{0xe00, 0xeff}, {0x1000, 0x109f}, {0x1780, 0x17ff}};

	return IN_SPANS(spans, cp);
}

static bool joins(uint32_t cp)
{
	return cp == '\'' || cp == 0x2019 || cp == '-' || cp == 0x2010 || cp == 0x2011 ||
		cp == '.' || cp == ',';
}

/* What follows the joining character CP must go on in the same way: a comma only in numbers. */
static bool goes_on(uint32_t cp, uint32_t before, const char *s, size_t len)
{
	uint32_t next;
	bool digits = before >= '0' && before <= '9';

	if (!utf8_decode(s, len, &next) || !words_letter(next))
		return false;
	return cp != ',' || (digits && next >= '0' && next <= '9');
}

bool words_next(const char *text, size_t len, size_t *at, size_t *word, size_t *word_len)
{
	uint32_t cp, before = 0;
	size_t i = *at, n, start;

	while (i < len && (!(n = utf8_decode(text + i, len - i, &cp)) || !words_letter(cp)))
		i += n ? n : 1;
	if (i >= len) {
		*at = len;
		return false;
	}
	start = i;
	for (; i < len && (n = utf8_decode(text + i, len - i, &cp)); i += n) {
		bool alone = words_unspaced(cp);

		if (!words_letter(cp) &&
			!(joins(cp) && goes_on(cp, before, text + i + n, len - i - n)))
			break;
		if (alone && i > start)
			break;
		before = cp;
		if (alone) {
			i += n;
			break;
		}
	}
	*word = start;
	*word_len = i - start;
	*at = i;
	return true;
}

double words_spoken(const char *text, size_t len)
{
	size_t at = 0, word, word_len;
	double sum = 0;

	while (words_next(text, len, &at, &word, &word_len)) {
		uint32_t cp;

		if (!utf8_decode(text + word, word_len, &cp))
			break;
		if (words_unspaced(cp))
			sum += 0.5;
		else if (south_east(cp))
			sum += 0.2 * (double)utf8_count(text + word, word_len);
		else
			sum += 1;
	}
	return sum;
}

char *words_fold(struct arena *a, const char *s, size_t len)
{
	struct buf b = buf_in(a);
	uint32_t cp;
	size_t n;

	for (size_t at = 0; at < len && (n = utf8_decode(s + at, len - at, &cp)); at += n)
		utf8_encode(&b, words_lower(cp));
	return b.data;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

bool words_empty(const char *word)
{
	/* English, and the most frequent of German, French, Spanish, Portuguese; byte order. */
	static const char *const empty[] = {"a", "about", "above", "after", "again", "against",
		"ago", "al", "all", "almost", "along", "already", "als", "also", "although",
		"always", "am", "among", "an", "and", "another", "any", "are", "around", "as", "at",
		"au", "auch", "auf", "aus", "aux", "avec", "away", "be", "became", "because",
		"been", "before", "being", "below", "between", "both", "but", "by", "can", "cannot",
		"ce", "cette", "com", "como", "con", "could", "da", "dans", "das", "dass", "de",
		"dem", "den", "der", "des", "did", "die", "do", "does", "doing", "don't", "dos",
		"down", "du", "during", "each", "ein", "eine", "einer", "either", "el", "em", "en",
		"er", "es", "est", "et", "etc", "even", "ever", "every", "few", "for", "from",
		"further", "für", "get", "go", "goes", "had", "has", "have", "having", "he", "her",
		"here", "hers", "herself", "him", "himself", "his", "how", "however", "i", "if",
		"il", "im", "in", "into", "is", "ist", "it", "it's", "its", "itself", "just", "la",
		"las", "le", "les", "less", "lo", "los", "made", "make", "many", "may", "me", "mit",
		"more", "most", "mr", "mrs", "much", "must", "my", "near", "neither", "nicht", "no",
		"nor", "not", "now", "né", "o", "of", "off", "on", "once", "one", "only", "or",
		"os", "other", "our", "ours", "out", "over", "own", "par", "para", "pas", "por",
		"pour", "qu", "que", "qui", "quite", "rather", "said", "same", "say", "says", "se",
		"she", "should", "sich", "sie", "since", "so", "some", "still", "such", "sur",
		"than", "that", "that's", "the", "their", "theirs", "them", "themselves", "then",
		"there", "these", "they", "this", "those", "though", "through", "thus", "to", "too",
		"two", "um", "uma", "un", "una", "und", "under", "une", "until", "up", "upon", "us",
		"very", "von", "was", "we", "well", "were", "what", "when", "where", "whether",
		"which", "while", "who", "whom", "whose", "why", "will", "with", "within",
		"without", "would", "y", "yet", "you", "your", "yours", "zu", "zum", "à"};

	return bsearch(word, empty, sizeof empty / sizeof *empty, sizeof *empty, by_name) != NULL;
}
