/* Tokens: random texts that stand for a record. */
#include "lib/policy/token.h"

#include <sodium.h>
#include <string.h>

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#define CHECK_CHARS 6
#define SECRET_CHARS 43

static uint32_t crc32(const char *data, size_t len)
{
	uint32_t crc = ~UINT32_C(0);

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned char)data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (UINT32_C(0xEDB88320) & -(crc & 1));
	}
	return ~crc;
}

static void check_of(const char *text, size_t len, char out[CHECK_CHARS])
{
	uint32_t crc = crc32(text, len);

	for (int i = CHECK_CHARS - 1; i >= 0; i--, crc /= 62)
		out[i] = base62[crc % 62];
}

void token_check(char *text)
{
	size_t len = strlen(text) - CHECK_CHARS;

	check_of(text, len, text + len);
}

static void add_random(char *to, size_t count)
{
	while (count--)
		*to++ = base62[randombytes_uniform(62)];
}

const char *token_id_new(struct call *c)
{
	char *id = ARENA_NEW(&c->arena, char, TOKEN_ID_CHARS + 1);

	add_random(id, TOKEN_ID_CHARS);
	return id;
}

const char *token_new(struct call *c, const char *prefix, const char *id)
{
	size_t len = strlen(prefix) + TOKEN_ID_CHARS + 1;
	char *text = ARENA_NEW(&c->arena, char, len + SECRET_CHARS + CHECK_CHARS + 1);

	stpcpy(stpcpy(stpcpy(text, prefix), id), "_");
	add_random(text + len, SECRET_CHARS);
	check_of(text, len + SECRET_CHARS, text + len + SECRET_CHARS);
	return text;
}

const char *token_id_of(struct call *c, const char *prefix, const char *text)
{
	size_t len = strlen(prefix);
	const char *id = text + len, *secret = id + TOKEN_ID_CHARS + 1;
	char check[CHECK_CHARS];

	if (strlen(text) != len + TOKEN_ID_CHARS + 1 + SECRET_CHARS + CHECK_CHARS ||
		strncmp(text, prefix, len) || strspn(id, base62) != TOKEN_ID_CHARS ||
		id[TOKEN_ID_CHARS] != '_' ||
		strspn(secret, base62) != SECRET_CHARS + CHECK_CHARS)
		return NULL;
	check_of(text, strlen(text) - CHECK_CHARS, check);
	if (memcmp(check, secret + SECRET_CHARS, CHECK_CHARS))
		return NULL;
	return arena_memdup(&c->arena, id, TOKEN_ID_CHARS);
}

const char *sha256_base64(struct call *c, const char *text, size_t len, bool url)
{
	const int variant = url ? sodium_base64_VARIANT_URLSAFE_NO_PADDING
		: sodium_base64_VARIANT_ORIGINAL;
	unsigned char digest[crypto_hash_sha256_BYTES];
	const size_t size = sodium_base64_ENCODED_LEN(sizeof digest, sodium_base64_VARIANT_ORIGINAL);
	char *out = ARENA_NEW(&c->arena, char, size);

	crypto_hash_sha256(digest, (const unsigned char *)text, len);
	return sodium_bin2base64(out, size, digest, sizeof digest, variant);
}

bool basic_read(struct call *c, const char *text, const char **user, const char **password)
{
	size_t size = strlen(text), len;
	unsigned char *bytes = ARENA_NEW(&c->arena, unsigned char, size + 1);
	char *colon;

	if (sodium_base642bin(bytes, size, text, size, NULL, &len, NULL,
		    sodium_base64_VARIANT_ORIGINAL) || memchr(bytes, '\0', len))
		return false;
	bytes[len] = '\0';
	colon = strchr((char *)bytes, ':');
	if (!colon)
		return false;
	*colon = '\0';
	*user = (char *)bytes;
	*password = colon + 1;
	return true;
}
