/* JSON: jansson with the limits and habits of this program. */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/base/call.h"

/* Deepest nesting accepted; jansson alone would go to 2,048. */
#define JSON_DEPTH 64

/* Released when the variable goes out of scope. */
static inline void json_cleanup(json_t **j)
{
	json_decref(*j);
}
#define JSON_AUTO __attribute__((cleanup(json_cleanup))) json_t *

/* Parses LEN bytes of TEXT (RFC 8259): any value at the top, no duplicate members, no NUL in
 * strings, at most JSON_DEPTH levels. *OUT is the caller's reference. FAIL_INPUT names line,
 * column and cause. */
enum fail json_parse(struct call *c, const char *text, size_t len, json_t **out);

/* J as text in C's arena: on one line, or with PRETTY indented by two spaces. Keys keep their
 * order. */
const char *json_text(struct call *c, const json_t *j, bool pretty);

/* As json_text with keys sorted: equal values give equal text. */
const char *json_canonical(struct call *c, const json_t *j);

/* Adds J to B, on one line; and TEXT as a string, or null when it is NULL: what is not UTF-8 becomes
 * U+FFFD. */
void json_add(struct buf *b, const json_t *j);
void json_add_text(struct call *c, struct buf *b, const char *text);

/* A string value of any bytes: what is not UTF-8 becomes U+FFFD. NULL gives null. */
json_t *json_lossy(struct call *c, const char *text);

/* Gives the reference J to C, which drops it when it is released; returns J. */
json_t *json_keep(struct call *c, json_t *j);

/* Member NAME of OBJECT as text, or OTHERWISE when it is absent or no string. */
const char *json_member_text(const json_t *object, const char *name, const char *otherwise);

#endif
