/* What the files that build scripts share: parting long scenes, titles, warnings. */
#ifndef CONTENT_SPLIT_H
#define CONTENT_SPLIT_H

#include "lib/content/script.h"
#include "lib/page/build.h"

/* Parts scenes with more than four sentences (eight under a heading, with a picture or bullets)
 * into scenes of two to four, at paragraphs where that can be. */
void script_split(struct call *c, struct script *s);

/* Adds a warning; after 50 no more. */
void script_warn(struct call *c, struct script *s, const char *text);

/* TEXT without its cues; NULL when nothing is left. */
const char *script_title(struct call *c, const char *text);

#endif
