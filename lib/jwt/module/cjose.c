/* The module jwt: signatures, by cjose. */
#include <cjose/cjose.h>
#include <stdlib.h>
#include <string.h>

#include "lib/jwt/jwt_module.h"

static enum fail refuse(struct call *c)
{
	return fail(c, FAIL_AUTH, "the token is not signed as it has to be");
}

static enum fail parse(struct call *c, const char *text, struct jwt_header *out)
{
	cjose_jws_t *jws = cjose_jws_import(text, strlen(text), NULL);
	cjose_header_t *header;
	const char *alg, *kid;
	char *crit;

	if (!jws)
		return refuse(c);
	header = cjose_jws_get_protected(jws);
	alg = cjose_header_get(header, CJOSE_HDR_ALG, NULL);
	kid = cjose_header_get(header, CJOSE_HDR_KID, NULL);
	/* A text is given by the one, anything else by the other. */
	crit = cjose_header_get_raw(header, "crit", NULL);
	*out = (struct jwt_header){.alg = alg ? arena_strdup(&c->arena, alg) : "",
		.kid = kid ? arena_strdup(&c->arena, kid) : NULL,
		.crit = crit || cjose_header_get(header, "crit", NULL)};
	free(crit);
	cjose_jws_release(jws);
	return FAIL_NONE;
}

static bool is_kind(const cjose_jwk_t *key, const char *alg)
{
	cjose_jwk_kty_t kind = cjose_jwk_get_kty(key, NULL);

	return (!strcmp(alg, "RS256") && kind == CJOSE_JWK_KTY_RSA &&
		       cjose_jwk_get_keysize(key, NULL) >= 2048) ||
		(!strcmp(alg, "ES256") && kind == CJOSE_JWK_KTY_EC &&
			cjose_jwk_get_keysize(key, NULL) == 256);
}

static enum fail verify(struct call *c, const char *text_of_key, const char *alg, const char *text,
	const char **out)
{
	cjose_jws_t *jws = cjose_jws_import(text, strlen(text), NULL);
	cjose_jwk_t *key = cjose_jwk_import(text_of_key, strlen(text_of_key), NULL);
	bool right = jws && key && is_kind(key, alg) && cjose_jws_verify(jws, key, NULL);
	uint8_t *payload;
	size_t len;

	if (right && cjose_jws_get_plaintext(jws, &payload, &len, NULL))
		*out = arena_memdup(&c->arena, payload, len);
	else
		right = false;
	if (key)
		cjose_jwk_release(key);
	if (jws)
		cjose_jws_release(jws);
	return right ? FAIL_NONE : refuse(c);
}

extern const struct jwt_module trae_module;

const struct jwt_module trae_module = {.header = parse, .verify = verify};
