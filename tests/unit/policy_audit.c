/* The record of decisions: that it is kept, and that no change to it goes unseen. */
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/policy/audit.h"
#include "lib/policy/chain.h"
#include "lib/policy/state.h"
#include "tests/unit/policy_home.h"

#define ROWS 60
#define CHANGES 1000

static void append(struct call *c, const char *operation)
{
	const struct audit_row row = {.decided_at = clock_now_ms(), .n = 1, .caller = "abc",
		.channel = "http", .operation = operation, .effect = "write", .decision = "allowed",
		.outcome = "ok", .hash = "00"};

	CHECK_OK(store_begin(c));
	CHECK_OK(store_end(c, audit_append(c, &row)));
	CHECK_OK(audit_note(c));
}

static void with_rows(struct call *c, int n)
{
	with_policy(c);
	for (int i = 0; i < n; i++)
		append(c, arena_printf(&c->arena, "task %d", i));
}

/* What somebody does first who can write the file itself. */
static void unguard(struct call *c)
{
	CHECK_OK(store_run(c, SQL("drop trigger audit_unchanged"), NO_PARAMS, NULL));
	CHECK_OK(store_run(c, SQL("drop trigger audit_undeleted"), NO_PARAMS, NULL));
}

/* One statement so, and the triggers are there again. */
static void unguarded(struct call *c, const char *statement)
{
	const char *const names[] = {"audit_unchanged", "audit_undeleted"};
	const char *made[2];

	for (int i = 0; i < 2; i++)
		made[i] = ask(c, c->store_path, arena_printf(&c->arena, "select sql from"
			" sqlite_schema where name = '%s'", names[i]));
	unguard(c);
	CHECK_OK(store_run(c, statement, NO_PARAMS, NULL));
	for (int i = 0; i < 2; i++)
		CHECK_OK(store_run(c, made[i], NO_PARAMS, NULL));
}

static bool verifies(struct call *c)
{
	struct audit_report report;
	enum fail f = audit_verify(c, NULL, &report);

	CHECK(f == FAIL_NONE || f == FAIL_INPUT || f == FAIL_MISSING);
	CHECK((c->why != NULL) == (f != FAIL_NONE));
	fail_forget(c);
	return f == FAIL_NONE;
}

static unsigned dice(unsigned sides)
{
	unsigned n;

	random_bytes(&n, sizeof n);
	return n % sides;
}

static const char *edit(struct call *c)
{
	static const char *const changes[] = {"caller = caller || 'x'", "channel = 'shell'",
		"operation = 'task -'", "effect = 'read'", "decision = 'denied'", "outcome = null",
		"outcome = 'internal'", "arguments_hash = null", "arguments_hash = '01'",
		"n = n + 1", "decided_at = decided_at + 1",
		"mac = substr(mac, 2) || substr(mac, 1, 1)",
		"mac = null", "operation = operation || ','", "seq = seq + 1000"};

	return arena_printf(&c->arena, "update audit set %s where seq = %u",
		changes[dice(sizeof changes / sizeof *changes)], dice(ROWS) + 1);
}

static const char *removal(struct call *c)
{
	unsigned from = dice(ROWS) + 1, to = from + dice(3);

	return arena_printf(&c->arena, "delete from audit where seq between %u and %u", from, to);
}

static const char *reordering(struct call *c)
{
	unsigned a = dice(ROWS) + 1, b = dice(ROWS - 1) + 1;

	b += b >= a;
	CHECK_OK(store_run(c, arena_printf(&c->arena, "update audit set seq = -seq where seq in"
		" (%u, %u)", a, b), NO_PARAMS, NULL));
	return arena_printf(&c->arena, "update audit set seq = %u + seq where seq < 0", a + b);
}

static const char *truncation(struct call *c)
{
	switch (dice(3)) {
	case 0:
		return arena_printf(&c->arena, "delete from audit where seq > %u", dice(ROWS));
	case 1:
		return arena_printf(&c->arena, "delete from audit where seq <= %u", dice(ROWS) + 1);
	default:
		return arena_printf(&c->arena, "update audit set mac = null where seq > %u",
			dice(ROWS));
	}
}

static const char *addition(struct call *c)
{
	return arena_printf(&c->arena, "insert into audit select %d, decided_at, caller, channel,"
		" operation, effect, decision, outcome, arguments_hash, n, mac from audit"
		" where seq = %u", ROWS + 1, dice(ROWS) + 1);
}

