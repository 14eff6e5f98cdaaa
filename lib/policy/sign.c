/* Signatures: of what a client carries and this program has to know again. */
#include <sodium.h>
#include <string.h>

#include "lib/policy/state.h"

/* Where nothing can keep a secret, what is signed is known again by this process alone. */
static const struct secret *fleeting(struct policy *p)
{
	unsigned char key[MAC_BYTES];

	pthread_mutex_lock(&p->lock);
	if (!p->fleeting) {
		randombytes_buf(key, sizeof key);
		p->fleeting = secret_from(key, sizeof key);
		sodium_memzero(key, sizeof key);
	}
	pthread_mutex_unlock(&p->lock);
	return p->fleeting;
}

static enum fail sign(struct call *c, const char *purpose, const char *text, char out[MAC_HEX])
{
	const char *all = arena_printf(&c->arena, "%s\n%s", purpose, text);

	struct policy *p = policy_of(c);
	enum fail f = policy_secrets(c, true);

	if (f == FAIL_CONFIG)
		fail_forget(c);
	else
		TRY(f);
	digest_hex(f == FAIL_CONFIG ? fleeting(p) : p->pepper, all, strlen(all), out);
	return FAIL_NONE;
}

enum fail policy_sign(struct call *c, const char *purpose, const char *text, const char **out)
{
	char *mac = ARENA_NEW(&c->arena, char, MAC_HEX);

	TRY(sign(c, purpose, text, mac));
	*out = mac;
	return FAIL_NONE;
}

enum fail policy_verify(struct call *c, const char *purpose, const char *text, const char *mac)
{
	char right[MAC_HEX];

	TRY(sign(c, purpose, text, right));
	if (strlen(mac) != MAC_HEX - 1 || sodium_memcmp(right, mac, MAC_HEX - 1))
		return fail(c, FAIL_MISSING, "this was not signed here");
	return FAIL_NONE;
}
