/* Work: the jobs that trae-media knows. */
#ifndef MEDIA_WORK_H
#define MEDIA_WORK_H

#include "lib/base/call.h"
#include "lib/json/json.h"
#include "lib/media/sandbox.h"

/* What a job needs from outside, collected before the sandbox closes. */
struct errand {
	void *job;                     /* of the job's own type */
	enum sandbox_wish wish;
	const char **readable;         /* files the job names */
	size_t readable_count;
	struct sandbox_state sandbox;  /* as it was entered, set in between */
};

struct work {
	const char *name;
	/* Checks the whole job and opens what it writes; nothing of others is read yet. */
	enum fail (*prepare)(struct call *c, const json_t *json, struct errand *e);
	/* Does it, inside the sandbox. RESULT is an object that gets the facts. */
	enum fail (*run)(struct call *c, const struct errand *e, json_t *result);
};

extern const struct work work_render, work_estimate, work_card, work_probe, work_look, work_facts;

/* Opens the file PATH, which is there, for writing and empties it: a regular one, or with PIPE a
 * named pipe too. *FD is the process's. */
enum fail work_open_output(struct call *c, const char *path, bool pipe, int *fd);

/* The prepare() of a job that reads one file (struct file_job). */
enum fail work_prepare_file(struct call *c, const json_t *json, struct errand *e);

#endif