TEST(a_thousand_changes_are_all_seen)
{
	static const char *(*const kinds[])(struct call *) = {edit, removal, reordering, truncation,
		addition};
	int seen = 0;

	with_rows(c, ROWS);
	unguard(c);
	CHECK(verifies(c));
	for (int i = 0; i < CHANGES; i++) {
		const char *change;
		int64_t changed = 0;

		CHECK_OK(store_begin(c));
		change = kinds[dice(sizeof kinds / sizeof *kinds)](c);
		CHECK_OK(store_run(c, change, NO_PARAMS, &changed));
		CHECK(changed > 0);
		if (verifies(c))
			printf("# not seen: %s\n", change);
		else
			seen++;
		store_rollback(c);
	}
	CHECK(seen == CHANGES);
	/* Control: without a change nothing is seen. */
	CHECK(verifies(c));
}

TEST(the_store_itself_refuses_changes)
{
	static const char *const ways[] = {
		"update audit set operation = 'x' where seq = 4",
		"update audit set mac = null where seq = 10", "update audit set seq = 11 where seq = 10",
		"update audit set n = 2", "delete from audit where seq = 10", "delete from audit"};
	const char *line;

	with_rows(c, 10);
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		CHECK(store_run(c, ways[i], NO_PARAMS, NULL) == FAIL_CONFLICT);
		CHECK(strstr(c->why, "audit record"));
		fail_forget(c);
	}
	CHECK(verifies(c));
	CHECK_OK(audit_head(c, &line));
	CHECK(strtoll(line, NULL, 10) == 10 && strlen(line) == 20 + 1 + 64);
	/* Control: without its triggers it does not. */
	unguard(c);
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		CHECK_OK(store_begin(c));
		CHECK_OK(store_run(c, ways[i], NO_PARAMS, NULL));
		store_rollback(c);
	}
}

TEST(only_the_seal_tells_a_change)
{
	struct audit_row end;
	const char *path;
	int64_t sealed;

	with_rows(c, 10);
	unguard(c);
	CHECK_OK(store_run(c, SQL("update audit set operation = 'x' where seq = 4"), NO_PARAMS,
		NULL));
	CHECK(!verifies(c));
	/* Control: who has the seal can make it good. */
	CHECK_OK(store_run(c, SQL("update audit set mac = null where seq > 3"), NO_PARAMS, NULL));
	CHECK_OK(audit_anchor(c, &sealed, &end, &path));
	CHECK(sealed == 7 && end.seq == 10);
	CHECK(verifies(c));
	/* And under another key it is somebody else's record. */
	secret_free(&policy_of(c)->seal);
	policy_of(c)->seal = secret_from("another key of thirty-two bytes.", 32);
	CHECK(!verifies(c));
}

TEST(a_record_without_its_anchor_is_not_believed)
{
	struct audit_report report;
	struct audit_row end;
	const char *path;
	int64_t sealed;

	with_rows(c, 5);
	path = anchor_path(c);
	CHECK(!unlink(path));
	CHECK(audit_verify(c, NULL, &report) == FAIL_MISSING);
	fail_forget(c);
	CHECK_OK(audit_anchor(c, &sealed, &end, &path));
	CHECK_OK(audit_verify(c, path, &report));
	CHECK(report.rows == 5 && report.last_seq == 5 && !report.unsealed);
	CHECK(mode_of(path) == 0600);
}

TEST(an_end_that_was_cut_off_is_missed_also_after_more_rows)
{
	with_rows(c, 10);
	unguard(c);
	CHECK_OK(store_run(c, SQL("delete from audit where seq > 7"), NO_PARAMS, NULL));
	CHECK(!verifies(c));
	for (int i = 0; i < 5; i++)
		append(c, "task submit");
	CHECK(!verifies(c));
	/* Another process finds the same in the file. */
	policy_of(c)->noted_seq = 0;
	append(c, "task submit");
	CHECK(!verifies(c));
}

TEST(rows_of_processes_without_the_seal_are_sealed_by_the_next_that_has_it)
{
	struct secret *seal;
	struct audit_report report;

	with_rows(c, 3);
	seal = policy_of(c)->seal;
	policy_of(c)->seal = NULL;
	for (int i = 0; i < 300; i++)
		append(c, "config set");
	policy_of(c)->seal = seal;
	CHECK_OK(audit_verify(c, NULL, &report));
	CHECK(report.rows == 303 && report.unsealed == 300 && report.last_seq == 3);
	append(c, "task submit");
	CHECK_OK(audit_verify(c, NULL, &report));
	CHECK(report.rows == 304 && !report.unsealed && report.last_seq == 304);
}

