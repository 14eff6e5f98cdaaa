/* Timeline: when everything happens, in whole frames, before a sound or a picture is made. */
#ifndef MEDIA_TIMELINE_H
#define MEDIA_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/media/caption.h"
#include "lib/media/job.h"

/* A part on the timeline; a sentence or item also with its words. */
struct part_span {
	const struct job_part *part;
	double duration_s;          /* in: of the speech, the reading or the pause */
	int64_t from, to;           /* frames */
	struct spoken spoken;       /* without samples where nobody speaks */
	struct tokens tokens;       /* times from the start of the video */
};

struct scene_span {
	const struct job_scene *scene;
	int64_t from, to;           /* frames; one scene ends where the next one starts */
	int64_t fade;               /* frames of the transition around its start; even; 0: a cut */
	size_t first, count;        /* of its parts */
};

struct timeline {
	int fps;
	bool heard;                 /* by ear alone: nothing is seen, no music fills silence */
	int64_t frames;
	struct scene_span *scenes;
	size_t scenes_count;
	struct part_span *parts;
	size_t parts_count;
};

/* A timeline of JOB with all parts in order and no times yet. */
struct timeline *timeline_new(struct call *c, const struct render_job *job);

/* Places scenes and parts by the durations of the parts. Transitions (of about 0.7 s) lie inside
 * the silence around the start of a scene, so that no speech is shortened. What is only heard has
 * no scene that is a card to read. */
void timeline_place(struct timeline *t, bool transitions);

/* Seconds that a person needs to read TEXT at 150 words a minute. */
double reading_time_s(struct call *c, const char *text);

static inline double frame_time_s(const struct timeline *t, int64_t frame)
{
	return (double)frame / t->fps;
}

/* The frame at which SECONDS fall. */
int64_t time_frame(const struct timeline *t, double seconds);

#endif
