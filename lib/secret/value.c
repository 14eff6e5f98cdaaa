/* Secret values: locked memory that is wiped, and the guard of processes that hold it. */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/secret/backend.h"

struct secret {
	size_t len;
	char bytes[];
};

void *secret_memory(size_t size)
{
	/* sodium_malloc() ends a block at a guard page; a multiple of the alignment keeps its start
	 * aligned. */
	size_t align = _Alignof(max_align_t);
	void *p = sodium_init() < 0 ? NULL : sodium_malloc((size + align - 1) / align * align);

	if (!p)
		abort(); /* no memory, or no random numbers: nothing safe is left to do */
	return memset(p, 0, size);
}

void secret_memory_free(void *p)
{
	sodium_free(*(void **)p);
}

struct secret *secret_blank(size_t len, char **bytes)
{
	struct secret *s = secret_memory(sizeof *s + len + 1);

	s->len = len;
	*bytes = s->bytes;
	return s;
}

struct secret *secret_from(const void *from, size_t len)
{
	char *bytes;
	struct secret *s = secret_blank(len, &bytes);

	memcpy(bytes, from, len);
	return s;
}

const char *secret_reveal(const struct secret *s, size_t *len)
{
	if (len)
		*len = s->len;
	return s->bytes;
}

void secret_free(struct secret **s)
{
	sodium_free(*s);
	*s = NULL;
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
	return a->len == b->len && !sodium_memcmp(a->bytes, b->bytes, a->len);
}

enum fail secret_read_raw(struct call *c, int fd, const char *name, size_t max, struct secret **out)
{
	SECRET_MEMORY char *bytes = secret_memory(max + 1);
	size_t len = 0;

	for (;;) {
		ssize_t got = fault_io(EIO) ? -1 : read(fd, bytes + len, max + 1 - len);

		if (got < 0 && errno == EINTR) {
			TRY(call_check(c));
			continue;
		}
		if (got < 0)
			return fail_errno(c, errno, "cannot read %s", name);
		len += (size_t)got;
		if (len > max)
			return fail(c, FAIL_INPUT, "%s has more than %zu bytes", name, max);
		if (!got)
			break;
	}
	*out = secret_from(bytes, len);
	return FAIL_NONE;
}

enum fail secret_read(struct call *c, int fd, const char *name, struct secret **out)
{
	SECRET_AUTO *raw = NULL;
	size_t len;

	TRY(secret_read_raw(c, fd, name, SECRET_BYTES + 1, &raw));
	len = raw->len;
	if (len && raw->bytes[len - 1] == '\n')
		len--;
	if (!len)
		return fail(c, FAIL_INPUT, "%s is empty", name);
	if (len > SECRET_BYTES)
		return fail(c, FAIL_INPUT, "%s has more than %d bytes", name, SECRET_BYTES);
	*out = secret_from(raw->bytes, len);
	return FAIL_NONE;
}

void secret_guard_process(void)
{
	const struct rlimit none = {0, 0};

	/* Lowering a limit and clearing this flag cannot be refused. */
	setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* whose leak checker attaches to the process */
	prctl(PR_SET_DUMPABLE, 0);
#endif
}
