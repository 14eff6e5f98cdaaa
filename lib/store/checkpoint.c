/* Moving the log into the file. */
#include <sys/stat.h>

#include "lib/store/handle.h"
#include "lib/store/store.h"

/* Less than this empty in the file is not worth writing all of it anew. */
#define SHRINK_BYTES (1 << 20)
#define PAGE_BYTES 4096

/* It syncs the log first, and then nobody else is told that this failed. */
static int move_log(struct store *s, int *log, int *moved)
{
	int rc;

	if (s->log)
		pthread_mutex_lock(&s->syncing);
	rc = sqlite3_wal_checkpoint_v2(s->handle.db, "main", SQLITE_CHECKPOINT_PASSIVE, log, moved);
	if (rc == SQLITE_IOERR_FSYNC)
		sync_failed();
	if (s->log)
		pthread_mutex_unlock(&s->syncing);
	return rc;
}

enum fail store_checkpoint(struct call *c, int64_t *left)
{
	struct handle *h = &c->store->handle;
	HANDLE_AUTO guard = {0};
	int log = 0, moved = 0, rc;

	/* The write lock, held by a second connection, keeps every writer from restarting the log
	 * while the first one moves it. */
	TRY(handle_open(c, h->path, SQLITE_OPEN_READWRITE, &guard));
	sqlite3_busy_handler(guard.db, NULL, NULL);
	rc = sqlite3_exec(guard.db, "begin immediate", NULL, NULL, NULL);
	if ((rc & 0xff) == SQLITE_BUSY) {
		if (left)
			*left = c->store->log_pages ? c->store->log_pages : 1;
		return FAIL_NONE;
	}
	if (rc)
		return handle_fail(c, &guard, rc, false);
	rc = move_log(c->store, &log, &moved);
	sqlite3_exec(guard.db, "rollback", NULL, NULL, NULL);
	if (rc && (rc & 0xff) != SQLITE_BUSY)
		return handle_fail(c, h, rc, false);
	if (rc)
		log = moved + 1; /* nothing was counted */
	c->store->log_pages = 0;
	c->store->log_kept = log > moved ? log : 0;
	if (left)
		*left = log - moved;
	return FAIL_NONE;
}

void log_shorten(struct store *s, bool restart)
{
	struct call own = {.store = s, .cancelled = s->handle.cancelled};
	int64_t left = 1;
	enum fail f = store_checkpoint(&own, &left);

	if (!f && !left && restart)
		f = handle_exec(&own, &s->handle, migrate_mark(&own));
	if (f)
		fail_forget(&own);
	arena_release(&own.arena);
}

/* Pages that the file of the log has room for: of what other processes left there this one knows
 * nothing before it has committed. */
static int log_size(struct call *c, const struct store *s)
{
	struct stat st;

	return lstat(arena_printf(&c->arena, "%s-wal", s->handle.path), &st) ? 0
		: (int)(st.st_size / PAGE_BYTES);
}

enum fail log_keep(struct call *c)
{
	struct store *s = c->store;

	if (!s->log_sized && log_size(c, s) >= STORE_LOG_PAGES_MAX)
		s->log_pages = STORE_LOG_PAGES_MAX;
	s->log_sized = true;
	/* The commit that filled the log has been answered: now is the time to move it. On a full
	 * disk what was moved makes room for more, and so it goes on. */
	if (s->handle.full || reserve_given() || s->log_kept >= STORE_LOG_PAGES_MAX ||
		s->log_pages >= s->log_kept + STORE_LOG_PAGES)
		log_shorten(s, false);
	s->handle.full = false;
	if (s->log_kept < STORE_LOG_PAGES_MAX)
		return FAIL_NONE;
	return fail(c, FAIL_BUSY, "the log of the store %s has reached its limit and a process that "
		"reads in it since keeps it from being shortened: end that one (fuser %s-shm)",
		s->handle.path, s->handle.path);
}

enum fail store_shrink(struct call *c, int64_t *freed_bytes)
{
	struct handle *h = &c->store->handle;
	int64_t before, after, empty, size;

	*freed_bytes = 0;
	TRY(handle_number(c, h, "pragma page_size", &size));
	TRY(handle_number(c, h, "pragma page_count", &before));
	TRY(handle_number(c, h, "pragma freelist_count", &empty));
	if (empty * size < SHRINK_BYTES || empty < before / 4)
		return FAIL_NONE;
	TRY(handle_exec(c, h, "vacuum"));
	TRY(handle_number(c, h, "pragma page_count", &after));
	TRY(store_checkpoint(c, NULL));
	*freed_bytes = (before - after) * size;
	return FAIL_NONE;
}
