/* Commits whose wait for the disk is apart from the lock: while one thread waits, the next changes
 * are made. */
#include "lib/store/handle.h"
#include "lib/store/store.h"

/* The system tells each descriptor once that a sync failed. What is written behind the hole reaches
 * the disk and is of no use there, for the log is read up to the first frame that is not whole.
 * So the whole process remembers each failure, until the log was moved and begun anew behind it. */
static atomic_uint failures, mended;

void sync_failed(void)
{
	atomic_fetch_add(&failures, 1);
}

bool store_unsure(void)
{
	return atomic_load(&failures) != atomic_load(&mended);
}

enum fail sync_lasts(struct call *c, const struct store *s)
{
	return !store_unsure() ? FAIL_NONE : fail(c, FAIL_UNKNOWN, "the disk failed while a change "
		"was written to the store %s: it may or may not last", s->handle.path);
}

enum fail store_sync_apart(struct call *c)
{
	struct store *s = c->store;
	sqlite3_file *log = NULL;
	int rc;

	/* A process before this one may have ended behind a sync that failed. */
	log_shorten(s, true);
	/* SQLite goes on to sync the log by itself where its order needs it: before it is begun
	 * anew and before it is moved. */
	TRY(handle_exec(c, &s->handle, "pragma synchronous=normal"));
	rc = sqlite3_file_control(s->handle.db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	if (rc || !log || !log->pMethods)
		return fail(c, FAIL_BUG, "the store %s has no log", s->handle.path);
	pthread_mutex_init(&s->syncing, NULL);
	s->log = log;
	return FAIL_NONE;
}

enum fail store_sync(struct call *c, struct store *s)
{
	pthread_mutex_lock(&s->syncing);
	/* Of the file xSync reads the descriptor alone, whatever is written meanwhile. */
	if (!store_unsure() && atomic_exchange(&s->owed, false) &&
		s->log->pMethods->xSync(s->log, SQLITE_SYNC_NORMAL))
		sync_failed();
	pthread_mutex_unlock(&s->syncing);
	return sync_lasts(c, s);
}

/* The log begins anew with the next commit where all of it was moved and nobody reads in it. */
static enum fail begin_log_anew(struct call *c)
{
	struct store *s = c->store;
	int64_t left = 0;

	TRY(store_checkpoint(c, &left));
	if (!left)
		TRY(handle_exec(c, &s->handle, migrate_mark(c)));
	if (left || s->log_pages != 1)
		return fail(c, FAIL_BUSY, "the disk failed under the log of the store %s, which "
			"cannot be begun anew yet: try again", s->handle.path);
	return FAIL_NONE;
}

enum fail store_mend(struct call *c)
{
	sqlite3_file *log = c->store->log;
	unsigned int seen = atomic_load(&failures);

	if (!store_unsure())
		return FAIL_NONE;
	TRY(begin_log_anew(c));
	if (log && log->pMethods->xSync(log, SQLITE_SYNC_NORMAL))
		return fail(c, FAIL_IO, "the disk of the store %s fails", c->store->handle.path);
	atomic_store(&mended, seen);
	return FAIL_NONE;
}
