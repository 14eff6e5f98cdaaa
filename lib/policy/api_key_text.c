/* The texts of API keys. */
#include <sodium.h>
#include <string.h>

#include "lib/policy/api_key.h"

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#define CHECK_CHARS 6

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

static void check_of(const char *text, char out[CHECK_CHARS])
{
	uint32_t crc = crc32(text, KEY_CHARS - CHECK_CHARS);

	for (int i = CHECK_CHARS - 1; i >= 0; i--, crc /= 62)
		out[i] = base62[crc % 62];
}

void api_key_check(char *text)
{
	check_of(text, text + KEY_CHARS - CHECK_CHARS);
}

static void add_random(char *to, size_t count)
{
	while (count--)
		*to++ = base62[randombytes_uniform(62)];
}

const char *api_key_id_new(struct call *c)
{
	char *id = ARENA_NEW(&c->arena, char, KEY_ID_CHARS + 1);

	add_random(id, KEY_ID_CHARS);
	return id;
}

const char *api_key_text_new(struct call *c, const char *id)
{
	char *text = ARENA_NEW(&c->arena, char, KEY_CHARS + 1), *end = text;

	end = stpcpy(stpcpy(end, KEY_PREFIX), id);
	*end++ = '_';
	add_random(end, KEY_CHARS - CHECK_CHARS - (size_t)(end - text));
	api_key_check(text);
	return text;
}

const char *api_key_id_of(struct call *c, const char *text)
{
	const char *id = text + sizeof KEY_PREFIX - 1;
	char check[CHECK_CHARS];

	if (strlen(text) != KEY_CHARS || strncmp(text, KEY_PREFIX, sizeof KEY_PREFIX - 1) ||
		strspn(id, base62) != KEY_ID_CHARS || id[KEY_ID_CHARS] != '_' ||
		strspn(id + KEY_ID_CHARS + 1, base62) != strlen(id) - KEY_ID_CHARS - 1)
		return NULL;
	check_of(text, check);
	if (memcmp(check, text + KEY_CHARS - CHECK_CHARS, CHECK_CHARS))
		return NULL;
	return arena_memdup(&c->arena, id, KEY_ID_CHARS);
}
