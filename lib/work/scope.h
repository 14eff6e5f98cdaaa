/* Scopes as OAuth writes them (RFC 6749 3.3): a role, and the operations or nouns it is narrowed to,
 * as in "operator task file_list". */
#ifndef WORK_SCOPE_H
#define WORK_SCOPE_H

#include "lib/policy/policy.h"

struct scope {
	bool given;         /* a role or operations are named */
	enum role role;     /* the highest named; ROLE_VIEWER when none is */
	const char *scopes; /* divided by commas; NULL: all */
};

/* FAIL_INPUT, with the error invalid_scope, for a word that is neither; TEXT may be NULL. The word
 * offline_access is passed over: a refresh token comes always. */
enum fail scope_read(struct call *c, const char *text, struct scope *out);

/* A list as a person writes it, at commas or spaces; NULL for an empty one. FAIL_INPUT names what is
 * neither an operation nor the noun of some. */
enum fail scope_list(struct call *c, const char *text, const char **out);

/* WORDS as options give them, NULL where there are none: *OUT is NULL, for all. FAIL_USAGE for an
 * empty list, which is more likely to mean nothing than all, and for a word as above. */
enum fail scope_words(struct call *c, const char *const *words, const char **out);

const char *scope_text(struct call *c, enum role role, const char *scopes);

#endif
