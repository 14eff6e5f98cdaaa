/* Policy: who calls, what they may cause, how often, once or again, and the record of it. The gate
 * in lib/op asks it before and after every call; fronts ask it who calls. */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/json/json.h"

/* What an operation does to the world, from harmless to not. */
enum effect {
	EFFECT_READ,    /* changes nothing */
	EFFECT_WRITE,   /* changes the store or the owner's files */
	EFFECT_SEND,    /* tells others something */
	EFFECT_ACT,     /* starts or stops programs */
	EFFECT_SPEND,   /* costs money */
	EFFECT_DESTROY, /* removes what cannot be had again */
};
#define EFFECT_COUNT 6
const char *effect_word(enum effect effect);

/* What a key may cause: each role all that the one before it may, and more. */
enum role { ROLE_VIEWER, ROLE_OPERATOR, ROLE_SENDER, ROLE_ADMIN };
#define ROLE_COUNT 4
#define ROLE_WORDS ONEOF("viewer", "operator", "sender", "admin")
const char *role_word(enum role role);
enum role role_of(const char *word); /* ROLE_VIEWER for what is no role */

/* Who calls. A call without one is the owner's, who sits at this machine. */
struct caller {
	const char *id;     /* of the key, or CALLER_MASTER */
	const char *name;
	enum role role;
	const char *scopes; /* operations or nouns, divided by commas; NULL: all */
	int64_t rate;       /* calls in any 60 s; 0: no limit */
	int64_t expires_at; /* 0: never */
	int64_t rotate_at;  /* from when on the key is to be replaced; 0: never */
	bool granted;       /* by OAuth: came with an access token */
};
#define CALLER_OWNER "shell"
/* An assistant that the owner's program started: its id says what it may, as in
 * "mcp:operator:task,file". */
#define CALLER_ASSISTANT "mcp:"
#define CALLER_MASTER "master"
#define CALLER_BACKEND "api-key"

/* The caller's id, for records; without a caller CALLER_OWNER, or "-" for one of the network. */
const char *caller_id(const struct call *c);

/* What a process that serves keeps from call to call: keys looked up, rates, counts, the master key
 * and the secrets behind all that. A front makes one and sets it in every call (c->policy); without
 * one a call has its own. Safe to use from several threads. */
struct policy;

/* Gets the secret "policy-key" from the secret store, or makes it on first use, and begins the
 * audit record. FAIL_CONFIG when nothing here can keep a secret. */
enum fail policy_start(struct call *c, struct policy **out);
void policy_stop(struct policy *p);

/* The state of C's process; where no front gave one it is made here, without secrets, and ends with
 * C. */
struct policy *policy_of(struct call *c);

/* What has to be done now and then while serving, about once a second, on the store of C: counts of
 * past minutes become rows of the record (with ALL those of this minute too, at the end), the end
 * of the record is noted outside the store; about once an hour idempotency keys of yesterday and
 * rows older than a year go. */
enum fail policy_flush(struct call *c, bool all);

/* Whose key TEXT is: an API key, an access token for the path of C, the master key that
 * TRAE_MASTER_KEY holds, or API_KEY, which the guide to the GPT backend has for its own routes.
 * Unknown, revoked and expired keys are the same FAIL_AUTH, found out in the same way. PEER is the
 * address it came from (NULL, or one of this machine: none); ten wrong keys from one in a minute are
 * FAIL_LIMIT. *OUT lives as long as C. */
enum fail caller_from_key(struct call *c, const char *text, const char *peer,
	const struct caller **out);

/* The caller that a record names: NULL in *OUT for CALLER_OWNER, FAIL_AUTH for a key that is no
 * longer valid. */
enum fail caller_from_id(struct call *c, const char *id, const struct caller **out);

/* The caller for a program that speaks MCP over standard input; SCOPES may be NULL. FAIL_USAGE for
 * scopes that are too long. */
enum fail caller_of_assistant(struct call *c, enum role role, const char *scopes,
	const struct caller **out);

