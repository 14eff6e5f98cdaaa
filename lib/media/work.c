/* Work: what several jobs do before the sandbox closes. */
#include "lib/media/work.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/media/job.h"
#include "lib/os/file.h"

enum fail work_open_output(struct call *c, const char *path, bool pipe, int *out)
{
	FILE_AUTO fd = fault_io(EIO) ? -1
		: open(path, (pipe ? O_WRONLY : O_RDWR) | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return fail_errno(c, errno, "cannot write %s", path);
	if (fstat(fd, &st) || !(S_ISREG(st.st_mode) || (pipe && S_ISFIFO(st.st_mode))))
		return fail(c, FAIL_INPUT, "%s is no regular file", path);
	if (S_ISREG(st.st_mode) && (fault_io(EIO) || ftruncate(fd, 0)))
		return fail_errno(c, errno, "cannot write %s", path);
	*out = fd;
	fd = -1;
	return FAIL_NONE;
}

enum fail work_prepare_file(struct call *c, const json_t *json, struct errand *e)
{
	struct file_job *job;

	TRY(job_read_file(c, json, &job));
	e->job = job;
	e->wish = (enum sandbox_wish)job->sandbox;
	e->readable = ARENA_NEW(&c->arena, const char *, 1);
	e->readable[e->readable_count++] = job->path;
	return FAIL_NONE;
}
