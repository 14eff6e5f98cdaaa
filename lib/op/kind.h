/* Task types: the words by which the guides call operations that are put on the queue. */
#ifndef OP_KIND_H
#define OP_KIND_H

#include "lib/op/op.h"

/* The operation that TYPE names: a word of the guides ("video_creation") or an operation
 * ("video render"). PARAMETERS are those it is to have, or NULL: a video is made of a script or of a
 * topic, by different operations. FAIL_USAGE names the nearest one, and refuses one that makes no
 * sense on the queue; FAIL_CONFIG is a word whose operation this program does not have yet. */
enum fail kind_find(struct call *c, const char *type, const json_t *parameters,
	const struct op **out);

/* Members of a request that belong to the task which it becomes, not to its operation; ends with
 * NULL. */
extern const char *const kind_members[];

/* The guides' word for OPERATION, or OPERATION itself. */
const char *kind_of(const char *operation);

#endif
