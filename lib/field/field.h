/* Fields: the typed table that describes arguments, replies, settings and plug-in parameters, and
 * the one engine that moves values between JSON, text and C structs by it. */
#ifndef FIELD_FIELD_H
#define FIELD_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/json/json.h"

/* A document named by a caller. Only the shell may name local files; every other channel names a
 * URL or the id of a recorded file. PATH_TEXT is the document itself. */
enum path_kind { PATH_NONE, PATH_LOCAL, PATH_STANDARD, PATH_URL, PATH_FILE_ID, PATH_TEXT };
struct path {
	enum path_kind kind;
	const char *text; /* as given; for PATH_STANDARD "-" */
};

enum field_type {
	FIELD_BOOL,
	FIELD_INT,
	FIELD_NUM,
	FIELD_TEXT,
	FIELD_LIST,  /* texts, ended by NULL */
	FIELD_JSON,
	FIELD_PATH,
	FIELD_PATHS, /* paths, ended by one of kind PATH_NONE */
};

/* An integer or number that has no value: null in JSON. */
#define INT_NULL INT64_MIN
#define NUM_NULL __builtin_nan("")

struct field {
	const char *name;        /* JSON key; the flag is the same with '-' for '_' */
	const char *help;        /* one clause, no full stop */
	size_t offset;
	enum field_type type;    /* taken from the C member: cannot drift */
	bool required;
	bool word;               /* given by place in the shell; FIELD_PATHS and FIELD_LIST take
	                            all that are left */
	bool secret;             /* never shown, logged or kept */
	bool output;             /* a path that is written, not read */
	bool or_text;            /* a path, or the document itself: what holds a blank, or a line's end
	                            where it could be a URL or, in the shell, the name of a file */
	bool place;              /* of a reply: where something lies on this machine,
	                            which nobody far away is told */
	bool hidden;             /* left out of tables; there in JSON */
	bool or_number;          /* a text that in JSON may be a whole number too */
	bool duration;           /* a text like 15_minutes, 15m or 900 (lib/text/duration.h) */
	char letter;             /* short flag */
	double min, max;         /* of a number or the length of a text; both 0: no limit */
	const char *initial;     /* default, spelled as a user would */
	const char *setting;     /* configuration that gives the default before initial does */
	const char *const *oneof; /* words allowed, ended by NULL; of a list: of each element */
	const char *const *instead; /* words that are refused by name, each with what to use instead;
	                               ended by NULL */
	const char *complete;    /* "file", or the operation that lists the values */
	const struct field *of;  /* members of an object or of each element of an array in JSON */
	bool array;              /* FIELD_JSON: an array, not an object */
	bool free;               /* FIELD_JSON: an object with any members */
};

#define FIELD_TYPE(T, m)                                                                           \
	_Generic(((T *)0)->m, bool: FIELD_BOOL, int64_t: FIELD_INT, double: FIELD_NUM,             \
		const char *: FIELD_TEXT, const char *const *: FIELD_LIST, json_t *: FIELD_JSON,   \
		struct path: FIELD_PATH, const struct path *: FIELD_PATHS)
#define FIELD(T, m, ...)                                                                           \
	{.name = #m, .offset = offsetof(T, m), .type = FIELD_TYPE(T, m), .help = __VA_ARGS__}
#define FIELDS(...) ((const struct field[]){__VA_ARGS__, {.name = NULL}})
#define ONEOF(...) ((const char *const[]){__VA_ARGS__, NULL})

const struct field *field_find(const struct field *fields, const char *name);

/* The word of CANDIDATES (COUNT of them) nearest to WORD, or NULL when none is near
 * (Damerau-Levenshtein distance of at most a third of its length). */
const char *field_nearest(const char *word, const char *const *candidates, size_t count);

/* Reads TEXT, as a user types it, as a value of FIELD: numbers whole, booleans true/false/yes/no/
 * on/off/1/0, lists divided at commas. *OUT is the caller's reference. */
enum fail field_from_text(struct call *c, const struct field *field, const char *text, json_t **out);

/* The value J of FIELD as a user would type it. */
const char *field_to_text(struct call *c, const struct field *field, const json_t *j);

/* Fills STRUCT by FIELDS from the JSON object J: unknown members refused with the nearest name
 * (or dropped with a warning when LENIENT), types, ranges and words checked, defaults set from
 * `initial`. Texts live in C's arena; json_t members are references borrowed from J, or kept by
 * C. */
enum fail field_bind(struct call *c, const struct field *fields, const json_t *j, bool lenient,
	void *to);

/* The JSON object of STRUCT; a new reference. */
json_t *field_emit(struct call *c, const struct field *fields, const void *from);

/* Adds the value of FIELD that stands at AT to B, as it would be in that object. */
void field_write(struct call *c, const struct field *field, const void *at, struct buf *b);

/* Checks one VALUE against FIELD without binding it: type, range, words. */
enum fail field_check(struct call *c, const struct field *field, const json_t *value);

/* JSON Schema (2020-12) of an object with FIELDS; a new reference. CLOSED refuses other members. */
json_t *field_schema(const struct field *fields, bool closed);

/* The flag of FIELD as typed, with "--" and '-' for '_'; that of several paths names one and is
 * repeated: --source for sources. */
const char *field_flag(struct call *c, const struct field *field);

#endif
