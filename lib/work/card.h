/* Card: the picture made of a script, as a job of trae-media. */
#ifndef WORK_CARD_H
#define WORK_CARD_H

#include "lib/work/render.h"

/* The job that draws SCRIPT at WIDTH x HEIGHT in the manner of LOOK; it lacks its path. What of
 * LOOK the caller asked for and no picture has is warned of. */
enum fail card_job(struct call *c, const struct script *script, const struct render_look *look,
	int64_t width, int64_t height, json_t **job);

/* Opens the picture PATH again: that it decodes, has the size that JOB names, and shows letters.
 * *FACTS is what is recorded of it, as JSON. */
enum fail card_check(struct call *c, const json_t *job, const char *path, const char **facts);

#endif
