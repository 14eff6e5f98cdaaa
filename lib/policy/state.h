/* What the files of lib/policy share: the state of a process, and digests. */
#ifndef POLICY_STATE_H
#define POLICY_STATE_H

#include <pthread.h>

#include "lib/policy/audit.h"
#include "lib/policy/policy.h"
#include "lib/secret/secret.h"

#define MAC_BYTES 32
#define MAC_HEX (2 * MAC_BYTES + 1)

struct policy {
	/* Held while what is below is looked at or changed, never while something is waited for. */
	pthread_mutex_t lock;
	pthread_mutex_t making; /* held while the secrets are looked up or made */
	struct secret *pepper; /* makes digests of API keys */
	struct secret *fleeting; /* signs where there is no pepper; NULL: not needed yet */
	struct secret *seal;   /* makes the chain of the record; NULL: not had yet */
	struct secret *master; /* TRAE_MASTER_KEY; NULL: not set */
	struct secret *backend; /* API_KEY; NULL: not set */
	bool begun;            /* the record is kept */
	int64_t noted_seq;     /* the end of the record last noted outside the store; 0: not yet */
	char noted_mac[MAC_HEX];
	struct {               /* of the record, in the transaction store_flat() */
		int64_t flat, seq;
		char mac[MAC_HEX]; /* "": not sealed */
	} end;
	int64_t pruned_boot_ms; /* when what is too old was removed last; 0: not yet */
	struct rate_log *rates;
	struct count *counts;
	struct known *known[256]; /* keys found right, by the first byte of their tag */
	unsigned char known_key[16]; /* that makes the tags */
	struct peer *peers;
	struct issuer *issuer; /* of other tokens that are taken; NULL: none */
};

/* Sees to it that pepper and seal are there. MAKE makes them on first use; else FAIL_MISSING when
 * there are none yet. */
enum fail policy_secrets(struct call *c, bool make);

/* BLAKE2b-256 (RFC 7693) of DATA as hexadecimal text; keyed when KEY is not NULL. */
void digest_hex(const struct secret *key, const void *data, size_t len, char out[MAC_HEX]);

/* audit.c: a row at the end of the record, in the transaction that is open; sealed where this
 * process has the seal, else by the next one that has. */
enum fail audit_append(struct call *c, const struct audit_row *row);
/* Notes the end of the record outside the store, unless a transaction is open. */
enum fail audit_note(struct call *c);
/* Is the record kept? It is from the first API key or server on. */
enum fail audit_begun(struct call *c, bool *begun);

/* count.c: decisions that come too often for a row each. */
void count_add(struct policy *p, const char *caller, const char *channel, const char *operation,
	const char *effect, const char *decision);
enum fail count_flush(struct call *c, bool all);
void count_free(struct policy *p);

/* caller.c: whether RESOURCE, which a token is for, is the server of C, what is called of it (c->path) or
 * what lies above that (RFC 8707). */
bool caller_means(const struct call *c, const char *resource);

/* rate.c: takes a call from what WHO may make, FAIL_LIMIT; c->rate is what is left. */
enum fail rate_take(struct call *c, const struct caller *who, int64_t now_boot_ms);
void rate_free(struct policy *p);

/* once.c: the idempotency key of A. */
enum fail once_begin(struct call *c, struct policy_ask *a);
enum fail once_finish(struct call *c, struct policy_ask *a, enum fail f, const json_t *replies);
void once_release(struct policy_ask *a);
enum fail once_prune(struct call *c);

/* known.c: keys and wrong keys that this process has seen of late. */
struct api_key;
/* By the whole key TEXT, which is not kept. */
bool known_get(struct call *c, const char *text, struct api_key *out);
void known_put(struct call *c, const char *text, const struct api_key *k);
void known_forget(struct policy *p);
bool peer_shut(struct call *c, const char *peer);
void peer_wrong(struct call *c, const char *peer);
void peer_free(struct policy *p);

const char *channel_word(enum channel channel);

#endif
