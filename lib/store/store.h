/* Store: the one SQLite file, and the only room that knows it is one. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/call.h"

/* Pages in the log from which it is moved into the file: by a process that goes on writing, and by
 * one that closes the store. The first process that opens a store reads all of its log again, so
 * short commands leave a short one behind. */
#define STORE_LOG_PAGES 1000
#define STORE_LOG_PAGES_AT_CLOSE 80
/* A log that a reader keeps from being moved takes no more transactions from here on, so that with
 * the last one it stays below 64 MiB. */
#define STORE_LOG_PAGES_MAX 12288

/* Query text is literal: a built string does not compile. It is written in the subset that SQLite
 * 3.40 and PostgreSQL 15 share, parameters $1, $2, ... Every text also lands in the section
 * trae_sql of the object file, from which the tests take all queries of the tree. */
#define SQL(text)                                                                                  \
	(__extension__({                                                                           \
		static const char sql_[] __attribute__((section("trae_sql"))) = "" text;           \
		sql_;                                                                              \
	}))

/* A parameter; PARAMS(a, b, ...) makes the list from C values by type: integers, bool, double,
 * text (NULL is null). At most 24. */
struct param {
	enum { PARAM_END, PARAM_INT, PARAM_REAL, PARAM_TEXT } type;
	union {
		int64_t i;
		double r;
		const char *t;
	};
};
#define PARAM_(x)                                                                                  \
	_Generic((x), bool: param_int, int: param_int, int64_t: param_int, uint32_t: param_int,    \
		size_t: param_int, double: param_real, char *: param_text,                         \
		const char *: param_text)(x)
static inline struct param param_int(int64_t i)
{
	return (struct param){PARAM_INT, {.i = i}};
}
static inline struct param param_real(double r)
{
	return (struct param){PARAM_REAL, {.r = r}};
}
static inline struct param param_text(const char *t)
{
	return (struct param){PARAM_TEXT, {.t = t}};
}
#define PARAMS_1(x) PARAM_(x)
#define PARAMS_2(x, ...) PARAM_(x), PARAMS_1(__VA_ARGS__)
#define PARAMS_3(x, ...) PARAM_(x), PARAMS_2(__VA_ARGS__)
#define PARAMS_4(x, ...) PARAM_(x), PARAMS_3(__VA_ARGS__)
#define PARAMS_5(x, ...) PARAM_(x), PARAMS_4(__VA_ARGS__)
#define PARAMS_6(x, ...) PARAM_(x), PARAMS_5(__VA_ARGS__)
#define PARAMS_7(x, ...) PARAM_(x), PARAMS_6(__VA_ARGS__)
#define PARAMS_8(x, ...) PARAM_(x), PARAMS_7(__VA_ARGS__)
#define PARAMS_9(x, ...) PARAM_(x), PARAMS_8(__VA_ARGS__)
#define PARAMS_10(x, ...) PARAM_(x), PARAMS_9(__VA_ARGS__)
#define PARAMS_11(x, ...) PARAM_(x), PARAMS_10(__VA_ARGS__)
#define PARAMS_12(x, ...) PARAM_(x), PARAMS_11(__VA_ARGS__)
#define PARAMS_13(x, ...) PARAM_(x), PARAMS_12(__VA_ARGS__)
#define PARAMS_14(x, ...) PARAM_(x), PARAMS_13(__VA_ARGS__)
#define PARAMS_15(x, ...) PARAM_(x), PARAMS_14(__VA_ARGS__)
#define PARAMS_16(x, ...) PARAM_(x), PARAMS_15(__VA_ARGS__)
#define PARAMS_17(x, ...) PARAM_(x), PARAMS_16(__VA_ARGS__)
#define PARAMS_18(x, ...) PARAM_(x), PARAMS_17(__VA_ARGS__)
#define PARAMS_19(x, ...) PARAM_(x), PARAMS_18(__VA_ARGS__)
#define PARAMS_20(x, ...) PARAM_(x), PARAMS_19(__VA_ARGS__)
#define PARAMS_21(x, ...) PARAM_(x), PARAMS_20(__VA_ARGS__)
#define PARAMS_22(x, ...) PARAM_(x), PARAMS_21(__VA_ARGS__)
#define PARAMS_23(x, ...) PARAM_(x), PARAMS_22(__VA_ARGS__)
#define PARAMS_24(x, ...) PARAM_(x), PARAMS_23(__VA_ARGS__)
#define PARAMS_PICK(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, name,  \
	...)                                                                                       \
	name
