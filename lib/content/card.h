/* Card: what of a script stands on one picture. */
#ifndef CONTENT_CARD_H
#define CONTENT_CARD_H

#include "lib/content/script.h"

#define CARD_POINTS 3

struct card {
	const char *title;        /* NULL: the script has none */
	bool cut;                 /* the title is longer, and ends in an ellipsis */
	const char *points[CARD_POINTS];
	size_t count;
	const char *credit;       /* the sources, on one line; NULL: none has a name */
};

/* The card of S: its title, the sentences that say most of it (at most CARD_POINTS, by
 * extract_write(); where none can stand alone, the first ones), and its source cues without numbers
 * and with no more than the host or file name of addresses. */
enum fail card_of_script(struct call *c, const struct script *s, struct card *out);

#endif
