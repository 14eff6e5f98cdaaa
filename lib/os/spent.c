/* Spent: what a piece of work took of processor and memory, its child processes included. */
#include "lib/os/spent.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/os/child.h"
#include "lib/os/file.h"

static int64_t cpu_ms(int who)
{
	struct rusage use;

	if (getrusage(who, &use))
		return 0;
	return ((int64_t)use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000 +
		(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1000;
}

/* The kernel's peak of this process starts anew (proc(5), clear_refs); getrusage(2) has only that
 * of its whole life, and of the program before exec. */
static void forget_peak(void)
{
	/* Opened once: a process that holds secrets may not open it any more. */
	static int fd = -1;

	if (fd < 0)
		fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && pwrite(fd, "5", 1, 0) < 0)
		file_close(&fd);
}

static int64_t own_peak(void)
{
	FILE_AUTO fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	char text[4096];
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	const char *line;

	if (len <= 0)
		return 0;
	text[len] = '\0';
	line = strstr(text, "VmHWM:");
	return line ? strtoll(line + 6, NULL, 10) * 1024 : 0;
}

struct spent spent_begin(void)
{
	forget_peak();
	child_peak_forget();
	return (struct spent){.cpu_ms = cpu_ms(RUSAGE_SELF) + cpu_ms(RUSAGE_CHILDREN)};
}

struct spent spent_since(struct spent begun)
{
	int64_t own = own_peak(), child = child_peak();

	return (struct spent){.memory_bytes = own > child ? own : child,
		.cpu_ms = cpu_ms(RUSAGE_SELF) + cpu_ms(RUSAGE_CHILDREN) - begun.cpu_ms};
}
