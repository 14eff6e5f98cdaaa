/* Sentences: where one ends and the next begins.
 *
 * By hand because no library serves: ICU's break iterator adds 30 MB and 5 ms to a start, and
 * follows UAX #29, which breaks after "Dr." and "No. 5" unless a tailoring brings the abbreviations
 * that this table holds. */
#ifndef TEXT_SENTENCE_H
#define TEXT_SENTENCE_H

#include <stdbool.h>
#include <stddef.h>

struct sentence {
	size_t at, len;   /* bytes of the text, without white space around */
};

/* The next sentence of LEN bytes of valid UTF-8 from *AT, which moves behind it; false at the end.
 * Knows the full stops of Latin, Greek, Cyrillic, Chinese, Japanese, Devanagari, Arabic, Urdu,
 * Armenian, Ethiopic, Burmese and Khmer; abbreviations (Dr., e.g., U.S., No. 5), initials,
 * decimals, addresses, ellipses, closing quotes and brackets. An empty line ends a sentence. */
bool sentence_next(const char *text, size_t len, size_t *at, struct sentence *out);

/* Where to cut a sentence that is longer than LIMIT characters: bytes of its first part, which ends
 * behind the last semicolon, colon or dash, else comma, else space, else character within the
 * limit. LEN when it need not be cut. */
size_t sentence_cut(const char *s, size_t len, size_t limit);

/* The text ends like a sentence: with a full stop, question or exclamation mark of any script, and
 * what may close behind it. */
bool sentence_complete(const char *s, size_t len);

#endif
