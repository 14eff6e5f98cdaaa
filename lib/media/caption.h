/* Caption: a sentence cut into words with times, and these into what is shown at once. */
#ifndef MEDIA_CAPTION_H
#define MEDIA_CAPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/call.h"
#include "lib/voice/voice.h"

#define CAPTION_LINES 3

/* A piece of text that is never broken: a word with its punctuation, or one character of a script
 * that writes no spaces. */
struct token {
	const char *text;          /* not terminated */
	size_t len, letters;       /* bytes, and code points */
	double start_s, end_s;
	bool space;                /* a space stands before it unless it begins a line */
};

/* Tokens FIRST to FIRST + COUNT are shown together, as LINES lines that begin at LINE[i]. */
struct caption {
	size_t first, count, lines, line[CAPTION_LINES];
	double start_s, end_s;
};

struct tokens {
	struct token *token;
	size_t count;
};

struct captions {
	struct caption *caption;
	size_t count;
};

/* Cuts TEXT into tokens without times. */
struct tokens tokens_of(struct call *c, const char *text);

/* Gives tokens of TEXT the times of WORDS (their positions count bytes of TEXT), AT_S added. A
 * token that no word names is put between its neighbours. */
void tokens_time(const struct tokens *tokens, const char *text, const struct spoken *words,
	double at_s);

/* Without a voice: spreads DURATION_S from AT_S over the tokens by their length. */
void tokens_spread(const struct tokens *tokens, double at_s, double duration_s);

/* Groups tokens so that each group fits LINES lines of LETTERS characters, with as few groups as
 * that needs and their ends where a speaker pauses. A single longer token gets a line alone. */
struct captions captions_of(struct call *c, const struct tokens *tokens, size_t lines,
	size_t letters);

/* The text of CAPTION, its lines separated by newlines; *MARK and *MARK_LEN say where token MARKED
 * stands in it (both may be NULL). */
const char *caption_text(struct call *c, const struct tokens *tokens, const struct caption *caption,
	size_t marked, size_t *mark, size_t *mark_len);

#endif
