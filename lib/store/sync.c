/* Commits whose wait for the disk is apart from the lock: while one thread waits, the next changes
 * are made. */
#include "lib/store/handle.h"
#include "lib/store/store.h"

enum fail store_sync_apart(struct call *c)
{
	struct store *s = c->store;
	int rc;

	/* SQLite goes on to sync the log by itself where its order needs it: before it is begun anew
	 * and before it is moved. */
	TRY(handle_exec(c, &s->handle, "pragma synchronous=normal"));
	rc = sqlite3_file_control(s->handle.db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &s->log);
	if (rc || !s->log || !s->log->pMethods)
		return fail(c, FAIL_BUG, "the store %s has no log", s->handle.path);
	pthread_mutex_init(&s->syncing, NULL);
	return FAIL_NONE;
}

/* The system tells of a failure once: what was written behind it reaches the disk and is of no use
 * there, since the log is read up to the first frame that is not whole. */
enum fail store_sync(struct call *c, struct store *s)
{
	bool unsure;

	pthread_mutex_lock(&s->syncing);
	if (!s->unsure)
		/* Of the file it reads the descriptor alone, whatever is written meanwhile. */
		s->unsure = s->log->pMethods->xSync(s->log, SQLITE_SYNC_NORMAL);
	unsure = s->unsure;
	pthread_mutex_unlock(&s->syncing);
	return !unsure ? FAIL_NONE : fail(c, FAIL_UNKNOWN, "the disk failed while a change was written "
		"to the store %s: it may or may not last", s->handle.path);
}

enum fail sync_mend(struct call *c)
{
	struct store *s = c->store;
	int64_t left = 0;
	enum fail f = FAIL_NONE;

	if (!s->log)
		return FAIL_NONE;
	pthread_mutex_lock(&s->syncing);
	if (s->unsure)
		f = store_checkpoint(c, &left);
	if (!f && left)
		f = fail(c, FAIL_BUSY, "the disk failed under the log of the store %s, which is not "
			"moved yet: try again", s->handle.path);
	if (!f)
		s->unsure = false;
	pthread_mutex_unlock(&s->syncing);
	return f;
}
