/* Commits whose wait for the disk is apart from the lock: while one thread waits, the next changes
 * are made. */
#include "lib/base/fault.h"
#include "lib/store/handle.h"
#include "lib/store/store.h"

#include <errno.h>

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
	return FAIL_NONE;
}

enum fail store_sync(struct call *c, struct store *s)
{
	if (!fault_io(EIO) && !s->log->pMethods->xFileControl(s->log, FRAME_SYNC, NULL))
		return FAIL_NONE;
	atomic_store(&s->unsure, true);
	return fail(c, FAIL_UNKNOWN, "the disk failed while a change was written to the store %s: it "
		"may or may not last", s->handle.path);
}

enum fail sync_mend(struct call *c)
{
	struct store *s = c->store;
	int64_t left = 0;

	if (!atomic_load(&s->unsure))
		return FAIL_NONE;
	TRY(store_checkpoint(c, &left));
	if (left)
		return fail(c, FAIL_BUSY, "the disk failed under the log of the store %s, which is "
			"not moved yet: try again", s->handle.path);
	atomic_store(&s->unsure, false);
	return FAIL_NONE;
}
