/* Cues: what stands in brackets in a script. */
#ifndef CONTENT_CUE_H
#define CONTENT_CUE_H

#include <stddef.h>

#include "lib/content/script.h"

/* Numbers of sources that one sentence may name. */
#define CUE_CITES_MAX 16

/* A longer silence is taken for a mistake. */
#define CUE_PAUSE_MAX_S 60.0

enum cue_kind {
	CUE_NONE,      /* just text in brackets */
	CUE_PAUSE,     /* [DRAMATIC PAUSE], [pause 2s] */
	CUE_SECTION,   /* [INTRODUCTION - 30 seconds] */
	CUE_NOTE,      /* [SOURCE: https://...] */
	CUE_CITE,      /* [1], [2, 3] */
};

struct cue {
	enum cue_kind kind;
	const char *name;     /* canonical name of a pause, title of a section */
	double seconds;       /* of a pause or a section */
	bool shortened;       /* a pause that was longer than CUE_PAUSE_MAX_S */
	enum note_kind note;
	const char *text;     /* of a note */
	const int *cites;
	size_t cite_count;
};

/* Reads the cue that starts with the bracket S[0]; returns its bytes with both brackets, 0 when S
 * starts no bracketed text of at most 2,000 bytes. Upper and lower case are alike, as are "_" and
 * space; aliases give the canonical name. */
size_t cue_read(struct call *c, const char *s, size_t len, struct cue *out);

/* The next piece of LEN > 0 bytes of S: a cue, or (CUE_NONE) text up to the next bracket, or a
 * bracket that begins no cue. Returns its bytes. */
size_t cue_next(struct call *c, const char *s, size_t len, struct cue *out);

/* LEN bytes of S hold a cue: read again, not all of it would be text. */
bool cue_within(struct call *c, const char *s, size_t len);

/* Seconds that the pause of a canonical NAME has when its cue names none; 0 for another name. */
double cue_seconds(const char *name);

#endif
