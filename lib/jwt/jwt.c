/* JWT: which key and which algorithm, before the module looks at a signature. */
#include "lib/jwt/jwt.h"

#include <string.h>

#include "lib/jwt/jwt_module.h"
#include "lib/os/module.h"

#define TEXT_MAX 8192

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool jwt_is(const char *text)
{
	for (int dots = 0; dots < 2; dots++) {
		size_t len = strspn(text, base64url);

		if (!len || text[len] != '.')
			return false;
		text += len + 1;
	}
	return *text && !text[strspn(text, base64url)];
}

/* The key called KID; without a name the only one. One that is for encryption is none. */
static const json_t *find_key(const json_t *set, const char *kid, const char *alg)
{
	const json_t *list = json_object_get(set, "keys"), *found = NULL;
	size_t i;
	json_t *key;

	json_array_foreach((json_t *)list, i, key) {
		if (strcmp(json_member_text(key, "use", "sig"), "sig") ||
			strcmp(json_member_text(key, "alg", alg), alg))
			continue;
		if (kid && strcmp(json_member_text(key, "kid", ""), kid))
			continue;
		if (found)
			return NULL;
		found = key;
	}
	return found;
}

static enum fail parse(struct call *c, const char *text, json_t **out)
{
	TRY(json_parse(c, text, strlen(text), out));
	json_keep(c, *out);
	return FAIL_NONE;
}

enum fail jwt_verify(struct call *c, const char *keys, const char *text, json_t **claims)
{
	const struct jwt_module *module;
	struct jwt_header header;
	const char *payload;
	const json_t *key;
	json_t *set, *all;
	const void *table;

	if (strlen(text) > TEXT_MAX || !jwt_is(text))
		return fail(c, FAIL_AUTH, "the token is none, or too long");
	TRY(module_load(c, "jwt", &table));
	module = table;
	TRY(parse(c, keys, &set));
	TRY(module->header(c, text, &header));
	if ((strcmp(header.alg, "RS256") && strcmp(header.alg, "ES256")) || header.crit)
		return fail(c, FAIL_AUTH, "a token has to be signed by RS256 or ES256");
	key = find_key(set, header.kid, header.alg);
	if (!key)
		return fail(c, FAIL_MISSING, "the issuer has no key of the token's name");
	TRY(module->verify(c, json_text(c, key, false), header.alg, text, &payload));
	TRY(parse(c, payload, &all));
	*claims = all;
	return FAIL_NONE;
}
