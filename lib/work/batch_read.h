/* The forms in which a batch of tasks is written, read as one list. */
#ifndef WORK_BATCH_READ_H
#define WORK_BATCH_READ_H

#include "lib/json/json.h"

/* Most tasks that one batch may hold. */
#define BATCH_MAX 100000

struct batch_item {
	int64_t line;      /* of the file, or number of the element; from 1 */
	json_t *task;      /* an object: members of a submission, and step_id; NULL with an error */
	const char *error; /* what is wrong with it, or NULL */
};

/* Reads LEN bytes of TEXT: JSON lines, a JSON array, an object with "steps", or CSV. *OUT holds *N
 * items. FAIL_INPUT when it is nothing of that or holds nothing. */
enum fail batch_items(struct call *c, const char *text, size_t len, struct batch_item **out,
	size_t *n);

/* The same of the elements of ARRAY. */
enum fail batch_elements(struct call *c, json_t *array, struct batch_item **out, size_t *n);

#endif