#define PARAMS(...)                                                                                \
	((const struct param[]){                                                                   \
		PARAMS_PICK(__VA_ARGS__, PARAMS_24, PARAMS_23, PARAMS_22, PARAMS_21, PARAMS_20,    \
			PARAMS_19, PARAMS_18, PARAMS_17, PARAMS_16, PARAMS_15, PARAMS_14,          \
			PARAMS_13, PARAMS_12, PARAMS_11, PARAMS_10, PARAMS_9, PARAMS_8, PARAMS_7,  \
			PARAMS_6, PARAMS_5, PARAMS_4, PARAMS_3, PARAMS_2, PARAMS_1)(__VA_ARGS__),  \
		{PARAM_END, {0}}})
#define NO_PARAMS ((const struct param[]){{PARAM_END, {0}}})

/* Where the store is: store_path of C, or $XDG_DATA_HOME/trae/trae.db. */
const char *store_path(struct call *c);

/* Opens the store of C on first use, into c->store: makes folder (0700) and file (0600) when
 * absent, runs the migrations that are missing, each in one transaction. FAIL_DENIED when file or
 * folder are links, belong to someone else or give others any right; FAIL_INPUT when the file is no
 * database, belongs to another program or was made by a newer version; FAIL_BUSY when a lock cannot
 * be had in 10 s. In a dry run it is store_open_read(). */
enum fail store_open(struct call *c);

/* As store_open, but FAIL_MISSING instead of making or filling a store, FAIL_CONFIG instead of
 * migrating one, and no writes. */
enum fail store_open_read(struct call *c);

/* For a process that ends now: what closing does for those who come later, a long log shortened,
 * and no more. Locks, files and memory go with the process. */
void store_leave(struct call *c);

/* Before new work is taken: sees to it that beside the open store there is space to spare for what
 * ends work or frees space when the disk is full. FAIL_FULL when there is none. */
enum fail store_reserve(struct call *c);

/* A write transaction (BEGIN IMMEDIATE); FAIL_BUSY also when a reader has kept the log from being
 * moved for so long that it is at its limit. store_commit() ends it also when it fails: FAIL_UNKNOWN
 * means what it says, the rows may or may not be there; after any other failure they are not. One
 * within another is kept or given up alone, and lasts when the outermost is committed. In a dry run
 * every store_begin() is refused as a defect: what asks for one must not reach it. */
enum fail store_begin(struct call *c);
enum fail store_commit(struct call *c);
void store_rollback(struct call *c);

/* In the open transaction: those within it from here on have no place of their own to go back to,
 * which costs a third of a short one. When one that changed rows is given up, the whole is spoiled:
 * store_commit() refuses it, and the caller rolls back and does everything again without this. */
void store_flatten(struct call *c);
/* A number of the open transaction when it was flattened: what was read in it stands until the same
 * thread changes it. 0: there is none. */
int64_t store_flat(const struct call *c);

/* A change is kept back, to be written before the commit: who gives up a transaction in between has
 * changed something. */
void store_keep_back(struct call *c);
bool store_spoiled(const struct call *c);

/* From here on commits of the open store do not wait for the disk: whoever commits calls
 * store_sync() before anybody is told, so that a server's next changes are made meanwhile. Whoever
 * only reads may see a change before it lasts; what is built on it lasts only with it. */
enum fail store_sync_apart(struct call *c);

/* Waits until all that was committed to S before is on disk; from any thread. FAIL_UNKNOWN when the
 * disk fails, and from then on for every commit of this process, until store_mend() has done its
 * work. */
enum fail store_sync(struct call *c, struct store *s);

/* Whether one failed, and nothing that was committed since may be told. */
bool store_unsure(void);

/* Where a sync failed: moves the log of the open store into its file and begins it anew, so that
 * nothing builds on what may be missing. Each store_begin() does it first; FAIL_BUSY while others
 * read or write. */
enum fail store_mend(struct call *c);

/* Ends the innermost transaction by F: commits for FAIL_NONE, else rolls back and returns F. */
enum fail store_end(struct call *c, enum fail f);