/* A keyed digest of TEXT for one PURPOSE, with a key that no one but this program's owner has, and
 * the check of it: FAIL_MISSING when MAC is not that of TEXT. */
enum fail policy_sign(struct call *c, const char *purpose, const char *text, const char **mac);
enum fail policy_verify(struct call *c, const char *purpose, const char *text, const char *mac);

/* Notes a request that did not get as far as an operation, because nobody known sent it. */
void policy_unknown(struct call *c, const char *what);

/* The least role that may call OPERATION, which causes EFFECT. */
enum role policy_least(enum effect effect, const char *operation);

/* May the caller of C cause EFFECT, by the operation called OPERATION, which is within its scopes when
 * that is or, where C serves another, that one? FAIL_DENIED says why not. Over MCP nobody may send,
 * act, spend or destroy: an assistant's word, or a click that it asked for, is not the owner's. */
enum fail policy_allow(struct call *c, enum effect effect, const char *operation);

/* Is OPERATION one of SCOPES: operations or nouns, divided by commas? NULL has none. */
bool policy_covers(const char *scopes, const char *operation);
/* Does it decide about keys and rules, or put the whole store back? Only role admin calls it. */
bool policy_reserved(const char *operation);

/* How much of its rate the caller has left, for the headers of an answer; c->rate, set once the
 * gate has counted the call. */
struct rate {
	const char *name;  /* of the policy: "default", or of what may be under way at once */
	int64_t limit, remaining;
	int64_t window_s;  /* 0: of what is under way at once */
	int64_t reset_s;   /* until there is more; after FAIL_LIMIT until the next call passes */
};

/* Notes that the caller has LIMIT of NAME under way, which is all that may be, and that one takes
 * about MEDIAN_MS (below 0: not known). */
void policy_held(struct call *c, const char *name, int64_t limit, int64_t median_ms);

/* One call at the gate. The first group is given, the rest belongs to lib/policy. */
struct policy_ask {
	const char *operation;
	enum effect effect;
	bool shell_only; /* for the person at the machine */
	bool http_only;  /* part of a protocol over HTTP */
	bool shows;      /* can show what it would do */
	bool open;       /* needs no key */
	bool atomic;     /* only changes the store, at once */
	bool secret;     /* answers with a secret, which is kept nowhere */
	json_t *args;    /* as the caller gave them, without secrets */

	json_t *replies;         /* given to an earlier call like this one: give them again */
	bool deduplicated;       /* and that call was found without an idempotency key */
	const char *key, *hash;  /* idempotency key and digest of the arguments */
	const char *lock_path;
	int lock;                /* tells others that this call still runs; -1: none */
	bool opened;             /* a transaction is open that policy_audit() ends */
	const char *decision;    /* what is recorded */
};

/* Before the gate: makes the digest of what is asked for, which the record has of every change, be it
 * allowed or not. */
void policy_look(struct call *c, struct policy_ask *a);

/* The steps of the gate, in their order. */
enum fail policy_who(struct call *c, struct policy_ask *a);
enum fail policy_effect(struct call *c, struct policy_ask *a);
enum fail policy_dry_run(struct call *c, struct policy_ask *a);
/* An idempotency key (c->idempotency_key, or the argument idempotency_key): with one that came
 * before, a->replies is what was answered; FAIL_REUSED when the arguments differ, FAIL_CONFLICT
 * while the first call still runs. Operations that send, act or spend without a key get the answer
 * to the same call of the last ten minutes. Begins the transaction of an atomic operation. */
enum fail policy_key(struct call *c, struct policy_ask *a);
enum fail policy_rate(struct call *c, struct policy_ask *a);

/* The last step, always taken: records how the call ended (F), with what it answered (REPLIES, an
 * array), commits or gives up the transaction. Returns F, or why it could not be kept. */
enum fail policy_audit(struct call *c, struct policy_ask *a, enum fail f, const json_t *replies);

#endif
