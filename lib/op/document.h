/* What the parts of the OpenAPI documents share; the documents themselves stand in op.h. */
#ifndef OP_DOCUMENT_H
#define OP_DOCUMENT_H

#include "lib/op/op.h"

struct document {
	struct call *c;
	bool actions;     /* for ChatGPT: fewer operations, no header parameters, shorter replies */
	json_t *schemas;  /* components that were referred to so far, by name */
	json_t *common;   /* those that are no operation's: share/web/schemas.json */
};

/* endpoint.c: what stands under path and method of OP's own route, or of ALIAS. */
json_t *document_endpoint(struct document *d, const struct op *op, const struct op_alias *alias);

/* request.c: the schema of OP's arguments in a body or a query of that route, without those of its
 * path; a new reference. Members that only the shell may give are left out, those of a guide and of
 * the task are there. */
json_t *document_request(struct document *d, const struct op *op, const struct op_alias *alias);
/* Whether ROUTE has FIELD as {x}. */
bool document_in_path(const char *route, const struct field *field);

/* answers.c: the responses of that route by status, and those that components hold for all. */
json_t *document_answers(struct document *d, const struct op *op, const struct op_alias *alias);
json_t *document_common_answers(struct document *d);
/* Reads D->common: failures and accepted tasks. */
void document_begin(struct document *d);

/* example.c: the arguments of OP's example as JSON, without what only the shell may give; a new
 * reference. */
json_t *document_example(struct call *c, const struct op *op);

/* Puts SCHEMA (taken over) among the components as NAME and gives a reference to it. */
json_t *document_component(struct document *d, const char *name, json_t *schema);
/* A reference to the component NAME of D->common, which is then one of D->schemas. */
json_t *document_common(struct document *d, const char *name);
/* A reference to the component NAME of SECTION ("schemas", "responses"). */
json_t *document_ref(const char *section, const char *name);
/* "TaskSubmit" of "task submit", with END behind it. */
const char *document_name(struct call *c, const struct op *op, const char *end);

#endif
