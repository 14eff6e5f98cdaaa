/* Callback secrets: one for each host that callbacks go to, and the signatures made with it. */
#include "lib/model/callback_secret.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"

#define PREFIX "whsec_"
#define KEY_BYTES 32
#define KEY_MAX 64
#define KEY_MIN 24
#define TEXT_MAX 128

/* The value of a secret, in its parts; lives in locked memory for as long as SECRET. */
struct parts {
	const char *now, *before;
	size_t now_len, before_len; /* before_len 0: no overlap at present */
	int64_t until;
};

/* Host names that are no names of secrets are hashed. */
static const char *name_of(struct call *c, const char *host)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len = strlen(host);
	uint8_t hash[16];
	char hex[2 * sizeof hash + 1];

	if (len && strspn(host, letters) == len && strlen("callback.") + len <= SECRET_NAME_BYTES)
		return arena_printf(&c->arena, "callback.%s", host);
	crypto_generichash(hash, sizeof hash, (const uint8_t *)host, len, NULL, 0);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	return arena_printf(&c->arena, "callback.h-%s", hex);
}

static struct parts divide(const struct secret *secret, int64_t now_ms)
{
	struct parts p = {.now = secret_reveal(secret, NULL)};

	p.now_len = strcspn(p.now, " ");
	if (p.now[p.now_len] != ' ')
		return p;
	p.before = p.now + p.now_len + 1;
	p.before_len = strcspn(p.before, " ");
	p.until = strtoll(p.before + p.before_len, NULL, 10);
	if (p.until <= now_ms)
		p.before_len = 0;
	return p;
}

/* A new secret, followed by what is left of BEFORE (may be NULL) until UNTIL. */
static struct secret *make(const char *before, size_t before_len, int64_t until)
{
	uint8_t key[KEY_BYTES];
	char text[2 * TEXT_MAX + 32], base64[sodium_base64_ENCODED_LEN(KEY_BYTES, 1)];
	struct secret *made;
	int len;

	randombytes_buf(key, sizeof key);
	sodium_bin2base64(base64, sizeof base64, key, sizeof key, sodium_base64_VARIANT_ORIGINAL);
	if (before)
		len = snprintf(text, sizeof text, PREFIX "%s %.*s %lld", base64, (int)before_len,
			before, (long long)until);
	else
		len = snprintf(text, sizeof text, PREFIX "%s", base64);
	made = secret_from(text, (size_t)len);
	sodium_memzero(key, sizeof key);
	sodium_memzero(base64, sizeof base64);
	sodium_memzero(text, sizeof text);
	return made;
}

/* Stores *S and gives it to OUT. */
static enum fail keep(struct call *c, const char *name, struct secret **s, struct secret **out)
{
	const char *backend;

	TRY(secret_set(c, name, *s, &backend));
	*out = *s;
	*s = NULL;
	return FAIL_NONE;
}

enum fail callback_secret_get(struct call *c, const char *host, struct secret **out)
{
	const char *name = name_of(c, host);
	SECRET_AUTO *made = NULL;
	enum fail f = secret_get(c, name, out);

	if (f != FAIL_MISSING)
		return f;
	fail_forget(c);
	made = make(NULL, 0, 0);
	return keep(c, name, &made, out);
}

enum fail callback_secret_rotate(struct call *c, const char *host, int64_t overlap_ms,
	struct secret **out)
{
	SECRET_AUTO *old = NULL, *made = NULL;
	int64_t now = clock_now_ms();
	struct parts p;

	TRY(callback_secret_get(c, host, &old));
	p = divide(old, now);
	if (p.now_len > TEXT_MAX)
		return fail(c, FAIL_CONFIG, "the secret %s is too long to be one of callbacks",
			name_of(c, host));
	made = make(overlap_ms > 0 ? p.now : NULL, p.now_len, now + overlap_ms);
	return keep(c, name_of(c, host), &made, out);
}

