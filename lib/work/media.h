/* Media: the client of trae-media, the sandboxed program that speaks, draws and encodes. */
#ifndef WORK_MEDIA_H
#define WORK_MEDIA_H

#include "lib/json/json.h"

/* Runs one JOB (see lib/media/job.h). Progress and warnings go to C's sinks; *RESULT, kept by C, is
 * its result line. A failure carries the words of trae-media; a crash or kill of it is FAIL_IO that
 * says so. */
enum fail media_run(struct call *c, const json_t *job, json_t **result);

#endif
