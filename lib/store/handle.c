/* Handles of SQLite: their settings, waiting for locks, and what their errors mean. */
#include "lib/store/handle.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"

/* How long a process waits between two tries for a lock, at most: at first, and after some
 * milliseconds; and how long it lets others try before it asks again. */
#define WAIT_US 1200
#define WAIT_LEAST_US 100
#define GIVE_WAY_US 100

static useconds_t random_below(struct handle *h, int64_t limit)
{
	if (!h->random)
		random_bytes(&h->random, sizeof h->random);
	h->random ^= h->random << 13;
	h->random ^= h->random >> 7;
	h->random ^= h->random << 17;
	return (useconds_t)(h->random % (uint64_t)limit);
}

/* Waits a random time, shorter the longer this one has waited: who waits longest asks most often.
 * Under busy_timeout, whose steps grow, the newest are served first and others starve. */
static int wait_busy(void *arg, int count)
{
	struct handle *h = arg;
	int64_t now_us = clock_boot_us(), span_us;

	if (!count)
		h->busy_since_us = now_us;
	if (now_us - h->busy_since_us >= STORE_WAIT_MS * 1000 || (h->cancelled && *h->cancelled))
		return 0;
	h->contended = true;
	span_us = WAIT_US - (now_us - h->busy_since_us) / 6;
	usleep(50 + random_below(h, span_us > WAIT_LEAST_US ? span_us : WAIT_LEAST_US));
	return 1;
}

void handle_give_way(struct handle *h)
{
	if (h->contended)
		usleep(random_below(h, GIVE_WAY_US));
	h->contended = false;
}

/* Between the instructions of a statement: within one step, too, a read does not last for ever. */
#define INSTRUCTIONS_BETWEEN_LOOKS 10000
static int look_at_clock(void *arg)
{
	return handle_read_late(arg);
}

void handle_read_begin(struct handle *h)
{
	if (h->reading++)
		return;
	h->read_until_us = clock_boot_us() + STORE_READ_MS * 1000;
	sqlite3_progress_handler(h->db, INSTRUCTIONS_BETWEEN_LOOKS, look_at_clock, h);
}

void handle_read_end(struct handle *h)
{
	if (!--h->reading)
		sqlite3_progress_handler(h->db, 0, NULL, NULL);
}

bool handle_read_late(const struct handle *h)
{
	return h->reading && sqlite3_get_autocommit(h->db) && clock_boot_us() >= h->read_until_us;
}

