/* The record of decisions: rows that form a chain, each sealed together with the seal of the one
 * before it by a key that the store does not hold. */
#ifndef POLICY_AUDIT_H
#define POLICY_AUDIT_H

#include "lib/policy/policy.h"

struct audit_row {
	int64_t seq, decided_at;
	int64_t n;               /* decisions that the row stands for */
	const char *caller, *channel, *operation, *effect;
	/* "allowed", "denied", "limited", "unknown", "replayed" or "refused" */
	const char *decision;
	const char *outcome;     /* "ok" or the word of the failure; NULL where rows are counts */
	const char *hash;        /* digest of the arguments, or NULL */
	const char *mac;         /* NULL: not sealed yet */
};

/* At most LIMIT rows, newest first, those before the row BEFORE (0: from the newest). */
enum fail audit_list(struct call *c, int limit, int64_t before, struct audit_row **out, size_t *n);

struct audit_report {
	int64_t rows, unsealed, first_seq, last_seq; /* last_seq: of those sealed */
	const char *last_mac;
	const char *anchor;      /* the file that the end was held against */
};

/* Goes through the whole chain, and holds its end against the anchor file ANCHOR (NULL: the one
 * that this program keeps in its state folder). FAIL_INPUT says which rows were changed, removed,
 * added or moved; FAIL_MISSING when there is no anchor. */
enum fail audit_verify(struct call *c, const char *anchor, struct audit_report *out);

/* Seals what is not sealed yet, and makes the present end the anchor: after a backup was restored,
 * or where the state folder was lost. *PATH is the anchor file. */
enum fail audit_anchor(struct call *c, int64_t *sealed, struct audit_row *end, const char **path);

/* The end of the record as a line of an anchor file, without its newline, for a journal that the
 * holder of a key cannot change; NULL when nothing is sealed. */
enum fail audit_head(struct call *c, const char **line);

/* Removes rows decided before BEFORE_MS, but never the last; what is left still verifies. */
enum fail audit_prune(struct call *c, int64_t before_ms, int64_t *removed);

#endif
