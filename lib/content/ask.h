/* What a script is wanted to be, and what it is to be written from. */
#ifndef CONTENT_ASK_H
#define CONTENT_ASK_H

#include "lib/content/script.h"

struct source {
	const char *name;      /* what people know it by that has no address; NULL */
	const char *url;       /* or path; NULL */
	const struct page *page;
};

struct script_ask {
	const char *topic;     /* becomes the title; NULL or "": what the first source is called */
	const char *style;     /* "educational", ...; NULL */
	double seconds;        /* of speech */
	const struct source *sources;
	size_t count;
	bool at_most;          /* less is as good: nobody asked for a length */
	size_t most;           /* sentences to take at most; 0: any number */
};

/* The title of a source's page, else its name, else its address; NULL when it has none. */
const char *source_name(const struct source *s);

/* What the script is to be about, without cues: the topic, else the title of the first source, else
 * the words of its address; NULL when there is none of these. */
const char *ask_topic(struct call *c, const struct script_ask *ask);

/* Lists the sources as source cues of the last scene, "[1] name, address": shown, not spoken. */
void ask_list_sources(struct call *c, const struct script_ask *ask, struct script *s);

#endif
