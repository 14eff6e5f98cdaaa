/* Files: read whole, written so that a name never shows half a file. */
#include "lib/os/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/base/id.h"

void file_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

enum fail file_read_fd(struct call *c, int fd, const char *name, size_t max, char **out, size_t *len)
{
	struct buf b = buf_in(&c->arena);

	for (;;) {
		char *to = buf_room(&b, 65536);
		ssize_t got = fault_io(EIO) ? -1 : read(fd, to, 65536);

		if (got < 0 && errno == EINTR) {
			TRY(call_check(c));
			continue;
		}
		if (got < 0 && errno == EISDIR)
			return fail(c, FAIL_INPUT, "%s is a folder", name);
		if (got < 0)
			return fail_errno(c, errno, "cannot read %s", name);
		if (!got)
			break;
		b.len += (size_t)got;
		if (b.len > max)
			return fail(c, FAIL_INPUT, "%s is larger than %zu bytes", name, max);
	}
	b.data[b.len] = '\0';
	*out = b.data;
	*len = b.len;
	return FAIL_NONE;
}

enum fail file_read(struct call *c, const char *path, size_t max, char **out, size_t *len)
{
	FILE_AUTO fd = -1;

	if (!strcmp(path, "-"))
		return file_read_fd(c, STDIN_FILENO, "standard input", max, out, len);
	fd = fault_io(EIO) ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail_errno(c, errno, "cannot read %s", path);
	return file_read_fd(c, fd, path, max, out, len);
}

enum fail file_write_all(struct call *c, int fd, const char *name, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t put = fault_io(ENOSPC) ? -1 : write(fd, p, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return fail_errno(c, errno, "cannot write %s", name);
		p += put;
		len -= (size_t)put;
	}
	return FAIL_NONE;
}

static enum fail sync_fd(struct call *c, int fd, const char *name)
{
	if (fault_io(EIO) || fsync(fd))
		return fail_errno(c, errno, "cannot sync %s", name);
	return FAIL_NONE;
}

const char *path_dir(struct call *c, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	return slash == path ? "/" : arena_memdup(&c->arena, path, (size_t)(slash - path));
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

enum fail path_absolute(struct call *c, const char *path, const char **out)
{
	char cwd[4096];

	if (path[0] == '/') {
		*out = arena_strdup(&c->arena, path);
		return FAIL_NONE;
	}
	if (!getcwd(cwd, sizeof cwd))
		return fail_errno(c, errno, "cannot tell the current folder");
	*out = arena_printf(&c->arena, "%s/%s", strcmp(cwd, "/") ? cwd : "", path);
	return FAIL_NONE;
}

enum fail dir_sync_of(struct call *c, const char *path)
{
	const char *dir = path_dir(c, path);
	FILE_AUTO fd = fault_io(EIO) ? -1
				    : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail_errno(c, errno, "cannot open folder %s", dir);
	return sync_fd(c, fd, dir);
}

/* Removes .part files of FINAL that no living process holds. */
static void part_sweep(struct call *c, const char *final)
{
	const char *folder = path_dir(c, final);
	const char *begin = arena_printf(&c->arena, ".%s.", path_base(final));
	size_t len = strlen(begin);
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		const char *tail = entry->d_name + len;

		if (strncmp(entry->d_name, begin, len) || strlen(tail) != 13 ||
			strspn(tail, "0123456789abcdef") != 8 || strcmp(tail + 8, ".part"))
			continue;
		FILE_AUTO fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB))
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir)
		closedir(dir);
}

/* Leaves *OUT as it is where a part_sweep() came between creating and locking: to it the file looked
 * like one that is left over. */
static enum fail part_try(struct call *c, const char *final, mode_t mode, struct part *out)
{
	uint32_t tag;
	struct stat st;
	const char *path;
	FILE_AUTO fd = -1;

