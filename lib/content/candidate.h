/* Candidates: the sentences of the sources that may be quoted. */
#ifndef CONTENT_CANDIDATE_H
#define CONTENT_CANDIDATE_H

#include "lib/content/extract.h"
#include "lib/content/terms.h"

struct candidate {
	const char *text;
	const char *heading;    /* nearest before it; NULL */
	size_t source;          /* index */
	size_t number;          /* in its source, from 1, unquotable ones counted too */
	size_t block;
	int line;
	double seconds;         /* to speak */
	double place;           /* 0 at the start of its source, towards 1 at the end */
	bool opens;             /* first of its paragraph */
	bool points_back;       /* "However, ...": needs the sentence before */
	bool personal;          /* "I think ...", not in quotes: a narrator is somebody else */
	int *terms;
	size_t term_count;
	double length;          /* of its vector of weighted terms */
	double score;           /* 0 to 1 */
	double same;            /* likeness to the nearest sentence chosen */
	bool chosen;
};

/* All candidates of the sources in order, with their terms; returns how many. */
size_t candidates_find(struct call *c, const struct script_ask *ask, struct vocabulary *v,
	struct candidate **out);

#endif
