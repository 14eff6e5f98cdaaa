/* Speakable: a text as a voice needs it, with the way back to the text as written. */
#ifndef MEDIA_SPEAKABLE_H
#define MEDIA_SPEAKABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/call.h"

/* One word as written and what is said for it. */
struct speakable_piece {
	size_t at, len;           /* bytes of the text as written */
	size_t said_at, said_len; /* bytes of struct speakable's text */
};

struct speakable {
	const char *text;
	struct speakable_piece *pieces;
	size_t count;
};

/* For whom a text is made speakable. */
struct speakable_voice {
	const char *name;         /* as the user wrote it, for messages */
	const char *language;     /* "en-us", "ja" */
	bool ascii;               /* speaks ASCII letters only */
};

/* Makes TEXT (UTF-8) speakable: quotes, dashes and emoji become pauses or go, and in English
 * numbers with units, times, money, ranges, links and abbreviations become words. Each written word
 * with a letter or digit in it is one piece. FAIL_INPUT for letters that the voice cannot speak,
 * naming one that can, and for a text without a word. */
enum fail speakable_make(struct call *c, const struct speakable_voice *voice, const char *text,
	struct speakable *out);

/* FAIL_INPUT when TEXT has letters outside the script of the voice's language. */
enum fail writing_check(struct call *c, const struct speakable_voice *voice, const char *text);

/* True for letters that are written without spaces between words. */
bool writing_unspaced(unsigned code_point);

/* A written word being read in English, between its neighbours. */
struct reading {
	struct call *c;
	const char *word;         /* ASCII, without the punctuation around it */
	const char *before;       /* the word before it, "" for none */
	const char *after;        /* the word behind it, "" for none */
	bool spell;               /* the voice does not know common acronyms by itself */
	struct buf *said;
};

/* Adds what an English voice has to say for the word. */
void english_read(const struct reading *r);

/* True for a word whose full stop does not end a sentence: "Prof", "e.g", "U.S", an initial. */
bool english_shortened(const char *word);

/* As english_read() for a word that is a number, amount, date, time or range; false for any other. */
bool quantity_read(const struct reading *r);

/* Length of the number that P starts with (digits, commas before three of them, one fraction), or
 * 0; and whether WORD is one number, perhaps with a sign. */
size_t number_len(const char *p);
bool number_is(const char *word);

/* Adds NUMBER (LEN bytes: digits, commas between them, one fraction) in English words; four digits
 * from 1900 to 2099 are a year. */
void number_say(struct buf *b, const char *number, size_t len);

/* Adds a decade as in 1980 ("nineteen eighties") or 80. */
void decade_say(struct buf *b, unsigned decade);

/* What is said for the symbol CP wherever it stands ("" for nothing), or NULL for a letter. */
const char *english_symbol(unsigned cp);

#endif
