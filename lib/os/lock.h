/* Lock files: flock(2), released by the kernel when the process that holds it dies. */
#ifndef OS_LOCK_H
#define OS_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/call.h"

/* Opens PATH (made with mode 0600 when absent) and locks it, alone or with others that also take
 * it shared. Waits up to WAIT_MS for it, then FAIL_BUSY. *OUT is the caller's: closing it releases
 * the lock. Children do not inherit it. */
enum fail lock_take(struct call *c, const char *path, bool alone, int64_t wait_ms, int *out);

/* True when some process holds the lock file PATH, or when that cannot be told; false also when
 * there is no such file. */
bool lock_held(const char *path);

/* Presence: any number of processes hold the file PATH as long as they live, and asking takes no
 * lock of its own (fcntl(2), open file description locks), so that two who ask at once do not see
 * each other. Independent of lock_take(). */
enum fail presence_take(struct call *c, const char *path, int *out);
bool presence_held(const char *path);

#endif
