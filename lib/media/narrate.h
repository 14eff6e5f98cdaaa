/* Narrate: the speech of a job, and the timeline that follows from it. */
#ifndef MEDIA_NARRATE_H
#define MEDIA_NARRATE_H

#include "lib/media/job.h"
#include "lib/media/timeline.h"
#include "lib/media/track.h"

/* Speaks all sentences of JOB (or gives them a time to be read) and places them. */
enum fail narrate_timeline(struct call *c, const struct render_job *job, struct timeline **out);

/* Mixes speech and music over the whole timeline; exactly as long as its frames. */
enum fail narrate_mix(struct call *c, const struct render_job *job, const struct timeline *t,
	struct sound *out);

#endif
