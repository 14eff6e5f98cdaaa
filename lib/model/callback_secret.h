/* Callback secrets: one for each host that callbacks go to, kept in the secret store, and the
 * signatures made with it. */
#ifndef MODEL_CALLBACK_SECRET_H
#define MODEL_CALLBACK_SECRET_H

#include <stdint.h>

#include "lib/base/call.h"
#include "lib/secret/secret.h"

/* The secret of HOST, made when there is none: `whsec_` and 24 to 64 bytes in base64 (Standard
 * Webhooks 1.0.0); behind it, while a rotation overlaps, a space, the secret before, a space, and
 * when that one ends in milliseconds UTC. */
enum fail callback_secret_get(struct call *c, const char *host, struct secret **out);

/* Puts a new secret in the place of that of HOST, which goes on for OVERLAP_MS. */
enum fail callback_secret_rotate(struct call *c, const char *host, int64_t overlap_ms,
	struct secret **out);

/* VALUE in the form above, followed by what NAME holds in the secret store now, for OVERLAP_MS, when
 * that is another. Stores nothing. */
enum fail callback_secret_over(struct call *c, const char *name, const struct secret *value,
	int64_t overlap_ms, struct secret **out);

struct callback_signatures {
	/* `v1,` and base64, of both secrets while they overlap: any receiver of Standard Webhooks
	 * takes a request that one of them fits. */
	const char *standard;
	/* `sha256=` and hexadecimal digits, of the body alone, by the text of the secret as it is
	 * written. A receiver of the guide compares with one value only: while secrets overlap this
	 * is that of the old one, and NEXT that of the new one, otherwise NULL. */
	const char *trae, *next;
};

/* HMAC-SHA256 (RFC 2104, FIPS 180-4) over BODY, and over "ID.SECONDS.BODY" at NOW_MS. FAIL_CONFIG
 * when SECRET has not the form above. */
enum fail callback_sign(struct call *c, const struct secret *secret, const char *id,
	int64_t now_ms, const char *body, struct callback_signatures *out);

/* The first secret of SECRET as text in C's arena, for the person who sets up a receiver, and when
 * the one before ends (0: there is none). */
const char *callback_secret_text(struct call *c, const struct secret *secret, int64_t now_ms,
	int64_t *overlap_until);

#endif
