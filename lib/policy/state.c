/* The state that a process keeps, and the secrets behind it. */
#include "lib/policy/state.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/os/file.h"
#include "lib/os/lock.h"
#include "lib/policy/issuer.h"
#include "lib/policy/oauth.h"
#include "lib/store/store.h"

#define SECRET_NAME "policy-key"
#define SECRET_WAIT_MS 10000
#define PRUNE_EVERY_MS INT64_C(3600000)
#define AUDIT_KEEP_MS (365 * INT64_C(86400000))

static struct secret *from_env(const char *name)
{
	const char *text = getenv(name);

	return text && *text ? secret_from(text, strlen(text)) : NULL;
}

static struct policy *make(void)
{
	struct policy *p = xmalloc(sizeof *p);

	*p = (struct policy){.lock = PTHREAD_MUTEX_INITIALIZER, .making = PTHREAD_MUTEX_INITIALIZER};
	p->master = from_env("TRAE_MASTER_KEY");
	p->backend = from_env("API_KEY");
	random_bytes(p->known_key, sizeof p->known_key);
	return p;
}

void policy_stop(struct policy *p)
{
	if (!p)
		return;
	secret_free(&p->pepper);
	secret_free(&p->seal);
	secret_free(&p->fleeting);
	secret_free(&p->master);
	secret_free(&p->backend);
	rate_free(p);
	count_free(p);
	known_forget(p);
	peer_free(p);
	issuer_free(p);
	free(p);
}

static void stop(void *p)
{
	policy_stop(p);
}

struct policy *policy_of(struct call *c)
{
	if (!c->policy) {
		c->policy = make();
		arena_finally(&c->arena, stop, c->policy);
	}
	return c->policy;
}

/* The two keys of libsodium's key derivation (BLAKE2b) from the one secret, of any length. */
static void derive(struct policy *p, const struct secret *from)
{
	unsigned char root[crypto_kdf_KEYBYTES], key[MAC_BYTES];
	const char *bytes;
	size_t len;

	bytes = secret_reveal(from, &len);
	crypto_generichash(root, sizeof root, (const unsigned char *)bytes, len, NULL, 0);
	crypto_kdf_derive_from_key(key, sizeof key, 1, "traekeys", root);
	p->pepper = secret_from(key, sizeof key);
	crypto_kdf_derive_from_key(key, sizeof key, 2, "traekeys", root);
	p->seal = secret_from(key, sizeof key);
	sodium_memzero(root, sizeof root);
	sodium_memzero(key, sizeof key);
}

static enum fail make_secret(struct call *c, struct secret **out)
{
	unsigned char random[MAC_BYTES];
	char hex[MAC_HEX];
	const char *backend;
	FILE_AUTO lock = -1;
	enum fail f;

	/* Of two processes that would make it at once, one finds that of the other. */
	TRY(lock_take(c, arena_printf(&c->arena, "%s-policy.lock", store_path(c)), true,
		SECRET_WAIT_MS, &lock));
	f = secret_get(c, SECRET_NAME, out);
	if (f != FAIL_MISSING)
		return f;
	fail_forget(c);
	randombytes_buf(random, sizeof random);
	sodium_bin2hex(hex, sizeof hex, random, sizeof random);
	*out = secret_from(hex, sizeof hex - 1);
	sodium_memzero(random, sizeof random);
	sodium_memzero(hex, sizeof hex);
	return secret_set(c, SECRET_NAME, *out, &backend);
}

static enum fail have_secrets(struct call *c, struct policy *p, bool may_make)
{
	SECRET_AUTO *from = NULL;
	enum fail f;

	if (p->pepper)
		return FAIL_NONE;
	f = secret_get(c, SECRET_NAME, &from);
	if (f == FAIL_MISSING && may_make) {
		fail_forget(c);
		f = make_secret(c, &from);
	}
	TRY(f);
	derive(p, from);
	p->begun |= may_make;
	return FAIL_NONE;
}

enum fail policy_secrets(struct call *c, bool may_make)
{
	struct policy *p = policy_of(c);
	enum fail f;

	pthread_mutex_lock(&p->making);
	f = have_secrets(c, p, may_make);
	pthread_mutex_unlock(&p->making);
	return f;
}

enum fail policy_start(struct call *c, struct policy **out)
{
	struct policy *p = make();
	enum fail f;

	c->policy = p;
	f = store_open(c);
	if (!f)
		f = policy_secrets(c, true);
	c->policy = NULL;
	if (f) {
		policy_stop(p);
		return f;
	}
	if (p->master && strlen(secret_reveal(p->master, NULL)) < 20)
		call_warn(c, "TRAE_MASTER_KEY is short enough to be guessed: give it at least 20 "
			"characters");
	*out = p;
	return FAIL_NONE;
}

static enum fail prune(struct call *c)
{
	struct policy *p = policy_of(c);
	int64_t removed;

	if (p->pruned_boot_ms && clock_boot_ms() - p->pruned_boot_ms < PRUNE_EVERY_MS)
		return FAIL_NONE;
	p->pruned_boot_ms = clock_boot_ms();
	TRY(once_prune(c));
	TRY(oauth_prune(c));
	return audit_prune(c, clock_now_ms() - AUDIT_KEEP_MS, &removed);
}

enum fail policy_flush(struct call *c, bool all)
{
	TRY(store_open(c));
	TRY(count_flush(c, all));
	TRY(prune(c));
	return audit_note(c);
}

void digest_hex(const struct secret *key, const void *data, size_t len, char out[MAC_HEX])
{
	unsigned char digest[MAC_BYTES];
	size_t key_len = 0;
	const char *bytes = key ? secret_reveal(key, &key_len) : NULL;

	crypto_generichash(digest, sizeof digest, data, len, (const unsigned char *)bytes, key_len);
	sodium_bin2hex(out, MAC_HEX, digest, sizeof digest);
}

const char *caller_id(const struct call *c)
{
	if (c->caller)
		return c->caller->id;
	return c->channel == CHANNEL_HTTP || c->channel == CHANNEL_MCP ? "-" : CALLER_OWNER;
}

const char *channel_word(enum channel channel)
{
	static const char *const words[] = {[CHANNEL_SHELL] = "shell", [CHANNEL_HTTP] = "http",
		[CHANNEL_MCP] = "mcp", [CHANNEL_QUEUE] = "queue"};

	return words[channel];
}
