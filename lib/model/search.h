/* Search: tasks and recorded files by the words in them: plain matching over the newest of both. */
#ifndef MODEL_SEARCH_H
#define MODEL_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/call.h"

/* How many of the newest tasks and files are looked through, and of files whose text is. */
#define SEARCH_ROWS 20000
#define SEARCH_TEXTS 200

struct found {
	const char *id;    /* "task:ID" or "file:ID", for search_fetch() */
	const char *title;
	int64_t created_at;
	int rank;          /* a word in the title counts three, elsewhere one */
};

/* The best LIMIT for the words of QUERY (1 to 8 are used, of two letters at least), the newest first
 * among equals. FAIL_USAGE without a word. */
enum fail search_run(struct call *c, const char *query, size_t limit, struct found **out,
	size_t *n);

/* What one of them holds, as text: of a task its arguments and what it ended with, of a file its
 * text, or what is recorded of one that is none. */
struct document {
	const char *id, *title, *text;
	const char *kind;       /* "task" or "file" */
	const char *media_type; /* of a file, or NULL */
	const char *state;
	int64_t created_at;
	bool truncated;         /* the text goes on behind SEARCH_TEXT_BYTES */
};
#define SEARCH_TEXT_BYTES 90000
enum fail search_fetch(struct call *c, const char *id, struct document *out);

#endif
