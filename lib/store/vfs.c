/* VFSes over SQLite's own: one that spares a sync, and one over it that fails where TRAE_FAULT
 * says. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/store/handle.h"

static sqlite3_vfs *unix_vfs, log_vfs, fault_vfs, *chosen;

/* SQLite syncs the folder with the first sync of each log that it opens to write, since it may have
 * made it just now. A log with something in it was made before, and its folder was synced before
 * anything was written into it, here. */
static int open_log(const char *name, sqlite3_file *f, int flags, int *out)
{
	sqlite3_int64 size = 0;
	int rc = unix_vfs->xOpen(unix_vfs, name, f, flags & ~SQLITE_OPEN_CREATE, out);

	if (!rc && !f->pMethods->xFileSize(f, &size) && size)
		return SQLITE_OK;
	if (f->pMethods)
		f->pMethods->xClose(f);
	rc = unix_vfs->xOpen(unix_vfs, name, f, flags, out);
	return rc ? rc : f->pMethods->xSync(f, SQLITE_SYNC_NORMAL);
}

static int log_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	(void)vfs;
	return flags & SQLITE_OPEN_WAL ? open_log(name, f, flags, out)
				       : unix_vfs->xOpen(unix_vfs, name, f, flags, out);
}

struct shim {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_file *real(sqlite3_file *f)
{
	return ((struct shim *)f)->real;
}

/* The errno goes with it: SQLite asks for it behind a failure. */
static bool fails(void)
{
	return fault_io(EIO);
}

/* A call passed on to the real file, unless it is the one that has to fail with ERROR. */
#define PASS(name, error, parameters, ...)                                                         \
	static int shim_##name parameters                                                          \
	{                                                                                          \
		return fails() ? (error) : real(f)->pMethods->name(real(f), ##__VA_ARGS__);   \
	}

PASS(xRead, SQLITE_IOERR_READ, (sqlite3_file *f, void *p, int n, sqlite3_int64 at), p, n, at)
PASS(xWrite, SQLITE_FULL, (sqlite3_file *f, const void *p, int n, sqlite3_int64 at), p, n, at)
PASS(xTruncate, SQLITE_IOERR_TRUNCATE, (sqlite3_file *f, sqlite3_int64 size), size)
PASS(xSync, SQLITE_IOERR_FSYNC, (sqlite3_file *f, int flags), flags)
PASS(xFileSize, SQLITE_IOERR_FSTAT, (sqlite3_file *f, sqlite3_int64 *size), size)
PASS(xLock, SQLITE_IOERR_LOCK, (sqlite3_file *f, int level), level)
PASS(xCheckReservedLock, SQLITE_IOERR_CHECKRESERVEDLOCK, (sqlite3_file *f, int *out), out)
PASS(xShmMap, SQLITE_IOERR_SHMMAP,
	(sqlite3_file *f, int page, int size, int extend, void volatile **out), page, size, extend,
	out)

/* Giving locks back never fails: SQLite does not look, and would wait for itself. */
static int shim_xShmLock(sqlite3_file *f, int at, int n, int flags)
{
	if (!(flags & SQLITE_SHM_UNLOCK) && fails())
		return SQLITE_IOERR_SHMLOCK;
	return real(f)->pMethods->xShmLock(real(f), at, n, flags);
}

static int shim_xUnlock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xUnlock(real(f), level);
}

static int shim_xFileControl(sqlite3_file *f, int op, void *arg)
{
	return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int shim_xSectorSize(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int shim_xDeviceCharacteristics(sqlite3_file *f)
{
	return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static void shim_xShmBarrier(sqlite3_file *f)
{
	real(f)->pMethods->xShmBarrier(real(f));
}

static int shim_xShmUnmap(sqlite3_file *f, int delete)
{
	return real(f)->pMethods->xShmUnmap(real(f), delete);
}

static int shim_xClose(sqlite3_file *f)
{
	int rc = real(f)->pMethods->xClose(real(f));

	free(((struct shim *)f)->real);
	return rc;
}

static const sqlite3_io_methods methods = {
	.iVersion = 2, /* no memory map */
	.xClose = shim_xClose,
	.xRead = shim_xRead,
	.xWrite = shim_xWrite,
	.xTruncate = shim_xTruncate,
	.xSync = shim_xSync,
	.xFileSize = shim_xFileSize,
	.xLock = shim_xLock,
	.xUnlock = shim_xUnlock,
	.xCheckReservedLock = shim_xCheckReservedLock,
	.xFileControl = shim_xFileControl,
	.xSectorSize = shim_xSectorSize,
	.xDeviceCharacteristics = shim_xDeviceCharacteristics,
	.xShmMap = shim_xShmMap,
	.xShmLock = shim_xShmLock,
	.xShmBarrier = shim_xShmBarrier,
	.xShmUnmap = shim_xShmUnmap,
};

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	struct shim *shim = (struct shim *)f;
	int rc;

	(void)vfs;
	f->pMethods = NULL;
	if (fails())
		return SQLITE_CANTOPEN;
	shim->real = xmalloc((size_t)log_vfs.szOsFile);
	shim->real->pMethods = NULL;
	rc = log_open(&log_vfs, name, shim->real, flags, out);
	if (shim->real->pMethods)
		f->pMethods = &methods;
	else
		free(shim->real);
	return rc;
}

static int shim_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	return fails() ? SQLITE_IOERR_DELETE : unix_vfs->xDelete(unix_vfs, name, sync);
}

static int shim_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	(void)vfs;
	return fails() ? SQLITE_IOERR_ACCESS : unix_vfs->xAccess(unix_vfs, name, flags, out);
}

static void set_up(void)
{
	memory_set_up();
	if (sqlite3_initialize())
		return;
	unix_vfs = sqlite3_vfs_find("unix");
	reserve_watch(unix_vfs);
	log_vfs = *unix_vfs;
	log_vfs.zName = "log";
	log_vfs.xOpen = log_open;
	chosen = &log_vfs;
	if (getenv("TRAE_FAULT") || getenv("TRAE_FAULT_COUNT")) {
		fault_vfs = log_vfs;
		fault_vfs.zName = "fault";
		fault_vfs.szOsFile = sizeof(struct shim);
		fault_vfs.xOpen = shim_open;
		fault_vfs.xDelete = shim_delete;
		fault_vfs.xAccess = shim_access;
		chosen = &fault_vfs;
	}
	sqlite3_vfs_register(chosen, 0);
}

const char *vfs_name(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, set_up);
	return chosen ? chosen->zName : NULL;
}
