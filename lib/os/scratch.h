/* Scratch: a folder for one piece of work, removed behind it even when its process was killed. */
#ifndef OS_SCRATCH_H
#define OS_SCRATCH_H

#include "lib/base/call.h"

struct scratch {
	const char *path; /* absolute */
	int fd;           /* holds the lock that says it is in use */
};

/* Makes a new empty folder of mode 0700 below the cache folder, and removes those that dead
 * processes left there. */
enum fail scratch_make(struct call *c, struct scratch *out);

/* Removes the folder and the files in it. */
void scratch_remove(struct scratch *s);
#define SCRATCH_AUTO __attribute__((cleanup(scratch_remove))) struct scratch

#endif