static const struct {
	int id, value;
} limits[] = {
	{SQLITE_LIMIT_LENGTH, 64 << 20},
	{SQLITE_LIMIT_SQL_LENGTH, 100000},
	{SQLITE_LIMIT_COLUMN, 100},
	{SQLITE_LIMIT_EXPR_DEPTH, 100},
	{SQLITE_LIMIT_COMPOUND_SELECT, 10},
	{SQLITE_LIMIT_ATTACHED, 1}, /* VACUUM attaches one */
	{SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
	{SQLITE_LIMIT_VARIABLE_NUMBER, 100},
	{SQLITE_LIMIT_TRIGGER_DEPTH, 10},
}, switches[] = {
	{SQLITE_DBCONFIG_ENABLE_FKEY, 1},
	{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
	{SQLITE_DBCONFIG_DEFENSIVE, 1},
	{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
	{SQLITE_DBCONFIG_DQS_DML, 0},
	{SQLITE_DBCONFIG_DQS_DDL, 0},
	{SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
	/* Else a statement whose plan looked at a parameter is prepared anew for each value. */
	{SQLITE_DBCONFIG_ENABLE_QPSG, 1},
};

static int set_up(struct handle *h)
{
	sqlite3_int64 no_map = 0;
	int keep_log = 1, rc = SQLITE_OK;

	sqlite3_extended_result_codes(h->db, 1);
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		sqlite3_limit(h->db, limits[i].id, limits[i].value);
	for (size_t i = 0; i < sizeof switches / sizeof *switches && !rc; i++)
		rc = sqlite3_db_config(h->db, switches[i].id, switches[i].value, NULL);
	sqlite3_wal_autocheckpoint(h->db, 0);
	sqlite3_file_control(h->db, "main", SQLITE_FCNTL_MMAP_SIZE, &no_map);
	sqlite3_file_control(h->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep_log);
	return rc ? rc
		  : sqlite3_exec(h->db,
			    "pragma synchronous=full; pragma temp_store=memory;"
			    "pragma cell_size_check=on; pragma journal_size_limit=16777216",
			    NULL, NULL, NULL);
}

enum fail handle_open(struct call *c, const char *path, int flags, struct handle *h)
{
	enum fail f;
	int rc;

	*h = (struct handle){.path = path, .cancelled = c->cancelled};
	rc = sqlite3_open_v2(path, &h->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
		vfs_name());
	/* Before anything else: even opening meets SQLITE_BUSY while the last user closes. */
	if (!rc)
		rc = sqlite3_busy_handler(h->db, wait_busy, h);
	if (!rc)
		rc = set_up(h);
	if (!rc)
		return FAIL_NONE;
	f = handle_fail(c, h, rc, false);
	handle_close(h);
	return f;
}

void handle_close(struct handle *h)
{
	sqlite3_close_v2(h->db);
	h->db = NULL;
}

enum fail handle_exec(struct call *c, struct handle *h, const char *sql)
{
	int rc = sqlite3_exec(h->db, sql, NULL, NULL, NULL);

	return rc ? handle_fail(c, h, rc, false) : FAIL_NONE;
}

enum fail handle_number(struct call *c, struct handle *h, const char *sql, int64_t *out)
{
	sqlite3_stmt *statement = NULL;
	int64_t number = 0;
	int rc = sqlite3_prepare_v2(h->db, sql, -1, &statement, NULL);

	if (!rc && sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	if (!rc)
		rc = sqlite3_finalize(statement);
	if (rc)
		return handle_fail(c, h, rc, false);
	*out = number;
	return FAIL_NONE;
}

/* True when the file of H, opened afresh, is a whole database: one read error can look like
 * damage, and a store must not be given up for it. */
static bool whole_after_all(const struct handle *damaged)
{
	struct handle h = {.path = damaged->path};
	sqlite3_stmt *statement = NULL;
	bool whole = false;

	if (!sqlite3_open_v2(h.path, &h.db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, vfs_name())
		&& !sqlite3_busy_handler(h.db, wait_busy, &h)
		&& !sqlite3_prepare_v2(h.db, "pragma quick_check(1)", -1, &statement, NULL)
		&& sqlite3_step(statement) == SQLITE_ROW)
		whole = !sqlite3_stricmp((const char *)sqlite3_column_text(statement, 0), "ok");
	sqlite3_finalize(statement);
	handle_close(&h);
	return whole;
}

static enum fail fail_damaged(struct call *c, const struct handle *h, int rc)
{
	if (whole_after_all(h))
		return fail(c, FAIL_IO, "the store %s could not be read, but is whole: try again",
			h->path);
	if ((rc & 0xff) == SQLITE_NOTADB)
		return fail(c, FAIL_INPUT,
			"%s is not a database: give another store.path, or restore a backup "
			"with trae backup restore", h->path);
	return fail(c, FAIL_INPUT,
		"the store %s is damaged: restore a backup with trae backup restore", h->path);
}

/* What the system said last about the log or, without one, the journal. sqlite3_system_errno()
 * is asked too late: rolling back has made other calls by then. */
static int log_errno(struct handle *h)
{
	sqlite3_file *log = NULL;
	int err = 0;

	if (!sqlite3_file_control(h->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) && log &&
		log->pMethods)
		log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &err);
	return err;
}

static enum fail fail_io(struct call *c, struct handle *h, int rc, bool committing)
{
	int err = rc == SQLITE_IOERR_WRITE ? log_errno(h) : 0;

	/* A limit on file sizes or a quota is a full disk to SQLite's caller, not to SQLite. */
	h->full = err == ENOSPC || err == EFBIG || err == EDQUOT;
	if (h->full)
		return fail(c, FAIL_FULL, "no space left for the store %s", h->path);
	if (committing)
		return fail(c, FAIL_UNKNOWN,
			"the store %s failed while a change was written (%s): "
			"it may or may not have happened", h->path, sqlite3_errstr(rc));
	return fail(c, FAIL_IO, "the store %s cannot be read or written (%s, %s)", h->path,
		sqlite3_errstr(rc), sqlite3_errmsg(h->db));
}

enum fail handle_fail(struct call *c, struct handle *h, int rc, bool committing)
{
	int err = h->db ? sqlite3_system_errno(h->db) : 0;

	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL: /* the locks of the log changed hands too often */
		TRY(call_check(c));
		return fail(c, FAIL_BUSY, "another process holds the store %s; try again", h->path);
	case SQLITE_INTERRUPT:
		return fail(c, FAIL_BUSY, "reading the store %s took over %d s: ask for less, or "
			"try again", h->path, STORE_READ_MS / 1000);
	case SQLITE_CONSTRAINT:
		return fail(c, FAIL_CONFLICT, "the store refuses this: %s", sqlite3_errmsg(h->db));
	case SQLITE_FULL:
		h->full = true;
		return fail(c, FAIL_FULL, "no space left for the store %s", h->path);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return fail_damaged(c, h, rc);
	case SQLITE_IOERR:
		if (rc == SQLITE_IOERR_FSYNC)
			sync_failed();
		return fail_io(c, h, rc, committing);
	case SQLITE_READONLY:
		return fail(c, FAIL_DENIED, "the store %s may not be written: check its folder and "
			"file with ls -ld", h->path);
	case SQLITE_CANTOPEN:
		return err ? fail_errno(c, err, "cannot open the store %s", h->path)
			   : fail(c, FAIL_IO, "cannot open the store %s", h->path);
	case SQLITE_TOOBIG:
		return fail(c, FAIL_INPUT, "a value is larger than the store takes (64 MiB)");
	case SQLITE_NOMEM:
		return fail(c, FAIL_IO, "out of memory in the store %s", h->path);
	default:
		return fail(c, FAIL_BUG, "the store answered: %s", sqlite3_errmsg(h->db));
	}
}
