/* Scratch: a folder for one piece of work, removed behind it even when its process was killed. */
#include "lib/os/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/base/id.h"
#include "lib/os/dirs.h"
#include "lib/os/file.h"

/* Removes the plain files below the folder FD; scratch folders hold no others. */
static void empty_folder(int fd)
{
	DIR *dir = fdopendir(dup(fd));
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			unlinkat(fd, entry->d_name, 0);
	if (dir)
		closedir(dir);
}

static void sweep(const char *parent)
{
	DIR *dir = opendir(parent);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		FILE_AUTO fd = -1;

		if (strncmp(entry->d_name, "work-", 5))
			continue;
		fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB))
			continue;
		empty_folder(fd);
		unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	}
	if (dir)
		closedir(dir);
}

enum fail scratch_make(struct call *c, struct scratch *out)
{
	const char *parent = dir_cache(c), *path;
	int fd;

	TRY(dir_make(c, parent));
	sweep(parent);
	path = arena_printf(&c->arena, "%s/work-%s", parent, id_new(&c->arena));
	if (fault_io(EIO) || mkdir(path, 0700))
		return fail_errno(c, errno, "cannot make folder %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB)) {
		enum fail f = fail_errno(c, errno, "cannot lock folder %s", path);

		file_close(&fd);
		rmdir(path);
		return f;
	}
	*out = (struct scratch){path, fd};
	return FAIL_NONE;
}

void scratch_remove(struct scratch *s)
{
	if (!s->path)
		return;
	empty_folder(s->fd);
	rmdir(s->path);
	file_close(&s->fd);
	s->path = NULL;
}
