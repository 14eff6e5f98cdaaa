/* Keys found right of late, and addresses that sent wrong ones. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/policy/api_key.h"
#include "lib/policy/oauth.h"
#include "lib/policy/state.h"

/* A revocation by another process holds from then on; by this one, at once. */
#define KNOWN_MS 1000

/* By SipHash with a key of this process a known key is found far sooner than by its digest, and
 * another one has the same tag once in 2^128. */
#define TAG_BYTES crypto_shorthash_siphashx24_BYTES

#define PEER_WRONG 10
#define PEER_MS 60000
#define PEERS 1024

struct known {
	struct api_key key;
	int64_t until_ms;
	char id[TOKEN_ID_CHARS + 1], name[KEY_NAME_CHARS + 1], scopes[KEY_SCOPES_CHARS + 1];
	char grant[TOKEN_ID_CHARS + 1], resource[OAUTH_URL_CHARS + 1];
	unsigned char tag[TAG_BYTES];
};

struct peer {
	char address[48];
	int64_t since_ms;
	int wrong;
};

static unsigned slot_of(const char *text, unsigned slots)
{
	unsigned h = 2166136261u; /* FNV-1a */

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 16777619u;
	return h % slots;
}

static void make_tag(const struct policy *p, const char *text, unsigned char tag[TAG_BYTES])
{
	crypto_shorthash_siphashx24(tag, (const unsigned char *)text, strlen(text), p->known_key);
}

bool known_get(struct call *c, const char *text, struct api_key *out)
{
	struct policy *p = policy_of(c);
	unsigned char tag[TAG_BYTES];
	struct known *k;
	bool found;

	make_tag(p, text, tag);
	pthread_mutex_lock(&p->lock);
	k = p->known[tag[0]];
	found = k && !sodium_memcmp(k->tag, tag, sizeof tag) && clock_rough_ms() < k->until_ms;
	if (found) {
		*out = k->key;
		out->id = arena_strdup(&c->arena, k->id);
		out->name = arena_strdup(&c->arena, k->name);
		out->scopes = k->key.scopes ? arena_strdup(&c->arena, k->scopes) : NULL;
		out->grant = k->key.grant ? arena_strdup(&c->arena, k->grant) : NULL;
		out->resource = k->key.grant ? arena_strdup(&c->arena, k->resource) : NULL;
		out->hash = out->replaced_by = NULL;
	}
	pthread_mutex_unlock(&p->lock);
	return found;
}

static void copy(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);

	len = len < size ? len : size - 1;
	memcpy(to, from, len);
	to[len] = '\0';
}

void known_put(struct call *c, const char *text, const struct api_key *key)
{
	struct policy *p = policy_of(c);
	unsigned char tag[TAG_BYTES];
	struct known **k;

	make_tag(p, text, tag);
	k = &p->known[tag[0]];
	pthread_mutex_lock(&p->lock);
	if (!*k)
		*k = xmalloc(sizeof **k);
	(*k)->key = *key;
	(*k)->until_ms = clock_rough_ms() + KNOWN_MS;
	copy((*k)->id, sizeof (*k)->id, key->id);
	copy((*k)->name, sizeof (*k)->name, key->name);
	memcpy((*k)->tag, tag, sizeof tag);
	copy((*k)->scopes, sizeof (*k)->scopes, key->scopes ? key->scopes : "");
	copy((*k)->grant, sizeof (*k)->grant, key->grant ? key->grant : "");
	copy((*k)->resource, sizeof (*k)->resource, key->resource ? key->resource : "");
	pthread_mutex_unlock(&p->lock);
}

void known_forget(struct policy *p)
{
	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < sizeof p->known / sizeof *p->known; i++) {
		free(p->known[i]);
		p->known[i] = NULL;
	}
	pthread_mutex_unlock(&p->lock);
}

/* Behind a proxy, and for other users of this machine, all calls come from one address of it. */
static bool is_local(const char *peer)
{
	return !peer || !strncmp(peer, "127.", 4) || !strcmp(peer, "::1");
}

bool peer_shut(struct call *c, const char *peer)
{
	struct policy *p = policy_of(c);
	bool shut = false;

	if (is_local(peer))
		return false;
	pthread_mutex_lock(&p->lock);
	if (p->peers) {
		struct peer *at = &p->peers[slot_of(peer, PEERS)];

		shut = at->wrong >= PEER_WRONG && !strncmp(at->address, peer, 47) &&
			clock_boot_ms() - at->since_ms < PEER_MS;
	}
	pthread_mutex_unlock(&p->lock);
	return shut;
}

void peer_wrong(struct call *c, const char *peer)
{
	struct policy *p = policy_of(c);
	int64_t now = clock_boot_ms();
	struct peer *at;

	if (is_local(peer))
		return;
	pthread_mutex_lock(&p->lock);
	if (!p->peers) {
		p->peers = xmalloc(PEERS * sizeof *p->peers);
		memset(p->peers, 0, PEERS * sizeof *p->peers);
	}
	at = &p->peers[slot_of(peer, PEERS)];
	if (strncmp(at->address, peer, 47) || now - at->since_ms >= PEER_MS) {
		*at = (struct peer){.since_ms = now};
		copy(at->address, sizeof at->address, peer);
	}
	at->wrong++;
	pthread_mutex_unlock(&p->lock);
}

void peer_free(struct policy *p)
{
	free(p->peers);
}
