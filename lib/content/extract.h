/* Extraction: a script of sentences that the sources say, word for word. */
#ifndef CONTENT_EXTRACT_H
#define CONTENT_EXTRACT_H

#include "lib/content/ask.h"

/* Where a sentence of the script stands. */
struct extract_pick {
	const char *text;
	size_t source;             /* number of the source, from 1 */
	size_t number;             /* of the sentence in its source, from 1 */
	int line;                  /* in its source, 0 where unknown */
};

struct extract {
	struct script script;      /* its parts cite the sources by number */
	struct extract_pick *picks; /* in the order of the script */
	size_t count;
};

/* Writes a script of about ASK->seconds. Complete sentences are scored by how much of what the
 * sources say most they hold (term frequency over all sources), by the topic's words and their
 * place; taken greedily with what was said already counted against them (maximal marginal
 * relevance, Carbonell and Goldstein 1998), near duplicates never; a sentence that points back
 * ("However", "He") only behind the one before it. They stand in the order of their sources, under
 * the headings found there. White space is normalised and footnote marks like [3] are left out,
 * nothing else is changed. Too little material, an unrelated topic, a style: warnings of the
 * script. FAIL_INPUT when the sources hold no complete sentence. */
enum fail extract_write(struct call *c, const struct script_ask *ask, struct extract *out);

/* Sources and sentences: [{"n", "name", "url"}], [{"text", "source", "sentence", "line"}]. */
json_t *extract_json(const struct script_ask *ask, const struct extract *e);

#endif
