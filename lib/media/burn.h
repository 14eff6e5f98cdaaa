/* Burn: captions drawn into the picture, with the word that is being spoken marked. */
#ifndef MEDIA_BURN_H
#define MEDIA_BURN_H

#include "lib/media/stage.h"

/* When one caption is shown. */
struct burn_span {
	const struct part_span *part;
	struct caption caption;
	enum caption_place place;
	int64_t from, to;
};

struct burn {
	const struct show *show;
	struct burn_span *span;
	size_t count, at;           /* at: the one last drawn */
	size_t drawn, marked;       /* caption and token of the overlays below; count: none */
	struct overlay text, mark;
};

/* Plans the captions of a whole video. */
struct burn burn_new(struct call *c, const struct show *show);
void burn_free(struct burn *b);

/* Draws the caption of frame AT, if there is one. */
void burn_draw(struct call *c, struct burn *b, struct frame *f, int64_t at);

#endif
