/* The record of decisions: writing it. */
#include "lib/policy/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/os/dirs.h"
#include "lib/os/file.h"
#include "lib/policy/chain.h"
#include "lib/policy/state.h"
#include "lib/store/store.h"

/* Sequence and seal of the last row, or of the last sealed one; 0 and NULL when there is none. */
static enum fail read_end(struct call *c, bool sealed, int64_t *seq, const char **mac)
{
	QUERY_AUTO q;
	enum fail f;

	*seq = 0;
	*mac = NULL;
	if (sealed)
		TRY(query_start(c, SQL("select seq, mac from audit where mac is not null"
			" order by seq desc limit 1"), NO_PARAMS, &q));
	else
		TRY(query_start(c, SQL("select seq, mac from audit order by seq desc limit 1"),
			NO_PARAMS, &q));
	if (query_next(c, &q, &f)) {
		*seq = query_int(&q, 0);
		*mac = query_text(c, &q, 1);
	}
	return f;
}

#define SEAL_AT_ONCE 256

static enum fail read_behind(struct call *c, int64_t seq, struct audit_row *rows, size_t *n)
{
	QUERY_AUTO q;
	enum fail f;

	*n = 0;
	TRY(query_start(c, SQL(AUDIT_COLUMNS "where seq > $1 order by seq limit $2"),
		PARAMS(seq, SEAL_AT_ONCE), &q));
	while (query_next(c, &q, &f))
		rows[(*n)++] = audit_read(c, &q);
	return f;
}

/* Seals the rows at the end that processes without the seal wrote; *MAC is that of the last. */
static enum fail seal_rest(struct call *c, const char **mac, int64_t *sealed)
{
	struct audit_row *rows = ARENA_NEW(&c->arena, struct audit_row, SEAL_AT_ONCE);
	int64_t seq;
	size_t n;

	TRY(read_end(c, true, &seq, mac));
	do {
		TRY(read_behind(c, seq, rows, &n));
		for (size_t i = 0; i < n; i++) {
			*mac = chain_mac(c, *mac, &rows[i]);
			TRY(store_run(c, SQL("update audit set mac = $1 where seq = $2"),
				PARAMS(*mac, rows[i].seq), NULL));
			seq = rows[i].seq;
		}
		*sealed += (int64_t)n;
	} while (n == SEAL_AT_ONCE);
	return FAIL_NONE;
}

/* The end of the record before the next row: known where many rows are written in one transaction. */
static enum fail find_end(struct call *c, int64_t *seq, const char **mac)
{
	const struct policy *p = policy_of(c);
	bool known;

	pthread_mutex_lock(&policy_of(c)->lock);
	known = p->end.flat && p->end.flat == store_flat(c);
	*seq = p->end.seq;
	*mac = known && *p->end.mac ? arena_strdup(&c->arena, p->end.mac) : NULL;
	pthread_mutex_unlock(&policy_of(c)->lock);
	return known ? FAIL_NONE : read_end(c, false, seq, mac);
}

static void know_end(struct call *c, const struct audit_row *r)
{
	struct policy *p = policy_of(c);

	pthread_mutex_lock(&p->lock);
	p->end.flat = store_flat(c);
	p->end.seq = r->seq;
	snprintf(p->end.mac, sizeof p->end.mac, "%s", r->mac ? r->mac : "");
	pthread_mutex_unlock(&p->lock);
}

static enum fail insert(struct call *c, const struct audit_row *r)
{
	return store_run(c, SQL("insert into audit (seq, decided_at, caller, channel, operation,"
		" effect, decision, outcome, arguments_hash, n, mac)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"),
		PARAMS(r->seq, r->decided_at, r->caller, r->channel, r->operation, r->effect,
			r->decision, r->outcome, r->hash, r->n, r->mac), NULL);
}

enum fail audit_append(struct call *c, const struct audit_row *row)
{
	struct audit_row r = *row;
	int64_t sealed = 0;
	const char *before;

	TRY(find_end(c, &r.seq, &before));
	if (policy_of(c)->seal) {
		if (r.seq && !before)
			TRY(seal_rest(c, &before, &sealed));
		r.seq++;
		r.mac = chain_mac(c, before, &r);
	} else {
		r.seq++;
	}
	TRY(insert(c, &r));
	know_end(c, &r);
	return FAIL_NONE;
}

enum fail audit_begun(struct call *c, bool *begun)
{
	struct policy *p = policy_of(c);
	QUERY_AUTO q = {0};
	enum fail f = FAIL_NONE;

	if (!p->begun && (c->store || !access(store_path(c), F_OK))) {
		TRY(store_open_read(c));
		TRY(query_start(c, SQL("select 1 from audit limit 1"), NO_PARAMS, &q));
		p->begun = query_next(c, &q, &f);
	}
	TRY(f);
	*begun = p->begun;
	return FAIL_NONE;
}

const char *anchor_path(struct call *c)
{
	const char *store = store_path(c);
	char name[MAC_HEX];

	if (path_absolute(c, store, &store) != FAIL_NONE)
		fail_forget(c);
	digest_hex(NULL, store, strlen(store), name);
	return arena_printf(&c->arena, "%s/audit/%.16s.anchor", dir_state(c), name);
}

