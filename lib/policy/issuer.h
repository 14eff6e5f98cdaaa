/* An outside issuer: a server that gives tokens (JWT) for this one, beside keys and own grants. */
#ifndef POLICY_ISSUER_H
#define POLICY_ISSUER_H

#include "lib/policy/policy.h"

/* From now on tokens of URL are taken, for MOST at most. Before the server takes requests. */
void issuer_take(struct policy *p, const char *url, enum role most);
/* Its keys, a JWK Set; replaces those before. From any thread. */
void issuer_keys(struct policy *p, const char *keys);
/* Whether a token came since the last call whose key is not there. */
bool issuer_wants(struct policy *p);

/* Inside lib/policy (caller.c): whether TEXT is a token of that kind, and whose it is. It has to name
 * the issuer, this resource (aud), an end that has not come, and somebody; the role is the highest that
 * its scope names, a viewer's when it names none, never more than MOST. */
bool issuer_may_know(struct policy *p, const char *text);
enum fail issuer_caller(struct call *c, const char *text, const struct caller **out);
/* Such a caller back from its id, for what it put on the queue; *OUT is NULL when ID is none. */
enum fail issuer_caller_from_id(struct call *c, const char *id, const struct caller **out);
void issuer_free(struct policy *p);

#endif
