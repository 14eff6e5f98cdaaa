/* Frames: SQLite writes each frame of the log by two calls, its head and its page; the file that it
 * is given here holds the head back for that moment and writes both by one. */
#include <string.h>

#include "lib/store/handle.h"

#define HEAD_BYTES 24
#define PAGE_BYTES 4096

/* SQLite's own file lies behind it. */
struct log_file {
	sqlite3_file base;
	sqlite3_int64 at; /* where the head belongs; -1: none is held back */
	char frame[HEAD_BYTES + PAGE_BYTES];
};

static sqlite3_file *real(sqlite3_file *f)
{
	return (sqlite3_file *)(void *)((struct log_file *)f + 1);
}

/* Writes the head that is held back, before anything else is done to the file. */
static int settle(sqlite3_file *f)
{
	struct log_file *l = (struct log_file *)f;
	sqlite3_int64 at = l->at;

	l->at = -1;
	return at < 0 ? SQLITE_OK : real(f)->pMethods->xWrite(real(f), l->frame, HEAD_BYTES, at);
}

static int write_frame(sqlite3_file *f, const void *data, int n, sqlite3_int64 at)
{
	struct log_file *l = (struct log_file *)f;
	int rc;

	if (l->at >= 0 && at == l->at + HEAD_BYTES && n == PAGE_BYTES) {
		memcpy(l->frame + HEAD_BYTES, data, PAGE_BYTES);
		at = l->at;
		l->at = -1;
		return real(f)->pMethods->xWrite(real(f), l->frame, sizeof l->frame, at);
	}
	rc = settle(f);
	if (rc || n != HEAD_BYTES)
		return rc ? rc : real(f)->pMethods->xWrite(real(f), data, n, at);
	memcpy(l->frame, data, HEAD_BYTES);
	l->at = at;
	return SQLITE_OK;
}

/* A call that is passed on. */
#define PASS(name, parameters, ...)                                                                \
	static int name parameters                                                                 \
	{                                                                                          \
		int rc = settle(f);                                                                \
                                                                                                   \
		return rc ? rc : real(f)->pMethods->name(real(f), ##__VA_ARGS__);                  \
	}

PASS(xRead, (sqlite3_file *f, void *p, int n, sqlite3_int64 at), p, n, at)
PASS(xTruncate, (sqlite3_file *f, sqlite3_int64 size), size)
PASS(xSync, (sqlite3_file *f, int flags), flags)
PASS(xFileSize, (sqlite3_file *f, sqlite3_int64 *size), size)
PASS(xLock, (sqlite3_file *f, int level), level)
PASS(xUnlock, (sqlite3_file *f, int level), level)
PASS(xCheckReservedLock, (sqlite3_file *f, int *out), out)

/* A sync comes from another thread than what is written meanwhile, and touches nothing but the
 * descriptor. */
static int xFileControl(sqlite3_file *f, int op, void *arg)
{
	return op == FRAME_SYNC ? real(f)->pMethods->xSync(real(f), SQLITE_SYNC_NORMAL)
				: real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int xSectorSize(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int xDeviceCharacteristics(sqlite3_file *f)
{
	return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

/* A head without its page is part of nothing. */
static int xClose(sqlite3_file *f)
{
	return real(f)->pMethods->xClose(real(f));
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = xClose,
	.xRead = xRead,
	.xWrite = write_frame,
	.xTruncate = xTruncate,
	.xSync = xSync,
	.xFileSize = xFileSize,
	.xLock = xLock,
	.xUnlock = xUnlock,
	.xCheckReservedLock = xCheckReservedLock,
	.xFileControl = xFileControl,
	.xSectorSize = xSectorSize,
	.xDeviceCharacteristics = xDeviceCharacteristics,
};

int frame_file_bytes(const sqlite3_vfs *vfs)
{
	return (int)sizeof(struct log_file) + vfs->szOsFile;
}

/* SQLite syncs the folder with the first sync of each log that it opens to write, since it may have
 * made it just now. A log with something in it was made before, and its folder was synced before
 * anything was written into it, here. */
static int open_log(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	sqlite3_int64 size = 0;
	int rc = vfs->xOpen(vfs, name, f, flags & ~SQLITE_OPEN_CREATE, out);

	if (!rc && !f->pMethods->xFileSize(f, &size) && size)
		return SQLITE_OK;
	if (f->pMethods)
		f->pMethods->xClose(f);
	rc = vfs->xOpen(vfs, name, f, flags, out);
	return rc ? rc : f->pMethods->xSync(f, SQLITE_SYNC_NORMAL);
}

int frame_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	int rc = open_log(vfs, name, real(f), flags, out);

	((struct log_file *)f)->at = -1;
	f->pMethods = real(f)->pMethods ? &methods : NULL;
	return rc;
}
