/* The owner in front of a browser: pairing codes, and what he was shown. */
#include <sodium.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/policy/oauth.h"
#include "lib/policy/state.h"
#include "lib/store/store.h"

/* Without letters and digits that look alike: 39 bits, of which five guesses are allowed. */
static const char letters[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
#define LETTERS (sizeof letters - 1)
#define CODE_CHARS 8
#define WRONG_MAX 5
#define SHOWN_MS INT64_C(600000)
#define PURPOSE "oauth consent"
#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

static void code_digest(struct call *c, const char *code, char out[MAC_HEX])
{
	const char *text = arena_printf(&c->arena, "pairing:%s", code);

	digest_hex(policy_of(c)->pepper, text, strlen(text), out);
}

static enum fail put(struct call *c, const char *hash, int64_t expires_at)
{
	TRY(store_run(c, SQL("delete from oauth_pairing"), NO_PARAMS, NULL));
	return store_run(c, SQL("insert into oauth_pairing (id, hash, expires_at)"
		" values ($1, $2, $3)"), PARAMS(token_id_new(c), hash, expires_at), NULL);
}

enum fail oauth_pair(struct call *c, int64_t lasts_ms, const char **code, int64_t *expires_at)
{
	char text[CODE_CHARS + 1] = "", hash[MAC_HEX];
	int64_t until = clock_now_ms() + lasts_ms;

	TRY(store_open(c));
	TRY(policy_secrets(c, true));
	for (int i = 0; i < CODE_CHARS; i++)
		text[i] = letters[randombytes_uniform(LETTERS)];
	code_digest(c, text, hash);
	TRY(store_begin(c));
	TRY(store_end(c, put(c, hash, until)));
	*code = arena_printf(&c->arena, "%.4s-%s", text, text + 4);
	*expires_at = until;
	return FAIL_NONE;
}

/* TEXT as a code is kept: in capitals, without the dash and spaces. False when it cannot be one. */
static bool read_code(const char *text, char out[CODE_CHARS + 1])
{
	size_t n = 0;

	for (; *text; text++) {
		char ch = *text >= 'a' && *text <= 'z' ? (char)(*text - 32) : *text;

		if (ch == '-' || ch == ' ')
			continue;
		if (n == CODE_CHARS || !strchr(letters, ch))
			return false;
		out[n++] = ch;
	}
	out[n] = '\0';
	return n == CODE_CHARS;
}

/* One code is there at most. A right one goes, a wrong one counts; either lasts. */
static enum fail try_code(struct call *c, const char *given, bool *right)
{
	int64_t now = clock_now_ms(), changes;

	TRY(store_run(c, SQL("delete from oauth_pairing where hash = $1 and wrong < $2"
		" and expires_at > $3"), PARAMS(given, WRONG_MAX, now), &changes));
	*right = changes == 1;
	if (*right)
		return FAIL_NONE;
	return store_run(c, SQL("update oauth_pairing set wrong = wrong + 1"), NO_PARAMS, NULL);
}

/* Keys may do everything when they have no scopes; an access token is no proof of the owner. */
static enum fail by_key(struct call *c, const char *proof)
{
	const struct caller *who = NULL;
	enum fail f = caller_from_key(c, proof, c->peer, &who);

	if (f == FAIL_AUTH) {
		fail_forget(c);
		return fail(c, FAIL_DENIED, "this is neither the pairing code that trae oauth pair "
			"showed last nor an API key with role admin");
	}
	TRY(f);
	if (who->role != ROLE_ADMIN || who->scopes || who->granted)
		return fail(c, FAIL_DENIED, "this key is not the owner's: it has to be of role admin, "
			"without scopes");
	return FAIL_NONE;
}

enum fail oauth_owner(struct call *c, const char *proof)
{
	char code[CODE_CHARS + 1], hash[MAC_HEX];
	bool right = false;

	if (peer_shut(c, c->peer))
		return fail(c, FAIL_LIMIT, "too many wrong codes from this address: wait a minute");
	if (!read_code(proof, code))
		return by_key(c, proof);
	TRY(store_open(c));
	TRY(policy_secrets(c, true));
	code_digest(c, code, hash);
	TRY(store_begin(c));
	TRY(store_end(c, try_code(c, hash, &right)));
	if (right)
		return FAIL_NONE;
	peer_wrong(c, c->peer);
	return fail(c, FAIL_DENIED, "the pairing code is wrong, used or too old; after five wrong "
		"ones it is void: trae oauth pair shows a new one");
}

enum fail oauth_seal(struct call *c, const json_t *j, const char **out)
{
	JSON_AUTO whole = json_pack("{s:I,s:O}", "until", (json_int_t)(clock_now_ms() + SHOWN_MS),
		"what", j);
	const char *text = json_text(c, whole, false), *mac;
	const size_t size = sodium_base64_ENCODED_LEN(strlen(text), BASE64);
	char *body = ARENA_NEW(&c->arena, char, size);

	sodium_bin2base64(body, size, (const unsigned char *)text, strlen(text), BASE64);
	TRY(policy_sign(c, PURPOSE, body, &mac));
	*out = arena_printf(&c->arena, "%s.%s", body, mac);
	return FAIL_NONE;
}

enum fail oauth_open(struct call *c, const char *text, json_t **out)
{
	size_t len = strcspn(text, "."), got;
	const char *body = arena_memdup(&c->arena, text, len);
	unsigned char *bytes = ARENA_NEW(&c->arena, unsigned char, len + 1);
	json_t *j = NULL;
	enum fail f = policy_verify(c, PURPOSE, body, text + len + (text[len] == '.'));

	if (f == FAIL_MISSING) {
		fail_forget(c);
		return fail(c, FAIL_DENIED, "this form was not made here: begin again where you came "
			"from");
	}
	TRY(f);
	if (sodium_base642bin(bytes, len, body, len, NULL, &got, NULL, BASE64))
		return fail(c, FAIL_BUG, "what was signed here is no base64");
	TRY(json_parse(c, (const char *)bytes, got, &j));
	json_keep(c, j);
	if (json_integer_value(json_object_get(j, "until")) < clock_now_ms())
		return fail(c, FAIL_DENIED, "this page is too old: begin again where you came from");
	*out = json_object_get(j, "what");
	return FAIL_NONE;
}
