/* Transactions and queries. */
#include "lib/store/store.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "lib/store/handle.h"

static struct prepared *find_prepared(struct store *s, const char *sql)
{
	for (int i = 0; i < s->prepared_count; i++)
		if (s->prepared[i].sql == sql)
			return &s->prepared[i];
	return NULL;
}

/* By name, since SQLite numbers $2 first where it stands first. */
static enum fail find_params(struct call *c, struct prepared *p)
{
	int count = sqlite3_bind_parameter_count(p->statement);

	for (int i = 1; i <= count; i++) {
		const char *name = sqlite3_bind_parameter_name(p->statement, i);
		long number = name && *name == '$' ? strtol(name + 1, NULL, 10) : 0;

		if (number < 1 || number > count || count > STORE_PARAMS)
			return fail(c, FAIL_BUG, "parameters are $1 to $%d, in: %s", STORE_PARAMS,
				p->sql);
		p->place[number - 1] = (unsigned char)i;
	}
	p->params = (unsigned char)count;
	return FAIL_NONE;
}

/* A statement for SQL: the kept one, or one of its own in *OWN when that is running or there is no
 * place to keep it. */
static enum fail take_statement(struct call *c, const char *sql, struct prepared *own,
	struct prepared **out)
{
	struct store *s = c->store;
	struct prepared *kept = find_prepared(s, sql);
	enum fail f;
	int rc;

	if (kept && !kept->running) {
		kept->running = true;
		*out = kept;
		return FAIL_NONE;
	}
	*own = (struct prepared){.sql = sql, .running = true};
	rc = sqlite3_prepare_v3(s->handle.db, sql, -1, SQLITE_PREPARE_PERSISTENT, &own->statement,
		NULL);
	/* A query that names what is not there is wrong, or the store is. */
	if (rc == SQLITE_ERROR)
		TRY(schema_check(c, &s->handle));
	if (rc)
		return handle_fail(c, &s->handle, rc, false);
	f = find_params(c, own);
	if (f) {
		sqlite3_finalize(own->statement);
		return f;
	}
	*out = own;
	if (!kept && s->prepared_count < (int)(sizeof s->prepared / sizeof *s->prepared)) {
		*out = &s->prepared[s->prepared_count++];
		**out = *own;
	}
	return FAIL_NONE;
}

static void give_statement(struct store *s, sqlite3_stmt *statement)
{
	for (int i = 0; i < s->prepared_count; i++) {
		struct prepared *p = &s->prepared[i];

		if (p->statement != statement)
			continue;
		sqlite3_reset(statement);
		sqlite3_clear_bindings(statement);
		p->running = false;
		return;
	}
	sqlite3_finalize(statement);
}

static int bind_one(sqlite3_stmt *statement, int at, const struct param *p)
{
	switch (p->type) {
	case PARAM_INT:
		return sqlite3_bind_int64(statement, at, p->i);
	case PARAM_REAL:
		return sqlite3_bind_double(statement, at, p->r);
	case PARAM_TEXT:
		return p->t ? sqlite3_bind_text(statement, at, p->t, -1, SQLITE_STATIC)
			    : sqlite3_bind_null(statement, at);
	case PARAM_END:
		break;
	}
	return SQLITE_MISUSE;
}

static enum fail bind_all(struct call *c, const struct prepared *p, const struct param *params)
{
	int count = 0;

	while (params[count].type != PARAM_END)
		count++;
	if (count != p->params)
		return fail(c, FAIL_BUG, "%d parameters given to: %s", count, p->sql);
	for (int i = 0; i < count; i++) {
		int rc = bind_one(p->statement, p->place[i], &params[i]);

		if (rc)
			return handle_fail(c, &c->store->handle, rc, false);
	}
	return FAIL_NONE;
}