enum fail callback_secret_over(struct call *c, const char *name, const struct secret *value,
	int64_t overlap_ms, struct secret **out)
{
	SECRET_AUTO *old = NULL;
	int64_t now = clock_now_ms();
	size_t len;
	const char *text = secret_reveal(value, &len);
	char both[2 * TEXT_MAX + 32];
	struct parts p;
	enum fail f = secret_get(c, name, &old);
	int n;

	if (f != FAIL_NONE && f != FAIL_MISSING)
		return f;
	fail_forget(c);
	p = old ? divide(old, now) : (struct parts){.now = ""};
	if (!p.now_len || p.now_len > TEXT_MAX || len > TEXT_MAX ||
		(p.now_len == len && !sodium_memcmp(p.now, text, len))) {
		*out = secret_from(text, len);
		return FAIL_NONE;
	}
	n = snprintf(both, sizeof both, "%s %.*s %lld", text, (int)p.now_len, p.now,
		(long long)(now + overlap_ms));
	*out = secret_from(both, (size_t)n);
	sodium_memzero(both, sizeof both);
	return FAIL_NONE;
}

const char *callback_secret_text(struct call *c, const struct secret *secret, int64_t now_ms,
	int64_t *overlap_until)
{
	struct parts p = divide(secret, now_ms);

	*overlap_until = p.before_len ? p.until : 0;
	return arena_memdup(&c->arena, p.now, p.now_len);
}

/* HMAC-SHA256 of the texts BYTES, ended by NULL. */
static void hmac(const void *key, size_t key_len, const char *const *bytes,
	uint8_t out[crypto_auth_hmacsha256_BYTES])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key, key_len);
	for (; *bytes; bytes++)
		crypto_auth_hmacsha256_update(&state, (const uint8_t *)*bytes, strlen(*bytes));
	crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof state);
}

/* Adds " v1,BASE64" of the signed text by the secret TEXT of LEN bytes; false when it is none. */
static bool add_standard(struct buf *to, const char *text, size_t len, const char *const *bytes)
{
	uint8_t key[KEY_MAX], mac[crypto_auth_hmacsha256_BYTES];
	char base64[sodium_base64_ENCODED_LEN(sizeof mac, 1)];
	size_t skip = strlen(PREFIX), key_len = 0;
	bool good = len > skip && !memcmp(text, PREFIX, skip) &&
		!sodium_base642bin(key, sizeof key, text + skip, len - skip, NULL, &key_len, NULL,
			sodium_base64_VARIANT_ORIGINAL) && key_len >= KEY_MIN;

	if (good) {
		hmac(key, key_len, bytes, mac);
		sodium_bin2base64(base64, sizeof base64, mac, sizeof mac,
			sodium_base64_VARIANT_ORIGINAL);
		buf_addf(to, "%sv1,%s", to->len ? " " : "", base64);
	}
	sodium_memzero(key, sizeof key);
	return good;
}

static const char *sign_body(struct call *c, const char *key, size_t len, const char *body)
{
	uint8_t mac[crypto_auth_hmacsha256_BYTES];
	char hex[2 * sizeof mac + 1];

	hmac(key, len, (const char *const[]){body, NULL}, mac);
	sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
	return arena_printf(&c->arena, "sha256=%s", hex);
}

enum fail callback_sign(struct call *c, const struct secret *secret, const char *id,
	int64_t now_ms, const char *body, struct callback_signatures *out)
{
	struct parts p = divide(secret, now_ms);
	const char *seconds = arena_printf(&c->arena, "%lld", (long long)(now_ms / 1000));
	const char *const bytes[] = {id, ".", seconds, ".", body, NULL};
	struct buf standard = buf_in(&c->arena);

	if (!add_standard(&standard, p.now, p.now_len, bytes) ||
		(p.before_len && !add_standard(&standard, p.before, p.before_len, bytes)))
		return fail(c, FAIL_CONFIG, "a callback's secret has to be " PREFIX " and %d to %d "
			"bytes in base64: `trae callback secret HOST --rotate` makes one",
			KEY_MIN, KEY_MAX);
	out->standard = standard.data;
	out->next = NULL;
	out->trae = sign_body(c, p.now, p.now_len, body);
	if (p.before_len) {
		out->next = out->trae;
		out->trae = sign_body(c, p.before, p.before_len, body);
	}
	return FAIL_NONE;
}
