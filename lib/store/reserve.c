/* The reserve: a file of nothing beside the store. On a full disk it is given up, so that what ends
 * work or frees space can still be written; new work is refused until it can be made again. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/os/file.h"
#include "lib/store/handle.h"
#include "lib/store/store.h"

#define RESERVE_BYTES (1 << 20)
#define TAIL "-reserve"

/* This process gave the reserve up, and has not made it again. */
static atomic_bool given;

/* Removes the reserve beside the store whose file, log or index FD is; false when there is none. */
static bool give_up(int fd)
{
	char link[32], path[PATH_MAX + sizeof TAIL];
	ssize_t len;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	len = readlink(link, path, PATH_MAX);
	if (len < 5)
		return false;
	if (!memcmp(path + len - 4, "-wal", 4) || !memcmp(path + len - 4, "-shm", 4))
		len -= 4;
	memcpy(path + len, TAIL, sizeof TAIL);
	if (unlink(path))
		return false;
	atomic_store(&given, true);
	return true;
}

/* What SQLite calls in place of pwrite(), and what that was before. */
static ssize_t (*write_before)(int fd, const void *data, size_t len, off_t at);

static ssize_t write_at(int fd, const void *data, size_t len, off_t at)
{
	ssize_t put = write_before(fd, data, len, at);
	int err = errno;

	if (put >= 0 || (err != ENOSPC && err != EDQUOT))
		return put;
	if (give_up(fd))
		return write_before(fd, data, len, at);
	errno = err;
	return put;
}

void reserve_watch(sqlite3_vfs *vfs)
{
	static const char *const names[] = {"pwrite64", "pwrite"};

	for (size_t i = 0; i < sizeof names / sizeof *names && !write_before; i++) {
		write_before = (ssize_t (*)(int, const void *, size_t, off_t))
			vfs->xGetSystemCall(vfs, names[i]);
		if (write_before)
			vfs->xSetSystemCall(vfs, names[i], (sqlite3_syscall_ptr)write_at);
	}
}

bool reserve_given(void)
{
	return atomic_load(&given);
}

enum fail store_reserve(struct call *c)
{
	const char *path;
	FILE_AUTO fd = -1;
	int err;

	if (c->store->reserve_there && store_in_transaction(c))
		return FAIL_NONE;
	path = arena_printf(&c->arena, "%s" TAIL, c->store->handle.path);
	if (!access(path, F_OK)) {
		atomic_store(&given, false);
		c->store->reserve_there = true;
		return FAIL_NONE;
	}
	fd = fault_io(ENOSPC) ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST)
		return FAIL_NONE; /* another process was faster */
	/* Twice as much at first: not in the space that giving it up has just freed. */
	err = fd < 0 ? errno : posix_fallocate(fd, 0, 2 * RESERVE_BYTES);
	if (!err && ftruncate(fd, RESERVE_BYTES))
		err = errno;
	if (!err)
		return FAIL_NONE;
	unlink(path);
	return fail_errno(c, err, "no new work is taken without %d KiB to spare beside the store %s",
		2 * RESERVE_BYTES / 1024, c->store->handle.path);
}
