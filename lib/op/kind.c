/* Task types: the words by which the guides call operations that are put on the queue. */
#include "lib/op/kind.h"

#include <string.h>

static const struct {
	const char *type, *operation;
	const char *of_topic; /* the operation where there is a topic and no script; NULL: the same */
} kinds[] = {
	{"video_creation", "video render", "content generate"},
	{"content_generation", "content generate"},
	{"system_query", "status"},
	{"research", "research analyze"},
};
#define KINDS (sizeof kinds / sizeof *kinds)

const char *const kind_members[] = {"task_id", "priority", "callback_url", "metadata", "timeout",
	"retry_policy", "idempotency_key", NULL};

static bool is_of_topic(const json_t *parameters)
{
	return json_object_get(parameters, "topic") && !json_object_get(parameters, "script") &&
	       !json_object_get(parameters, "text");
}

enum fail kind_find(struct call *c, const char *type, const json_t *parameters,
	const struct op **out)
{
	const char *names[KINDS], *near;
	const struct op *op = NULL;

	for (size_t i = 0; i < KINDS && !op; i++) {
		names[i] = kinds[i].type;
		if (strcmp(kinds[i].type, type))
			continue;
		op = op_find(kinds[i].of_topic && is_of_topic(parameters) ? kinds[i].of_topic
									  : kinds[i].operation);
		if (!op)
			return fail(c, FAIL_CONFIG, "task type %s needs the operation \"%s\", "
				"which this version does not have", type, kinds[i].operation);
	}
	if (!op)
		op = op_find(type);
	if (op && op->lacks)
		return fail(c, FAIL_CONFIG, "%s", op->lacks);
	if (op && (op->flags & OP_NOW))
		return fail(c, FAIL_USAGE, "%s cannot be put on the queue", op->name);
	if (op) {
		*out = op;
		return FAIL_NONE;
	}
	near = field_nearest(type, names, KINDS);
	if (!near && op_nearest(c, type))
		near = op_nearest(c, type)->name;
	return fail(c, FAIL_USAGE, "unknown task type \"%s\"%s%s%s", type, near ? "; did you "
		"mean " : "",
		near ? near : "", near ? "?" : "");
}

const char *kind_of(const char *operation)
{
	for (size_t i = 0; i < KINDS; i++)
		if (!strcmp(kinds[i].operation, operation))
			return kinds[i].type;
	return operation;
}
