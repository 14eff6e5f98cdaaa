/* Routes: from a method and a path to an operation and its arguments. */
#ifndef FRONT_ROUTE_H
#define FRONT_ROUTE_H

#include "lib/op/op.h"

struct route {
	const struct op *op;
	const struct op_alias *alias; /* NULL: the operation's own route */
	enum dialect dialect;
	const char *method, *path; /* path with {x} */
	size_t fixed;              /* letters of the path before the first {x} */
};

struct routes {
	struct route *list;
	size_t count;
	/* Those without {x} by path, and the others; in the table's order where paths are the same. */
	const struct route **exact, **open;
	size_t exact_count, open_count;
};

/* All routes of the table. A path without {x} goes before one that fits it. */
void routes_make(struct call *c, struct routes *out);

/* The route of METHOD and PATH; its {x} go into ARGS as texts. NULL when there is none: then *ALLOW
 * lists the methods that the path has, "" for an unknown path. */
const struct route *routes_find(struct call *c, const struct routes *r, const char *method,
	const char *path, json_t *args, const char **allow);

/* Puts the parameter NAME=VALUE of a query or a form into ARGS by the type of its field; FAIL_USAGE
 * for an unknown one, unless LENIENT. */
enum fail route_parameter(struct call *c, const struct op *op, const char *name, const char *value,
	bool lenient, json_t *args);

#endif
