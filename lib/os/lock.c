/* Lock files: flock(2), released by the kernel when the process that holds it dies. */
#include "lib/os/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/os/file.h"

#define POLL_US 1000

enum fail lock_take(struct call *c, const char *path, bool alone, int64_t wait_ms, int *out)
{
	int64_t until_ms = wait_ms ? clock_boot_ms() + wait_ms : 0;
	FILE_AUTO fd = fault_io(EIO)
			       ? -1
			       : open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return fail_errno(c, errno, "cannot open the lock file %s", path);
	while (fault_io(EIO) || flock(fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return fail_errno(c, errno, "cannot lock %s", path);
		if (clock_boot_ms() >= until_ms)
			return fail(c, FAIL_BUSY, "another process holds %s; try again", path);
		TRY(call_check(c));
		usleep(POLL_US);
	}
	*out = fd;
	fd = -1;
	return FAIL_NONE;
}

bool lock_held(const char *path)
{
	FILE_AUTO fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno != ENOENT;
	return flock(fd, LOCK_EX | LOCK_NB) != 0;
}

enum fail presence_take(struct call *c, const char *path, int *out)
{
	struct flock shared = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	FILE_AUTO fd = fault_io(EIO)
			       ? -1
			       : open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return fail_errno(c, errno, "cannot open the lock file %s", path);
	if (fcntl(fd, F_OFD_SETLK, &shared))
		return fail_errno(c, errno, "cannot lock %s", path);
	*out = fd;
	fd = -1;
	return FAIL_NONE;
}

bool presence_held(const char *path)
{
	struct flock alone = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	FILE_AUTO fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	return fd >= 0 && !fcntl(fd, F_OFD_GETLK, &alone) && alone.l_type != F_UNLCK;
}
