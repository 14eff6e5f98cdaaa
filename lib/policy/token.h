/* Tokens: random texts that stand for a record, and digests of them.
 *
 * A token is PREFIX ID _ SECRET CHECK: 8 letters or digits that name the record, 43 random ones (256
 * bits) and 6 that are the CRC-32 (ISO 3309) of all before them in base 62, most significant first.
 * Stored is the keyed digest of the whole text. */
#ifndef POLICY_TOKEN_H
#define POLICY_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/call.h"

#define TOKEN_ID_CHARS 8

/* A new id, and a new text with it. */
const char *token_id_new(struct call *c);
const char *token_new(struct call *c, const char *prefix, const char *id);

/* The id in TEXT, NULL when that is no token with PREFIX: its form or its check is wrong. */
const char *token_id_of(struct call *c, const char *prefix, const char *text);

/* Puts the right check at the end of TEXT, which has the length of a token. */
void token_check(char *text);

/* SHA-256 of TEXT in base64, as Content-Security-Policy writes it, or for URL in the unpadded
 * alphabet of URLs (RFC 4648 5), as PKCE does. */
const char *sha256_base64(struct call *c, const char *text, size_t len, bool url);

/* The two parts of what follows "Authorization: Basic " (RFC 7617); false when there are none. */
bool basic_read(struct call *c, const char *text, const char **user, const char **password);

#endif