static enum fail start(struct call *c, const char *sql, const struct param *params,
	sqlite3_stmt **out)
{
	struct prepared own, *p;
	enum fail f;

	if (!c->store)
		return fail(c, FAIL_BUG, "the store is not open");
	TRY(take_statement(c, sql, &own, &p));
	f = bind_all(c, p, params);
	if (!f && (c->dry_run || c->store->read_only) && !sqlite3_stmt_readonly(p->statement))
		f = fail(c, FAIL_BUG, "a call that may only read reached the store with: %s", sql);
	if (f)
		give_statement(c->store, p->statement);
	else
		*out = p->statement;
	return f;
}

/* Runs one of the words that bound a transaction. */
static enum fail bound(struct call *c, const char *sql, bool committing)
{
	struct prepared own, *p;
	enum fail f = FAIL_NONE;
	int rc;

	TRY(take_statement(c, sql, &own, &p));
	rc = sqlite3_step(p->statement);
	if (rc != SQLITE_DONE)
		f = handle_fail(c, &c->store->handle, rc, committing);
	give_statement(c->store, p->statement);
	return f;
}

bool store_in_transaction(const struct call *c)
{
	return c->store && !sqlite3_get_autocommit(c->store->handle.db);
}

static void end_turn(struct store *s)
{
	if (s->turn)
		turn_end();
	s->turn = false;
}

static int64_t changes(const struct store *s)
{
	return sqlite3_total_changes64(s->handle.db) + s->kept_back;
}

static enum fail begin_within(struct call *c)
{
	struct store *s = c->store;

	if (s->depth == STORE_DEPTH)
		return fail(c, FAIL_BUG, "over %d transactions one within another", STORE_DEPTH);
	if (!s->flat)
		TRY(bound(c, "savepoint trae", false));
	s->changes[s->depth++] = changes(s);
	return FAIL_NONE;
}

/* Of transactions in this process, so that none is taken for that of another handle. */
static _Atomic int64_t numbers;

static enum fail take_turn(struct call *c)
{
	struct store *s = c->store;

	end_turn(s); /* of a transaction that SQLite has ended by itself */
	if (!turn_take(s->handle.cancelled)) {
		TRY(call_check(c));
		return fail(c, FAIL_BUSY, "this process has much to write to the store %s; try again",
			s->handle.path);
	}
	s->turn = true;
	s->transaction = atomic_fetch_add(&numbers, 1) + 1;
	s->flat = s->spoiled = s->reserve_there = false;
	return FAIL_NONE;
}

enum fail store_begin(struct call *c)
{
	struct store *s = c->store;
	enum fail f;

	if (!s)
		return fail(c, FAIL_BUG, "the store is not open");
	if (c->dry_run || s->read_only)
		return fail(c, FAIL_BUG, "a call that may only read asked for a write transaction");
	if (store_in_transaction(c))
		return begin_within(c);
	f = take_turn(c);
	if (!f)
		f = log_keep(c);
	/* Moving the log syncs it, and may be what failed. */
	if (!f)
		f = store_mend(c);
	if (!f) {
		handle_give_way(&s->handle);
		f = bound(c, "begin immediate", false);
	}
	if (f)
		end_turn(s);
	else
		s->depth = 1;
	return f;
}

void store_flatten(struct call *c)
{
	c->store->flat = true;
}

int64_t store_flat(const struct call *c)
{
	return store_in_transaction(c) && c->store->flat ? c->store->transaction : 0;
}

void store_keep_back(struct call *c)
{
	c->store->kept_back++;
}

bool store_spoiled(const struct call *c)
{
	return c->store && c->store->spoiled;
}

/* A commit that SQLite has synced lasts no longer than what another handle may have lost before. */
static enum fail lasts(struct call *c)
{
	return c->store->log ? FAIL_NONE : sync_lasts(c, c->store);
}

enum fail store_commit(struct call *c)
{
	enum fail f = FAIL_NONE;