	random_bytes(&tag, sizeof tag);
	path = arena_printf(&c->arena, "%s/.%s.%08x.part", path_dir(c, final), path_base(final),
		tag);
	fd = fault_io(EIO) ? -1 : open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return fail_errno(c, errno, "cannot create %s", final);
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		enum fail f = errno == EWOULDBLOCK
				      ? FAIL_NONE
				      : fail_errno(c, errno, "cannot lock %s", path);

		unlink(path);
		return f;
	}
	if (!fstat(fd, &st) && st.st_nlink) {
		*out = (struct part){.final = final, .path = path, .fd = fd};
		fd = -1;
	}
	return FAIL_NONE;
}

enum fail part_create(struct call *c, const char *final, mode_t mode, struct part *out)
{
	struct part part = {0};
	struct stat st;

	if (!stat(final, &st) && S_ISDIR(st.st_mode))
		return fail(c, FAIL_INPUT, "%s is a folder", final);
	part_sweep(c, final);
	while (!part.path)
		TRY(part_try(c, final, mode, &part));
	*out = part;
	return FAIL_NONE;
}

enum fail part_commit(struct call *c, struct part *p)
{
	TRY(sync_fd(c, p->fd, p->final));
	if (fault_io(EIO) || rename(p->path, p->final))
		return fail_errno(c, errno, "cannot rename to %s", p->final);
	p->path = NULL;
	close(p->fd);
	return dir_sync_of(c, p->final);
}

void part_drop(struct part *p)
{
	if (!p->path)
		return;
	unlink(p->path);
	close(p->fd);
	p->path = NULL;
}

enum fail file_replace(struct call *c, const char *path, const void *data, size_t len, mode_t mode)
{
	PART_AUTO part = {0};

	TRY(part_create(c, path, mode, &part));
	TRY(file_write_all(c, part.fd, path, data, len));
	return part_commit(c, &part);
}

enum fail dir_make(struct call *c, const char *path)
{
	char *copy = arena_strdup(&c->arena, path);

	for (char *p = copy + 1;; p++) {
		char ch = *p;

		if (ch != '/' && ch != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, 0700) && errno != EEXIST)
			return fail_errno(c, errno, "cannot make folder %s", copy);
		*p = ch;
		if (!ch)
			return FAIL_NONE;
	}
}

/* Opens the regular file NAME below AT, never through a link. A link where RESOLVE allows none is
 * the sentence LINK, with NAME. */
static enum fail open_regular(struct call *c, int at, const char *name, uint64_t resolve,
	const char *link, int *out)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
		.resolve = resolve | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
	long fd = fault_io(EIO) ? -1 : syscall(SYS_openat2, at, name, &how, sizeof how);
	struct stat st;

	if (fd < 0 && (errno == EXDEV || errno == ELOOP))
		return fail(c, FAIL_DENIED, "%s %s", name, link);
	if (fd < 0)
		return fail_errno(c, errno, "cannot read %s", name);
	if (fstat((int)fd, &st) || !S_ISREG(st.st_mode)) {
		close((int)fd);
		return fail(c, FAIL_INPUT, "%s is no regular file", name);
	}
	*out = (int)fd;
	return FAIL_NONE;
}

enum fail file_open_beneath(struct call *c, const char *dir, const char *name, int *out)
{
	FILE_AUTO at = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (at < 0)
		return fail_errno(c, errno, "cannot open folder %s", dir);
	return open_regular(c, at, name, RESOLVE_BENEATH,
		"leads out of the folder of the document: copy the file beside it", out);
}

enum fail file_open_plain(struct call *c, const char *path, int *out)
{
	return open_regular(c, AT_FDCWD, path, 0, "is behind a link now", out);
}

const char *path_real(struct call *c, const char *path)
{
	char real[PATH_MAX];

	if (!realpath(path_dir(c, path), real))
		return path;
	return arena_printf(&c->arena, "%s/%s", strcmp(real, "/") ? real : "", path_base(path));
}
