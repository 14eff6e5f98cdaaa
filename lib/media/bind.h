/* Bind: a JSON object into a struct, by a table, with nothing unknown let through. */
#ifndef MEDIA_BIND_H
#define MEDIA_BIND_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/call.h"
#include "lib/json/json.h"

enum bind_type {
	BIND_TEXT,   /* const char *, without control characters, in C's arena */
	BIND_PATH,   /* const char *, absolute */
	BIND_NUMBER, /* double */
	BIND_INT,    /* int64_t */
	BIND_BOOL,   /* bool */
	BIND_CHOICE, /* int: the place in choices */
	BIND_OBJECT, /* const json_t * borrowed, an object */
	BIND_ARRAY,  /* const json_t * borrowed, an array */
};

struct bind_member {
	const char *name;
	enum bind_type type;
	size_t offset;
	bool required;      /* absent or null is a failure */
	double min, max;    /* of numbers */
	const char *const *choices;
};

/* Reads OBJECT into the struct at OUT; members that are absent or null leave it as it is.
 * FAIL_INPUT names the member as WHERE.name. */
enum fail bind_object(struct call *c, const json_t *object, const char *where,
	const struct bind_member *table, size_t count, void *out);

#define BIND(object, where, table, out)                                                            \
	bind_object(c, (object), (where), (table), sizeof(table) / sizeof(table)[0], (out))

#endif
