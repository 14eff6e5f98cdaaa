/* Sandbox: what this process gives up before it looks at anything that others made. */
#ifndef MEDIA_SANDBOX_H
#define MEDIA_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/call.h"

enum sandbox_wish { SANDBOX_BEST_EFFORT, SANDBOX_REQUIRED };

extern const char *const sandbox_wishes[]; /* their words, ends with NULL */

/* Which layers are in force. */
struct sandbox_state {
	bool rlimits, no_new_privs, seccomp;
	int landlock_abi;     /* 0: this kernel has none */
};

/* Gives up, for good: new files to write (what is open stays writable), reading anything but
 * fonts, voices, libraries and READABLE (COUNT paths), sockets, new programs, debugging, mounts,
 * keys, BPF, io_uring; and bounds memory, processor time and descriptors. Without landlock or
 * seccomp in the kernel it warns, or fails with FAIL_CONFIG when REQUIRED is wished.
 * FAIL_MISSING when one of READABLE does not exist. */
enum fail sandbox_enter(struct call *c, enum sandbox_wish wish, const char *const *readable,
	size_t count, struct sandbox_state *out);

#endif
