/* The chain: seals of rows, and the way back through them. */
#include "lib/policy/chain.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/os/file.h"
#include "lib/policy/state.h"

#define CUT "audit_cut"

struct audit_row audit_read(struct call *c, struct query *q)
{
	return (struct audit_row){
		.seq = query_int(q, 0),
		.decided_at = query_int(q, 1),
		.n = query_int(q, 2),
		.caller = query_text(c, q, 3),
		.channel = query_text(c, q, 4),
		.operation = query_text(c, q, 5),
		.effect = query_text(c, q, 6),
		.decision = query_text(c, q, 7),
		.outcome = query_text(c, q, 8),
		.hash = query_text(c, q, 9),
		.mac = query_text(c, q, 10),
	};
}

static void add(struct buf *b, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (!text) {
		buf_addc(b, '-');
		return;
	}
	buf_addi(b, (int64_t)len);
	buf_addc(b, ':');
	buf_add(b, text, len);
	buf_addc(b, ',');
}

static void add_number(struct buf *b, int64_t n)
{
	buf_addi(b, n);
	buf_addc(b, ',');
}

static const char *sealed(struct call *c, const struct buf *b)
{
	char *hex = ARENA_NEW(&c->arena, char, MAC_HEX);

	digest_hex(policy_of(c)->seal, b->data, b->len, hex);
	return hex;
}

const char *chain_mac(struct call *c, const char *before, const struct audit_row *r)
{
	struct buf b = buf_in(&c->arena);

	add(&b, before);
	add_number(&b, r->seq);
	add_number(&b, r->decided_at);
	add_number(&b, r->n);
	add(&b, r->caller);
	add(&b, r->channel);
	add(&b, r->operation);
	add(&b, r->effect);
	add(&b, r->decision);
	add(&b, r->outcome);
	add(&b, r->hash);
	return sealed(c, &b);
}

static const char *cut_text(struct call *c, int64_t seq, const char *mac)
{
	struct buf b = buf_in(&c->arena);

	buf_addf(&b, "%lld %s", (long long)seq, mac);
	buf_addf(&b, " %s", sealed(c, &b));
	return b.data;
}

enum fail chain_cut_at(struct call *c, int64_t seq, const char *mac)
{
	return store_run(c, SQL("insert into meta (name, value) values ($1, $2)"
		" on conflict (name) do update set value = excluded.value"),
		PARAMS(CUT, cut_text(c, seq, mac)), NULL);
}

enum fail chain_start(struct call *c, int64_t *seq, const char **mac)
{
	const char *text = NULL, *gap;
	QUERY_AUTO q;
	enum fail f;

	*seq = 0;
	*mac = NULL;
	TRY(query_start(c, SQL("select value from meta where name = $1"), PARAMS(CUT), &q));
	if (query_next(c, &q, &f))
		text = query_text(c, &q, 0);
	TRY(f);
	if (!text)
		return FAIL_NONE;
	*seq = strtoll(text, NULL, 10);
	gap = strchr(text, ' ');
	if (gap && strlen(gap) > MAC_HEX)
		*mac = arena_memdup(&c->arena, gap + 1, MAC_HEX - 1);
	if (!*mac || strcmp(cut_text(c, *seq, *mac), text))
		return fail(c, FAIL_INPUT, "where the record begins was not written by this "
			"program");
	return FAIL_NONE;
}

enum fail anchor_read(struct call *c, const char *path, struct anchor *out)
{
	char *text, *gap;
	enum fail f;
	size_t len;

	out->path = path ? path : anchor_path(c);
	f = file_read(c, out->path, 4096, &text, &len);
	if (f == FAIL_MISSING) {
		fail_forget(c);
		return fail(c, f, "there is no anchor %s: rows at the end may be missing; trae "
			"audit anchor makes the present end the anchor", out->path);
	}
	TRY(f);
	gap = strchr(text, ' ');
	out->seq = strtoll(text, NULL, 10);
	if (!gap || out->seq <= 0 || strlen(gap + 1) < MAC_HEX - 1)
		return fail(c, FAIL_INPUT, "%s is no anchor of an audit record", out->path);
	out->mac = arena_memdup(&c->arena, gap + 1, MAC_HEX - 1);
	return FAIL_NONE;
}

struct walk {
	int64_t seq;
	char mac[MAC_HEX]; /* of the row before; empty: there is none */
	struct anchor anchor;
	bool met; /* the row that the anchor names was passed */
	struct audit_report report;
};

