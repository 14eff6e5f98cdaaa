/* The chain: what seals a row, and where the chain begins. */
#ifndef POLICY_CHAIN_H
#define POLICY_CHAIN_H

#include "lib/policy/audit.h"
#include "lib/store/store.h"

#define AUDIT_COLUMNS                                                                              \
	"select seq, decided_at, n, caller, channel, operation, effect, decision, outcome,"        \
	" arguments_hash, mac from audit "
struct audit_row audit_read(struct call *c, struct query *q);

/* The seal of R behind a row sealed with BEFORE (NULL: the first): BLAKE2b-256 keyed with the seal
 * of lib/policy over BEFORE and all members but mac, each as "length:text,", numbers as decimal
 * text, NULL as "-". */
const char *chain_mac(struct call *c, const char *before, const struct audit_row *r);

/* Records that the rows up to SEQ, sealed with MAC, were removed on purpose; and what was so
 * recorded. FAIL_INPUT when that was not recorded by this program. */
enum fail chain_cut_at(struct call *c, int64_t seq, const char *mac);
enum fail chain_start(struct call *c, int64_t *seq, const char **mac);

/* Where the end of the chain is noted outside the store. */
const char *anchor_path(struct call *c);

/* What an anchor file names. */
struct anchor {
	const char *path, *mac;
	int64_t seq;
};

/* Reads the anchor file PATH (NULL: the usual one). FAIL_MISSING when there is none, FAIL_INPUT
 * when it is none. */
enum fail anchor_read(struct call *c, const char *path, struct anchor *out);

#endif
