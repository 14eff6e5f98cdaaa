/* Faults on purpose: TRAE_FAULT=n makes the n-th outside call of this process fail. */
#include "lib/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_long target = -1, passed;

static void write_count(void)
{
	const char *path = getenv("TRAE_FAULT_COUNT");
	char text[32];
	int len = snprintf(text, sizeof text, "%ld\n", atomic_load(&passed));
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;

	if (fd < 0)
		return;
	if (write(fd, text, (size_t)len) != len)
		unlink(path);
	close(fd);
}

bool fault_here(void)
{
	long at = atomic_load_explicit(&target, memory_order_relaxed);

	if (at == 0)
		return false;
	if (at < 0) {
		const char *text = getenv("TRAE_FAULT");
		const char *count = getenv("TRAE_FAULT_COUNT");

		at = text ? atol(text) : 0;
		if (at < 1 && count)
			at = __LONG_MAX__;
		atomic_store(&target, at);
		if (count && at)
			atexit(write_count);
		if (at < 1)
			return false;
	}
	return atomic_fetch_add(&passed, 1) + 1 == at;
}

bool fault_io(int err)
{
	if (!fault_here())
		return false;
	errno = err;
	return true;
}
