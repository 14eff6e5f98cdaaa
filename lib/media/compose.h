/* Compose: any frame of the video, in order, from the stages, transitions, looks and captions. */
#ifndef MEDIA_COMPOSE_H
#define MEDIA_COMPOSE_H

#include "lib/media/burn.h"
#include "lib/media/stage.h"

struct composer {
	struct show show;
	struct burn burn;
	struct stage stage[2];        /* scene n is stage[n % 2] while it is open */
	struct frame spare[2];        /* both sides of a transition */
	const struct cue_span *cues;
	size_t cues_count;
};

/* Prepares the drawing of JOB; TIMELINE has its times. Warns about cues that have no look. */
enum fail composer_open(struct call *c, const struct render_job *job,
	const struct timeline *timeline, struct composer *out);
void composer_close(struct composer *k);
#define COMPOSER_AUTO __attribute__((cleanup(composer_close))) struct composer

/* Draws frame AT; frames have to be asked for in order. */
enum fail composer_draw(struct call *c, struct composer *k, struct frame *f, int64_t at);

/* True when frame AT looks unlike the one before: a key frame is best put there. */
bool composer_cuts(const struct composer *k, int64_t at);

#endif
