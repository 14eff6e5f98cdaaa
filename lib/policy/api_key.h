/* API keys: their records, and the texts that stand for them.
 *
 * A key is trae_live_ID_SECRETCHECK: 8 letters or digits that name it, 43 random ones (256 bits)
 * and 6 that are the CRC-32 (ISO 3309) of all before them in base 62, most significant first.
 * Stored is the keyed digest of the whole text. */
#ifndef POLICY_API_KEY_H
#define POLICY_API_KEY_H

#include "lib/policy/policy.h"

#define KEY_PREFIX "trae_live_"
#define KEY_ID_CHARS 8
#define KEY_CHARS (sizeof KEY_PREFIX - 1 + KEY_ID_CHARS + 1 + 43 + 6)
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

/* The id in TEXT, NULL when that is no key: its form or its check is wrong. */
const char *api_key_id_of(struct call *c, const char *text);

/* A new text for the key with ID. */
const char *api_key_text_new(struct call *c, const char *id);

/* Puts the right check at the end of TEXT, which has the length of a key. */
void api_key_check(char *text);
const char *api_key_id_new(struct call *c);

#endif
