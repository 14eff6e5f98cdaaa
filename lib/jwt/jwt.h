/* JWT: tokens that others signed (RFC 7519), checked with the keys that they publish (RFC 7517). The code
 * is in the module jwt (cjose), loaded by a server that has an outside issuer. */
#ifndef JWT_JWT_H
#define JWT_JWT_H

#include <stdbool.h>

#include "lib/json/json.h"

/* Whether TEXT has the form of one: three parts of base64url. */
bool jwt_is(const char *text);

/* Checks the signature of TEXT with that key of KEYS, a JWK Set, which its header names. Only RS256 and
 * ES256 are taken, with a key of that kind, and no header that has to be understood (crit). *CLAIMS,
 * whose values are not looked at, is C's. FAIL_AUTH for a token that is not right, FAIL_MISSING when
 * KEYS has no key of that name, FAIL_CONFIG without the module. */
enum fail jwt_verify(struct call *c, const char *keys, const char *text, json_t **claims);

#endif
