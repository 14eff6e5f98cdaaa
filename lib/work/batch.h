/* Batches: many tasks put on the queue in one transaction, all or none. */
#ifndef WORK_BATCH_H
#define WORK_BATCH_H

#include "lib/field/field.h"

struct batch_error {
	int64_t line; /* of the file, or number of the element; from 1 */
	const char *message;
};

/* What a task of a batch may have. */
extern const struct field batch_task_fields[];

struct batch_made {
	const char *id;         /* NULL when nothing was put */
	int64_t submitted;
	json_t *errors;         /* array of {line, message} */
	const char *const *ids; /* of the tasks, in order, ended by NULL */
};

/* Reads tasks from FROM: JSON lines, a JSON array, an object with "steps" (a workflow: step_id and
 * depends_on among them), or CSV whose header names the members of a submission, or arguments of
 * the operation. Unless KEEP_GOING one that is refused refuses all, with every fault and its line.
 * In a dry run they are only checked. */
enum fail batch_read(struct call *c, const struct path *from, bool keep_going,
	struct batch_made *out);

/* The same of TEXT. */
enum fail batch_text(struct call *c, const char *text, bool keep_going, struct batch_made *out);

/* The same of the elements of the JSON array TASKS. */
enum fail batch_put(struct call *c, json_t *tasks, bool keep_going, struct batch_made *out);

#endif
