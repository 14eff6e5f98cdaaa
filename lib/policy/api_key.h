/* API keys: who else may call, from when to when, and what. Their texts are tokens. */
#ifndef POLICY_API_KEY_H
#define POLICY_API_KEY_H

#include "lib/policy/policy.h"
#include "lib/policy/token.h"

#define KEY_PREFIX "trae_live_"
#define KEY_NAME_CHARS 64
#define KEY_SCOPES_CHARS 1000
#define KEY_RATE 100          /* calls in any 60 s, a fifth of them in any 10 s */
#define KEY_RATE_MAX 100000
#define ASSISTANT_RATE 1000   /* of one on this machine, which asks as fast as it reads */
#define KEY_ROTATE_MS (90 * INT64_C(86400000))

struct api_key {
	const char *id, *name;
	enum role role;
	const char *scopes;      /* NULL: all */
	const char *hash;
	int64_t rate;            /* 0: no limit */
	int64_t created_at, expires_at, revoked_at; /* 0: never */
	const char *replaced_by; /* id of the key made by a rotation, or NULL */
	/* Of an access token, which is looked up and judged like a key: the owner's grant that it
	 * stands for, and the URL that it is for; else NULL. */
	const char *grant, *resource;
};

/* "active", "rotated" (valid until it expires), "expired" or "revoked". */
const char *api_key_state(const struct api_key *k, int64_t now_ms);
bool api_key_valid(const struct api_key *k, int64_t now_ms);

/* Makes a key of the name, role, scopes, rate and end in K, and fills in the rest. *TEXT is the key
 * itself, which is kept nowhere. FAIL_CONFLICT when a key in use has the name, FAIL_INPUT for a
 * name or scopes that cannot be. */
enum fail api_key_create(struct call *c, struct api_key *k, const char **text);

/* A new key in place of the one called NAME (or with that id), which stays valid for OVERLAP_MS. */
enum fail api_key_rotate(struct call *c, const char *name, int64_t overlap_ms, struct api_key *old,
	struct api_key *k, const char **text);

/* Ends the key called NAME, or with that id, at once. FAIL_CONFLICT when it is revoked already. */
enum fail api_key_revoke(struct call *c, const char *name, struct api_key *out);

/* The key with id ID, or else the one in use that is called so. FAIL_MISSING when there is none. */
enum fail api_key_find(struct call *c, const char *name, struct api_key *out);

/* At most LIMIT keys, newest first. */
enum fail api_key_list(struct call *c, int limit, struct api_key **out, size_t *n);

#endif