static const char *anchor_text(struct call *c, int64_t seq, const char *mac)
{
	return arena_printf(&c->arena, "%020lld %s", (long long)seq, mac);
}

/* In place and without a sync: after a power cut it names an earlier end, which still has to be
 * there. A synced replacement for each change would double what a change costs. */
static enum fail write_anchor(struct call *c, const char *path, int64_t seq, const char *mac)
{
	const char *text = arena_printf(&c->arena, "%s\n", anchor_text(c, seq, mac));
	FILE_AUTO fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0) {
		TRY(dir_make(c, path_dir(c, path)));
		return file_replace(c, path, text, strlen(text), 0600);
	}
	if (fault_io(EIO) || pwrite(fd, text, strlen(text), 0) != (ssize_t)strlen(text))
		return fail_errno(c, errno, "cannot write %s", path);
	return FAIL_NONE;
}

/* The end noted last, by this process or in the file; seq 0 when there is none. */
static enum fail last_noted(struct call *c, struct anchor *out)
{
	struct policy *p = policy_of(c);
	enum fail f;

	pthread_mutex_lock(&p->lock);
	*out = (struct anchor){.seq = p->noted_seq,
		.mac = arena_strdup(&c->arena, p->noted_mac)};
	pthread_mutex_unlock(&p->lock);
	if (out->seq)
		return FAIL_NONE;
	f = anchor_read(c, NULL, out);
	if (f != FAIL_MISSING)
		return f;
	fail_forget(c);
	return FAIL_NONE;
}

/* Is the row that A names there, or was it removed by audit_prune()? */
static enum fail still_there(struct call *c, const struct anchor *a, bool *there)
{
	const char *mac;
	int64_t cut;
	QUERY_AUTO q;
	enum fail f;

	*there = true;
	if (!a->seq)
		return FAIL_NONE;
	TRY(query_start(c, SQL("select 1 from audit where seq = $1 and mac = $2"),
		PARAMS(a->seq, a->mac), &q));
	if (query_next(c, &q, &f))
		return FAIL_NONE;
	TRY(f);
	TRY(chain_start(c, &cut, &mac));
	*there = a->seq <= cut;
	return FAIL_NONE;
}

static enum fail note(struct call *c, int64_t seq, const char *mac)
{
	struct policy *p = policy_of(c);

	TRY(write_anchor(c, anchor_path(c), seq, mac));
	pthread_mutex_lock(&p->lock);
	p->noted_seq = seq;
	memcpy(p->noted_mac, mac, sizeof p->noted_mac);
	pthread_mutex_unlock(&p->lock);
	return FAIL_NONE;
}

enum fail audit_note(struct call *c)
{
	struct anchor before;
	const char *mac;
	int64_t seq;
	bool there;

	if (!policy_of(c)->seal || store_in_transaction(c))
		return FAIL_NONE;
	TRY(read_end(c, true, &seq, &mac));
	if (!seq)
		return FAIL_NONE;
	TRY(last_noted(c, &before));
	if (before.seq == seq && !strcmp(before.mac, mac))
		return FAIL_NONE;
	/* An end that was cut off stays noted, so that audit_verify() tells. */
	TRY(still_there(c, &before, &there));
	return there ? note(c, seq, mac) : FAIL_NONE;
}

enum fail audit_head(struct call *c, const char **line)
{
	const char *mac;
	int64_t seq;

	TRY(store_open_read(c));
	TRY(read_end(c, true, &seq, &mac));
	*line = seq ? anchor_text(c, seq, mac) : NULL;
	return FAIL_NONE;
}

enum fail audit_anchor(struct call *c, int64_t *sealed, struct audit_row *end, const char **path)
{
	const char *mac;
	int64_t n = 0;

	TRY(store_open(c));
	TRY(policy_secrets(c, true));
	TRY(store_begin(c));
	TRY(store_end(c, seal_rest(c, &mac, &n)));
	*end = (struct audit_row){0};
	TRY(read_end(c, true, &end->seq, &end->mac));
	if (end->seq)
		TRY(note(c, end->seq, end->mac));
	*sealed = n;
	*path = anchor_path(c);
	return FAIL_NONE;
}

static enum fail prune(struct call *c, int64_t before_ms, int64_t *removed)
{
	const char *mac = NULL;
	int64_t seq = 0, end;
	QUERY_AUTO q;
	enum fail f;

	*removed = 0;
	TRY(read_end(c, true, &end, &mac));
	/* The last row that goes: all before it are at least as old, whatever a clock did. */
	TRY(query_start(c, SQL("select seq, mac from audit where seq < $1 and seq <"
		" coalesce((select min(seq) from audit where decided_at >= $2), $1)"
		" order by seq desc limit 1"), PARAMS(end, before_ms), &q));
	if (query_next(c, &q, &f)) {
		seq = query_int(&q, 0);
		mac = query_text(c, &q, 1);
	}
	TRY(f);
	if (!seq || !mac)
		return FAIL_NONE;
	TRY(chain_cut_at(c, seq, mac));
	return store_run(c, SQL("delete from audit where seq <= $1"), PARAMS(seq), removed);
}

enum fail audit_prune(struct call *c, int64_t before_ms, int64_t *removed)
{
	TRY(store_open(c));
	TRY(policy_secrets(c, true));
	TRY(store_begin(c));
	return store_end(c, prune(c, before_ms, removed));
}