TEST(a_pruned_record_still_verifies_and_a_cut_one_does_not)
{
	int64_t removed, sealed;
	struct audit_row end;
	const char *path;

	with_rows(c, 20);
	unguarded(c, "update audit set mac = null");
	unguarded(c, "update audit set decided_at = 5 where seq <= 8");
	append(c, "task submit");
	CHECK(!verifies(c)); /* the anchor names a row that was sealed otherwise */
	append(c, "task submit");
	CHECK(!verifies(c)); /* and it stays */
	CHECK_OK(audit_anchor(c, &sealed, &end, &path));
	CHECK(verifies(c));
	CHECK_OK(audit_prune(c, 1000, &removed));
	CHECK(removed == 8 && verifies(c));
	CHECK_OK(audit_prune(c, 1000, &removed));
	CHECK(removed == 0);
	CHECK_OK(audit_prune(c, INT64_MAX, &removed));
	CHECK(removed == 13 && verifies(c));
	append(c, "task submit");
	append(c, "task submit");
	CHECK(verifies(c));
	/* The same by somebody who has the store but not the seal. */
	CHECK_OK(store_begin(c));
	CHECK_OK(store_run(c, SQL("update meta set value = (select seq || ' ' || mac ||"
		" substr(value, -65) from audit where seq = 22) where name ="
		" 'audit_cut'"), NO_PARAMS, NULL));
	CHECK_OK(store_run(c, SQL("delete from audit where seq <= 22"), NO_PARAMS, NULL));
	CHECK(!verifies(c));
	store_rollback(c);
	CHECK(verifies(c));
}

static enum fail gate(struct call *c, struct policy_ask *a, enum fail f)
{
	a->lock = -1;
	a->args = json_keep(c, json_object());
	a->opened = false;
	a->key = a->lock_path = NULL;
	policy_look(c, a);
	TRY(policy_who(c, a));
	if (policy_effect(c, a) != FAIL_NONE)
		return policy_audit(c, a, FAIL_DENIED, NULL);
	TRY(policy_key(c, a));
	if (a->atomic && a->effect != EFFECT_READ)
		CHECK_OK(store_run(c, SQL("insert into counter (name, n) values ($1, 1)"
			" on conflict (name) do update set n = counter.n + 1"),
			PARAMS(a->operation), NULL));
	return policy_audit(c, a, f, json_keep(c, json_array()));
}

static const char *row_of(struct call *c, const char *operation)
{
	return ask(c, c->store_path, arena_printf(&c->arena, "select coalesce(group_concat(decision"
		" || ' ' || coalesce(outcome, '-') || ' ' || n), 'none') from audit"
		" where operation = '%s'", operation));
}

TEST(what_is_recorded_of_calls)
{
	const struct caller who = {.id = "abc", .name = "x", .role = ROLE_OPERATOR};
	struct policy_ask read = {.operation = "task list", .effect = EFFECT_READ};
	struct policy_ask write = {.operation = "task submit", .effect = EFFECT_WRITE,
		.atomic = true};
	struct policy_ask send = {.operation = "mail send", .effect = EFFECT_SEND};

	with_policy(c);
	c->caller = &who;
	c->channel = CHANNEL_HTTP;
	for (int i = 0; i < 5; i++)
		CHECK_OK(gate(c, &read, FAIL_NONE));
	CHECK_OK(gate(c, &write, FAIL_NONE));
	CHECK(gate(c, &write, FAIL_CONFLICT) == FAIL_CONFLICT);
	CHECK(gate(c, &send, FAIL_NONE) == FAIL_DENIED);
	fail_forget(c);
	/* The row of a change is there with it, that of a failure without. */
	CHECK_TEXT(row_of(c, "task submit"), "allowed ok 1,allowed conflict 1");
	CHECK_TEXT(ask(c, c->store_path, "select n from counter where name = 'task submit'"), "1");
	CHECK_TEXT(row_of(c, "mail send"), "denied denied 1");
	CHECK_TEXT(row_of(c, "task list"), "none");
	CHECK_OK(policy_flush(c, true));
	CHECK_TEXT(row_of(c, "task list"), "allowed - 5");
	CHECK(verifies(c));
}

TEST(the_owner_alone_is_not_recorded)
{
	struct policy_ask write = {.operation = "task submit", .effect = EFFECT_WRITE,
		.atomic = true};

	with_store(c);
	CHECK_OK(gate(c, &write, FAIL_NONE));
	CHECK_TEXT(ask(c, c->store_path, "select count(*) from audit"), "0");
	CHECK_TEXT(ask(c, c->store_path, "select n from counter where name = 'task submit'"), "1");
}