	if (!store_in_transaction(c)) {
		store_rollback(c);
		return fail(c, FAIL_BUG, "no transaction to commit");
	}
	if (c->store->depth == 1)
		f = c->store->spoiled ? fail(c, FAIL_BUG, "a spoiled transaction to commit")
				      : bound(c, "commit", true);
	else if (!c->store->flat)
		f = bound(c, "release savepoint trae", false);
	if (f)
		store_rollback(c);
	else if (!--c->store->depth) {
		end_turn(c->store);
		f = lasts(c);
	}
	return f;
}

void store_rollback(struct call *c)
{
	struct store *s = c->store;

	/* After some failures SQLite has rolled everything back by itself. */
	if (!store_in_transaction(c)) {
		if (s)
			end_turn(s);
		return;
	}
	if (!--s->depth)
		sqlite3_exec(s->handle.db, "rollback", NULL, NULL, NULL);
	else if (!s->flat)
		sqlite3_exec(s->handle.db, "rollback to trae; release trae", NULL, NULL, NULL);
	else if (changes(s) != s->changes[s->depth])
		s->spoiled = true;
	if (!s->depth)
		end_turn(s);
}

enum fail store_end(struct call *c, enum fail f)
{
	if (f == FAIL_NONE)
		return store_commit(c);
	store_rollback(c);
	return f;
}

enum fail store_run(struct call *c, const char *sql, const struct param *params, int64_t *changes)
{
	bool alone = !store_in_transaction(c);
	sqlite3_stmt *statement;
	enum fail f = FAIL_NONE;
	int rc;

	if (c->store && alone)
		TRY(store_mend(c));
	TRY(start(c, sql, params, &statement));
	rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		f = fail(c, FAIL_BUG, "rows nobody reads from: %s", sql);
	else if (rc != SQLITE_DONE)
		f = handle_fail(c, &c->store->handle, rc, alone);
	else if (changes)
		*changes = sqlite3_changes64(c->store->handle.db);
	give_statement(c->store, statement);
	return !f && alone ? lasts(c) : f;
}

enum fail query_start(struct call *c, const char *sql, const struct param *params, struct query *q)
{
	sqlite3_stmt *statement;

	*q = (struct query){0};
	TRY(start(c, sql, params, &statement));
	*q = (struct query){.store = c->store, .statement = statement};
	q->reads = sqlite3_stmt_readonly(statement) && !store_in_transaction(c);
	if (q->reads)
		handle_read_begin(&c->store->handle);
	return FAIL_NONE;
}

bool query_next(struct call *c, struct query *q, enum fail *f)
{
	/* Time that the caller takes between two rows counts as well. */
	int rc = q->reads && handle_read_late(&q->store->handle) ? SQLITE_INTERRUPT
								 : sqlite3_step(q->statement);

	*f = FAIL_NONE;
	if (rc == SQLITE_ROW)
		return true;
	/* A statement that changes rows and returns them commits with its last step. */
	if (rc != SQLITE_DONE)
		*f = handle_fail(c, &q->store->handle, rc,
			!store_in_transaction(c) && !sqlite3_stmt_readonly(q->statement));
	query_end(q);
	return false;
}

void query_end(struct query *q)
{
	if (!q->statement)
		return;
	give_statement(q->store, q->statement);
	if (q->reads)
		handle_read_end(&q->store->handle);
	q->statement = NULL;
}

const char *query_text(struct call *c, struct query *q, int column)
{
	const char *text = (const char *)sqlite3_column_text(q->statement, column);

	if (!text)
		return NULL;
	return arena_memdup(&c->arena, text, (size_t)sqlite3_column_bytes(q->statement, column));
}

int64_t query_int(struct query *q, int column)
{
	return sqlite3_column_int64(q->statement, column);
}

double query_real(struct query *q, int column)
{
	return sqlite3_column_double(q->statement, column);
}

bool query_null(struct query *q, int column)
{
	return sqlite3_column_type(q->statement, column) == SQLITE_NULL;
}
