/* Usage: how much of processor, memory and disk is taken, of the machine and of the control group
 * that this process runs in, whichever is tighter. */
#ifndef OS_USAGE_H
#define OS_USAGE_H

#include "lib/base/call.h"

/* One look. What is counted since the start of the machine says something only as the difference
 * of two looks. */
struct usage {
	int64_t at_boot_us;
	double busy_ticks, all_ticks;    /* of all processors: /proc/stat */
	double group_used_us, group_cpus; /* cpu.stat, cpu.max; group_cpus 0: no quota */
	double memory_percent;           /* not available for new work: without caches that can go */
	double disk_percent;             /* not available to this user, where PATH lies */
	int64_t memory_bytes, disk_free_bytes;
};

/* Looks at /proc and /sys (cgroup version 2 and 1) below the folder ROOT ("" for the real ones) and
 * at the file system that holds PATH. FAIL_IO when /proc cannot be read; without control groups
 * only the machine counts. */
enum fail usage_look(struct call *c, const char *root, const char *path, struct usage *out);

/* How busy the processors were between two looks, 0 to 100; -1 when nothing was counted between. */
double usage_cpu_percent(const struct usage *before, const struct usage *after);

#endif