bool store_in_transaction(const struct call *c);

/* Runs one statement that gives no rows; *CHANGES (may be NULL) is how many rows it changed. A
 * unique or check constraint that refuses is FAIL_CONFLICT. Outside a transaction it is one of its
 * own. */
enum fail store_run(struct call *c, const char *sql, const struct param *params, int64_t *changes);

/* A running query; outside a transaction it fails with FAIL_BUSY when it takes over 5 s, the caller's
 * work between two rows included, since it keeps the log from being moved. Declare it with
 * QUERY_AUTO, then
 *     TRY(query_start(c, SQL("select id, size from file where state = $1"), PARAMS(s), &q));
 *     while (query_next(c, &q, &f)) ... query_text(&q, 0) ... query_int(&q, 1) ...
 *     TRY(f); */
struct query {
	struct store *store;
	void *statement;
	bool reads; /* outside a transaction */
};
void query_end(struct query *q);
#define QUERY_AUTO __attribute__((cleanup(query_end))) struct query
enum fail query_start(struct call *c, const char *sql, const struct param *params, struct query *q);
/* True with a row; false at the end or with *F set. */
bool query_next(struct call *c, struct query *q, enum fail *f);
/* Columns from 0. Text is copied into C's arena by query_text; NULL for null. */
const char *query_text(struct call *c, struct query *q, int column);
int64_t query_int(struct query *q, int column);
double query_real(struct query *q, int column);
bool query_null(struct query *q, int column);

/* Moves pages from the log into the file, under a held write lock (a checkpoint without it can
 * lose commits in SQLite before 3.51.3); a no-op while another process holds the lock. *LEFT (may
 * be NULL) is the pages of the log not moved. */
enum fail store_checkpoint(struct call *c, int64_t *left);

/* Gives space back that removed rows left, when it is a quarter of the file and a mebibyte at least;
 * *FREED_BYTES (0: it was not worth it). Writes the whole file anew. */
enum fail store_shrink(struct call *c, int64_t *freed_bytes);

/* Copies the whole store into a new file PATH with the online backup interface, synced; writers go
 * on meanwhile. FAIL_CONFLICT when PATH exists; after a failure it does not. */
enum fail store_backup(struct call *c, const char *path);

/* Opens the database file PATH read-only and looks for damage: that it is a store of this program,
 * integrity_check, foreign keys, and that its tables are exactly those of its schema version.
 * FAIL_INPUT says what is wrong. */
enum fail store_verify(struct call *c, const char *path);

/* The schema version of the database file PATH, and the rows of its tables by name. */
#define STORE_TABLES 64
struct store_summary {
	int64_t schema;
	size_t tables;
	struct {
		const char *name;
		int64_t rows;
	} table[STORE_TABLES];
};
enum fail store_summarise(struct call *c, const char *path, struct store_summary *out);

/* Closes the store of C, keeps it in the folder KEEP, and gives it the contents of the database
 * file COPY. A store that works is copied to KEEP/store.db, KEPT(c, DATA) is called (where not
 * NULL; its failure ends the attempt), and then it is overwritten within one transaction. The files
 * of a damaged store are moved to KEEP and the new one is renamed into place; with no store KEEP
 * stays as it was. FAIL_BUSY while another process has the store open; FAIL_UNKNOWN when it may or
 * may not have been replaced: doing it again is safe. */
enum fail store_replace(struct call *c, const char *copy, const char *keep,
	enum fail (*kept)(struct call *c, void *data), void *data);

/* What doctor shows: version of SQLite linked, of the schema, of the newest schema known here,
 * bytes of file and log, true when that SQLite has the WAL-reset defect. The schema is 0 while the
 * store of C is not open. */
struct store_facts {
	const char *engine, *path;
	int64_t schema, newest_schema, file_bytes, log_bytes;
	bool wal_reset_defect;
};
enum fail store_facts(struct call *c, struct store_facts *out);

/* True when SQLite of this version number (3040001 is 3.40.1) has the WAL-reset defect. */
bool store_wal_reset_defect(int version);

/* The migrations embedded in the program, in order, as text for ENGINE ("sqlite", "postgres"):
 * column words (@id, @time, @json, ...) expanded. NULL behind the last. */
const char *store_migration(struct call *c, int number, const char *engine, const char **name);

#endif
