/* OAuth 2.1: clients, the owner's grants to them, and the texts that stand for these.
 *
 * Codes, access and refresh tokens and client secrets are tokens (lib/policy/token.h): random, found
 * by the id in them, kept as keyed digests. What is granted is a role and scopes, as a key has. */
#ifndef POLICY_OAUTH_H
#define POLICY_OAUTH_H

#include "lib/policy/api_key.h"

#define CODE_PREFIX "trae_code_"
#define ACCESS_PREFIX "trae_access_"
#define REFRESH_PREFIX "trae_refresh_"
#define CLIENT_PREFIX "trae_client_"

#define OAUTH_URL_CHARS 2048   /* of a redirect, a client's id, a resource */
#define OAUTH_NAME_CHARS 100
#define OAUTH_REDIRECTS 20
#define CODE_MS INT64_C(60000)
#define ACCESS_MS INT64_C(3600000)
#define REFRESH_MS (30 * INT64_C(86400000))
#define RETRY_MS INT64_C(30000) /* see oauth_refresh() */

struct oauth_client {
	const char *id;            /* random, or the URL of its metadata document */
	const char *name;          /* what it calls itself: nothing to rely on */
	const char *const *redirects;
	const char *auth;          /* "none", "client_secret_basic" or "client_secret_post" */
	const char *secret_hash;   /* NULL: it has none */
	int64_t created_at;
	int64_t fetched_at;        /* when its document was read last; 0: it registered itself */
};

/* oauth_client.c. Checks name and redirects and fills in id and times. *SECRET is NULL where auth is
 * "none". FAIL_INPUT (with the words of RFC 7591 3.2.2), FAIL_LIMIT beyond 20 a minute. Of clients
 * that the owner granted nothing the newest 500 are kept, for a day. */
enum fail oauth_register(struct call *c, struct oauth_client *k, const char **secret);
/* Keeps K, whose id is the URL of a document that was read now. */
enum fail oauth_client_keep(struct call *c, struct oauth_client *k);
/* Takes a reading of a document from the rate of 20 a minute for all: FAIL_LIMIT. */
enum fail oauth_client_may_fetch(struct call *c);
enum fail oauth_client_find(struct call *c, const char *id, struct oauth_client *out);
/* The client that proves to be ID, by SECRET (NULL or "": none came) where it has one: FAIL_AUTH. */
enum fail oauth_client_prove(struct call *c, const char *id, const char *secret,
	struct oauth_client *out);

/* oauth_metadata.c: a client whose id is the URL of its metadata (draft-ietf-oauth-client-id-metadata-
 * document). Whether ID is one; whether it may be (https with a path; http for a host that the owner
 * named); and what is read there: FAIL_INPUT. */
bool oauth_is_document(const char *id);
enum fail oauth_document_check(struct call *c, const char *id, bool owner_named);
enum fail oauth_document_read(struct call *c, const char *id, const char *text, size_t len,
	struct oauth_client *out);

/* oauth_redirect.c. FAIL_INPUT for a URI that no client may be sent back to: only https, http to this
 * machine (RFC 8252 7.3) and schemes of programs (7.1), without fragment and user. */
enum fail oauth_redirect_check(struct call *c, const char *uri);
/* Whether GIVEN is REGISTERED, byte for byte; of http to this machine the port may be another. */
bool oauth_redirect_matches(struct call *c, const char *registered, const char *given);

/* oauth_owner.c: the owner proves to be who opened the page. A new code ends those before it, is good
 * once and for LASTS_MS, and for five wrong tries. */
enum fail oauth_pair(struct call *c, int64_t lasts_ms, const char **code, int64_t *expires_at);
/* FAIL_DENIED unless PROOF is the pairing code, or a key that may do everything. */
enum fail oauth_owner(struct call *c, const char *proof);

/* What the owner was shown, carried by his browser: J with an end, sealed; opened again within ten
 * minutes and unchanged, else FAIL_DENIED. *OUT is C's. */
enum fail oauth_seal(struct call *c, const json_t *j, const char **out);
enum fail oauth_open(struct call *c, const char *text, json_t **out);

struct oauth_grant {
	const char *id, *client, *name;
	enum role role;
	const char *scopes;   /* NULL: all */
	const char *resource; /* the URL that its tokens are for */
	int64_t created_at, used_at, revoked_at; /* 0: never */
};

/* oauth_grant.c. Makes G of its client, name, role, scopes and resource; *CODE is good once, for
 * REDIRECT and the verifier of CHALLENGE. */
enum fail oauth_grant_make(struct call *c, struct oauth_grant *g, const char *redirect,
	const char *challenge, const char **code);
enum fail oauth_grant_list(struct call *c, int limit, struct oauth_grant **out, size_t *n);
/* Clients that nothing is granted to. */
enum fail oauth_client_list(struct call *c, int limit, struct oauth_client **out, size_t *n);
/* Ends the grant ID, or the client ID with all its grants: *GRANTS of them. FAIL_MISSING. */
enum fail oauth_revoke(struct call *c, const char *id, int64_t *grants);
/* Grants and tokens that can be of no use any more go. */
enum fail oauth_prune(struct call *c);

/* How a caller with an access token is called in records, and the grant in such a name, or NULL. */
const char *oauth_caller_id(struct call *c, const char *grant);
const char *oauth_grant_of(const char *caller_id);

/* What a client asks with at the token endpoint; NULL: not given. */
struct oauth_ask {
	const struct oauth_client *client;
	const char *token;      /* code or refresh token */
	const char *verifier, *redirect;
	const char *resource;   /* has to be the grant's */
	bool narrower;          /* ROLE and SCOPES are asked for */
	enum role role;
	const char *scopes;
};

struct oauth_tokens {
	const char *access, *refresh;
	enum role role;
	const char *scopes;
};

/* oauth_token.c. Exchanges a code, or a refresh token for its successor, in one transaction; *OUT is to be
 * said behind it. FAIL_DENIED with the error invalid_grant, and for a code or refresh token that was
 * used before the grant is revoked with all that came of it. One exception: the client that was cut
 * off before it heard the answer asks again. Within RETRY_MS of the first exchange, and while
 * nobody has used the successor, a refresh token gets another successor and the first one becomes
 * one that was used: whoever holds it, the grant ends when he shows it. So at no time two refresh
 * tokens of a grant are good. Sets the caller of C. */
enum fail oauth_redeem(struct call *c, const struct oauth_ask *ask, struct oauth_tokens *out);
enum fail oauth_refresh(struct call *c, const struct oauth_ask *ask, struct oauth_tokens *out);
/* RFC 7009: the client gives TOKEN back; a refresh token takes its grant along. What is not its
 * token is passed over. */
enum fail oauth_withdraw(struct call *c, const struct oauth_client *client, const char *token);

/* For caller.c: the access token with ID, and the grant ID, as keys. FAIL_MISSING. */
enum fail oauth_access_find(struct call *c, const char *id, struct api_key *out);
enum fail oauth_grant_key(struct call *c, const char *id, struct api_key *out);

/* A failure with the word ERROR that the protocol has for it. */
enum fail oauth_fail(struct call *c, enum fail f, const char *error, const char *why);

#endif
