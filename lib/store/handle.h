/* What the files of lib/store share: a handle of SQLite with this program's settings. */
#ifndef STORE_HANDLE_H
#define STORE_HANDLE_H

#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/call.h"

/* How long a lock is waited for. */
#define STORE_WAIT_MS 10000

/* How long a read outside a transaction may last: while it does, the log cannot be moved. */
#define STORE_READ_MS 5000

/* One connection. It must not move in memory while it is open. */
struct handle {
	sqlite3 *db;
	const char *path;
	volatile sig_atomic_t *cancelled;
	int64_t busy_since_us;
	int reading;           /* queries that read outside a transaction */
	int64_t read_until_us; /* when the first of them has to have ended */
	bool contended; /* had to wait for a lock since it last gave way */
	uint64_t random;
	bool full; /* the last failure was a full disk */
};

#define STORE_DEPTH 8
#define STORE_PARAMS 24
struct prepared {
	const char *sql; /* the literal itself: compared by address */
	sqlite3_stmt *statement;
	bool running;
	unsigned char params, place[STORE_PARAMS]; /* where SQLite has $1, $2, ... */
};

struct store {
	struct handle handle;
	bool read_only;
	int64_t transaction; /* number of the last outermost one */
	int depth;      /* transactions open, one within another */
	bool turn;      /* this thread's, until the outermost has ended */
	bool flat;      /* those within have no place to go back to */
	bool spoiled;   /* one of them should have been given up */
	int64_t changes[STORE_DEPTH]; /* made by this handle when each began */
	int64_t kept_back;  /* changes that are written as the last of the transaction */
	bool reserve_there; /* seen in this transaction */
	sqlite3_file *log;  /* what store_sync() syncs; NULL: each commit does */
	pthread_mutex_t syncing; /* held while the log is synced or moved, where there is a LOG */
	atomic_bool owed;   /* something was committed since the last sync began */
	int log_pages;  /* pages in the log after the last commit of this handle */
	int log_kept;   /* pages that a reader kept in the log when it was last moved */
	bool log_sized; /* log_pages was compared with the size of the file */
	int open_lock;  /* held shared while the store is open */
	int prepared_count;
	struct prepared prepared[192];
};

/* Opens PATH with FLAGS of sqlite3_open_v2() and every setting that a handle of this program has:
 * the jittered busy handler first, then FULL sync, no memory map, no automatic checkpoint, none on
 * close, a defensive schema. */
enum fail handle_open(struct call *c, const char *path, int flags, struct handle *h);
void handle_close(struct handle *h);
#define HANDLE_AUTO __attribute__((cleanup(handle_close))) struct handle

/* Before a transaction that writes: when H had to wait for the last one, lets those try who wait
 * now. The process that runs would take the lock again before any of them wakes. */
void handle_give_way(struct handle *h);

/* The turn of this thread to write, before it asks SQLite for the lock; false when it did not come
 * within STORE_WAIT_MS, or *CANCELLED (may be NULL) was set. */
bool turn_take(const volatile sig_atomic_t *cancelled);
void turn_end(void);

/* A query begins and ends to read outside a transaction; true when reading has lasted too long. */
void handle_read_begin(struct handle *h);
void handle_read_end(struct handle *h);
bool handle_read_late(const struct handle *h);

/* Runs statements that give no rows of interest. */
enum fail handle_exec(struct call *c, struct handle *h, const char *sql);

/* The first column of the first row of SQL, 0 when there is none. */
enum fail handle_number(struct call *c, struct handle *h, const char *sql, int64_t *out);

/* The failure for SQLite's result RC of H. COMMITTING: it came while a transaction was committed,
 * so that an I/O failure leaves open whether it happened. */
enum fail handle_fail(struct call *c, struct handle *h, int rc, bool committing);

/* Before SQLite is used: where it takes its memory from. */
void memory_set_up(void);

/* Name of the VFS that every handle uses. The first call sets SQLite up for this process. */
const char *vfs_name(void);

/* Sees to it that a full disk costs the reserve before it fails a write through VFS, SQLite's own. */
void reserve_watch(sqlite3_vfs *vfs);

/* True while the reserve that this process gave up is not there again. */
bool reserve_given(void);

/* Before a write transaction: moves a long log; FAIL_BUSY when it is at its limit and a reader
 * keeps it from being moved. */
enum fail log_keep(struct call *c);

/* A sync failed in this process: the log may lack what was written to it. */
void sync_failed(void);

/* FAIL_UNKNOWN where one did and the log was not begun anew since. */
enum fail sync_lasts(struct call *c, const struct store *s);

/* Moves the log of S into the file, and with RESTART begins it anew by a commit that changes
 * nothing. A failure only leaves that to the next one who tries. */
void log_shorten(struct store *s, bool restart);

/* Marks a file as a store of this program (PRAGMA application_id): "trae". */
#define STORE_APPLICATION 0x74726165

/* The statement that gives a store this mark: changes nothing in a file that has it. */
const char *migrate_mark(struct call *c);

/* Number of the newest migration in this program. */
int migrate_newest(void);

/* Refuses a file that another program or a newer version made; *VERSION is its schema, 0 when it
 * is empty. */
enum fail migrate_version(struct call *c, struct handle *h, int64_t *version);

/* Brings H to the newest schema, alone among all processes, each migration in one transaction. */
enum fail migrate_run(struct call *c, struct handle *h);

/* Runs the migrations up to VERSION on H, which need not be a store. */
enum fail migrate_apply(struct call *c, struct handle *h, int64_t from, int64_t version);

/* FAIL_INPUT when tables, indexes and triggers of H are not exactly those that the migrations make
 * up to its version. */
enum fail schema_check(struct call *c, struct handle *h);

/* Copies all of FROM over TO, in one transaction of TO. */
enum fail copy_pages(struct call *c, struct handle *from, struct handle *to);

/* Writes a copy of FROM to the new file PATH: one file, in journal mode DELETE, so that it can be
 * opened later without files beside it. */
enum fail copy_to(struct call *c, struct handle *from, const char *path);

/* Removes the database file PATH and what SQLite keeps beside it. */
void copy_remove(struct call *c, const char *path);

#endif