static enum fail step(struct call *c, struct walk *w, const struct audit_row *r)
{
	if (r->seq != w->seq + 1)
		return fail(c, FAIL_INPUT, "rows %lld to %lld of the audit record are missing",
			(long long)w->seq + 1, (long long)r->seq - 1);
	w->seq = r->seq;
	w->report.rows++;
	if (!w->report.first_seq)
		w->report.first_seq = r->seq;
	if (!r->mac) {
		w->report.unsealed++;
		return FAIL_NONE;
	}
	if (w->report.unsealed)
		return fail(c, FAIL_INPUT, "row %lld of the audit record has lost its seal",
			(long long)(r->seq - w->report.unsealed));
	if (strcmp(chain_mac(c, *w->mac ? w->mac : NULL, r), r->mac))
		return fail(c, FAIL_INPUT, "row %lld of the audit record is not as it was written, "
			"or was sealed under another policy-key", (long long)r->seq);
	memcpy(w->mac, r->mac, sizeof w->mac);
	w->report.last_seq = r->seq;
	if (r->seq == w->anchor.seq)
		w->met = !strcmp(r->mac, w->anchor.mac);
	return FAIL_NONE;
}

#define ROWS_AT_ONCE 1000

/* The rows behind AFTER, as many as one read of the store may take; *N are met. */
static enum fail walk_part(struct call *c, struct walk *w, int64_t after, int *n)
{
	QUERY_AUTO q;
	enum fail f;

	*n = 0;
	TRY(query_start(c, SQL(AUDIT_COLUMNS "where seq > $1 order by seq limit $2"),
		PARAMS(after, ROWS_AT_ONCE), &q));
	while (query_next(c, &q, &f)) {
		/* Rows leave no trace in the call's memory, however many there are. */
		struct call row_call = {.policy = c->policy};
		struct audit_row r = audit_read(&row_call, &q);

		f = step(&row_call, w, &r);
		if (f)
			c->why = row_call.why ? arena_strdup(&c->arena, row_call.why) : NULL;
		call_release(&row_call);
		TRY(f);
		++*n;
	}
	return f;
}

/* From where the record begins to its end. *PRUNED: rows that were still to come have been removed
 * meanwhile, and nothing was found. */
static enum fail walk(struct call *c, struct walk *w, int64_t *start, bool *pruned)
{
	int64_t after = 0, start_now;
	const char *mac;
	enum fail f;
	int n;

	TRY(chain_start(c, start, &mac));
	w->seq = *start;
	if (mac)
		memcpy(w->mac, mac, sizeof w->mac);
	do {
		f = walk_part(c, w, after, &n);
		after = w->seq;
	} while (!f && n == ROWS_AT_ONCE);
	if (f != FAIL_INPUT)
		return f;
	TRY(chain_start(c, &start_now, &mac));
	*pruned = start_now != *start;
	return f;
}

enum fail audit_verify(struct call *c, const char *anchor, struct audit_report *out)
{
	struct anchor outside;
	struct walk w;
	bool begun, pruned;
	int64_t start;
	enum fail f;

	TRY(store_open_read(c));
	TRY(audit_begun(c, &begun));
	if (!begun && !anchor && access(anchor_path(c), F_OK))
		return fail(c, FAIL_MISSING, "nothing is recorded yet: the record begins with the "
			"first trae key create or trae serve");
	TRY(policy_secrets(c, false));
	/* First what is outside: the store only grows meanwhile. */
	TRY(anchor_read(c, anchor, &outside));
	do {
		fail_forget(c);
		w = (struct walk){.anchor = outside};
		pruned = false;
		f = walk(c, &w, &start, &pruned);
	} while (pruned);
	TRY(f);
	if (w.anchor.seq > w.report.last_seq)
		return fail(c, FAIL_INPUT, "rows behind %lld of the audit record are missing: %s "
			"names row %lld", (long long)w.report.last_seq, w.anchor.path,
			(long long)w.anchor.seq);
	if (!w.met && w.anchor.seq > start)
		return fail(c, FAIL_INPUT, "row %lld of the audit record is another than the one "
			"that %s names", (long long)w.anchor.seq, w.anchor.path);
	w.report.anchor = w.anchor.path;
	w.report.last_mac = arena_strdup(&c->arena, w.mac);
	*out = w.report;
	return FAIL_NONE;
}

enum fail audit_list(struct call *c, int limit, int64_t before, struct audit_row **out, size_t *n)
{
	struct audit_row *rows = ARENA_NEW(&c->arena, struct audit_row, (size_t)limit);
	size_t count = 0;
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL(AUDIT_COLUMNS "where $1 = 0 or seq < $1 order by seq desc limit $2"),
		PARAMS(before, limit), &q));
	while (query_next(c, &q, &f))
		rows[count++] = audit_read(c, &q);
	TRY(f);
	*out = rows;
	*n = count;
	return FAIL_NONE;
}
