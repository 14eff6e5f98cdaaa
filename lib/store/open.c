/* Opening and closing the store: where it is, who may touch it. */
#include "lib/store/store.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/os/dirs.h"
#include "lib/os/file.h"
#include "lib/os/lock.h"
#include "lib/store/handle.h"

const char *store_path(struct call *c)
{
	return c->store_path ? c->store_path
			     : arena_printf(&c->arena, "%s/trae.db", dir_data(c));
}

/* Nothing but SQLite may open the file: closing any descriptor of it would drop SQLite's locks in
 * this process. So its owner and mode are looked at by name only. */
static enum fail check_private(struct call *c, const char *path, mode_t type)
{
	bool folder = type == S_IFDIR;
	struct stat st;

	if (fault_io(EIO) || lstat(path, &st))
		return fail_errno(c, errno, "cannot look at %s", path);
	if (S_ISLNK(st.st_mode))
		return fail(c, FAIL_DENIED,
			"%s is a symbolic link: set store.path to the real place", path);
	if ((st.st_mode & S_IFMT) != type)
		return fail(c, FAIL_INPUT, "%s is no %s", path, folder ? "folder" : "regular file");
	if (st.st_uid != geteuid())
		return fail(c, FAIL_DENIED, "%s belongs to another user: set store.path to a place "
			"of your own", path);
	if (st.st_mode & 077)
		return fail(c, FAIL_DENIED, "others may use %s: run chmod %s %s", path,
			folder ? "700" : "600", path);
	return FAIL_NONE;
}

static enum fail check_store(struct call *c, const char *path)
{
	TRY(check_private(c, path_dir(c, path), S_IFDIR));
	return check_private(c, path, S_IFREG);
}

static void close_store(struct store *s)
{
	for (int i = 0; i < s->prepared_count; i++)
		sqlite3_finalize(s->prepared[i].statement);
	s->prepared_count = 0;
	handle_close(&s->handle);
	if (s->turn)
		turn_end();
	file_close(&s->open_lock);
}

/* By now the caller has its answer. */
static void shorten_log(struct store *s)
{
	if (s->handle.full || s->log_pages >= STORE_LOG_PAGES_AT_CLOSE)
		log_shorten(s, true);
}

/* What call_release() runs. */
static void close_call(struct store *s)
{
	shorten_log(s);
	close_store(s);
}

void store_leave(struct call *c)
{
	static sqlite3 *volatile left; /* named here, it is no leak */

	if (!c->store)
		return;
	shorten_log(c->store);
	left = c->store->handle.db;
	(void)left;
	c->store = NULL;
}

static void forget_store(struct call *c)
{
	if (c->store)
		close_store(c->store);
	c->store = NULL;
}

static int count_log(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct store *s = arg;

	(void)db;
	(void)name;
	atomic_store(&s->owed, true);
	s->log_pages = pages;
	return SQLITE_OK;
}

static enum fail open_handle(struct call *c, const char *path, bool read_only, struct store *s)
{
	int64_t version;

	TRY(lock_take(c, arena_printf(&c->arena, "%s-open.lock", path), false, STORE_WAIT_MS,
		&s->open_lock));
	TRY(handle_open(c, path, read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE,
		&s->handle));
	sqlite3_wal_hook(s->handle.db, count_log, s);
	TRY(migrate_version(c, &s->handle, &version));
	if (version == migrate_newest())
		return FAIL_NONE;
	if (read_only && !version)
		return fail(c, FAIL_MISSING, "the store %s is still empty", path);
	if (read_only)
		return fail(c, FAIL_CONFIG,
			"the store %s was made by an older version: run trae init to bring it "
			"up to date", path);
	return migrate_run(c, &s->handle);
}

static enum fail open_store(struct call *c, const char *path, bool read_only)
{
	struct store *s = ARENA_NEW(&c->arena, struct store, 1);
	enum fail f;

	s->open_lock = -1;
	s->read_only = read_only;
	f = open_handle(c, path, read_only, s);
	if (f) {
		close_store(s);
		return f;
	}
	c->store = s;
	c->store_close = close_call;
	return FAIL_NONE;
}

enum fail store_open(struct call *c)
{
	const char *path;

	if (c->dry_run)
		return store_open_read(c);
	if (c->store && !c->store->read_only)
		return FAIL_NONE;
	forget_store(c);
	path = store_path(c);
	if (access(path, F_OK) && errno == ENOENT) {
		TRY(dir_make(c, path_dir(c, path)));
		TRY(dir_sync_of(c, path_dir(c, path)));
		/* mknod() makes a regular file of this mode without opening it; SQLite itself would
		 * make it readable for all. */
		if (fault_io(ENOSPC) || (mknod(path, S_IFREG | 0600, 0) && errno != EEXIST))
			return fail_errno(c, errno, "cannot make the store %s", path);
	}
	TRY(check_store(c, path));
	return open_store(c, path, false);
}

enum fail store_open_read(struct call *c)
{
	const char *path;

	if (c->store)
		return FAIL_NONE;
	path = store_path(c);
	if (access(path, F_OK) && errno == ENOENT)
		return fail(c, FAIL_MISSING, "there is no store %s yet", path);
	TRY(check_store(c, path));
	return open_store(c, path, true);
}
