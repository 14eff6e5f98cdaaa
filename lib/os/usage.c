/* Usage: how much of processor, memory and disk is taken. */
#include "lib/os/usage.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "lib/base/clock.h"
#include "lib/os/file.h"

#define PROC_MAX (1 << 20)

/* Where the two versions of control groups keep the same numbers. */
static const struct group_files {
	const char *controller; /* of a line of /proc/self/cgroup; "" is version 2 */
	const char *mount, *limit, *period, *used, *stat, *key;
} memory_files[] = {
	{"", "/sys/fs/cgroup", "memory.max", NULL, "memory.current", "memory.stat", "inactive_file"},
	{"memory", "/sys/fs/cgroup/memory", "memory.limit_in_bytes", NULL, "memory.usage_in_bytes",
		"memory.stat", "total_inactive_file"},
}, cpu_files[] = {
	{"", "/sys/fs/cgroup", "cpu.max", NULL, NULL, "cpu.stat", "usage_usec"},
	{"cpu", "/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", "cpu.cfs_period_us",
		"cpuacct.usage", NULL, NULL},
};

/* The text of a file that may be absent, else NULL. */
static char *text_of(struct call *c, const char *path)
{
	char *text;
	size_t len;

	if (file_read(c, path, PROC_MAX, &text, &len) == FAIL_NONE)
		return text;
	fail_forget(c);
	return NULL;
}

static double number_of(struct call *c, const char *folder, const char *file, double otherwise)
{
	const char *text = file ? text_of(c, arena_printf(&c->arena, "%s/%s", folder, file)) : NULL;
	char *end;
	double value = text ? strtod(text, &end) : 0;

	return text && end != text ? value : otherwise;
}

/* The number behind the word KEY at the start of a line of TEXT. */
static double keyed(const char *text, const char *key, double otherwise)
{
	size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, len) && strchr(" \t:", line[len]))
			return strtod(line + len + strspn(line + len, " \t:"), NULL);
	}
	return otherwise;
}

static bool names(const char *list, size_t len, const char *controller)
{
	size_t want = strlen(controller);

	for (size_t at = 0; at <= len;) {
		size_t word = strcspn(list + at, ",:");

		if (word == want && !strncmp(list + at, controller, want))
			return true;
		at += word + 1;
	}
	return false;
}

/* The group of this process for CONTROLLER: the path in its line "ID:LIST:PATH", or NULL. */
static char *group_of(struct call *c, const char *groups, const char *controller)
{
	for (const char *line = groups; line && *line; line = strchr(line, '\n')) {
		const char *list, *path;

		line += *line == '\n';
		list = strchr(line, ':');
		path = list ? strchr(list + 1, ':') : NULL;
		if (path && names(list + 1, (size_t)(path - list - 1), controller))
			return arena_memdup(&c->arena, path + 1, strcspn(path + 1, "\n"));
	}
	return NULL;
}

static void look_memory_group(struct call *c, const struct group_files *g, const char *folder,
	struct usage *u)
{
	double limit = number_of(c, folder, g->limit, 0);
	const char *stat;
	double used;

	if (limit <= 0 || limit >= (double)u->memory_bytes) /* none, or none that binds */
		return;
	stat = text_of(c, arena_printf(&c->arena, "%s/%s", folder, g->stat));
	used = number_of(c, folder, g->used, 0) - keyed(stat, g->key, 0);
	u->memory_percent = fmax(u->memory_percent, 100 * fmax(used, 0) / limit);
}

static void look_cpu_group(struct call *c, const struct group_files *g, const char *folder,
	struct usage *u)
{
	const char *text = text_of(c, arena_printf(&c->arena, "%s/%s", folder, g->limit));
	double quota = 0, period = 0, used, cpus;
	char *end;

	if (!text)
		return;
	quota = strtod(text, &end); /* "max 100000", "50000 100000", or of version 1 "-1" */
	period = g->period ? number_of(c, folder, g->period, 0) : strtod(end, NULL);
	if (end == text || quota <= 0 || period <= 0)
		return;
	if (g->key)
		used = keyed(text_of(c, arena_printf(&c->arena, "%s/%s", folder, g->stat)),
			g->key, -1);
	else
		used = number_of(c, folder, g->used, -1000) / 1000; /* nanoseconds */
	cpus = quota / period;
	if (used < 0 || (u->group_cpus > 0 && u->group_cpus <= cpus))
		return;
	u->group_used_us = used;
	u->group_cpus = cpus;
}

/* Calls LOOK for the group of this process and for every group above it: each may have a limit. */
static void look_groups(struct call *c, const char *root, const char *groups,
	const struct group_files *g,
	void (*look)(struct call *, const struct group_files *, const char *, struct usage *),
	struct usage *u)
{
	char *path = group_of(c, groups, g->controller), *cut;

	while (path) {
		look(c, g, arena_printf(&c->arena, "%s%s%s", root, g->mount,
			strcmp(path, "/") ? path : ""), u);
		cut = strrchr(path, '/');
		if (!cut || !strcmp(path, "/"))
			break;
		cut[cut == path] = '\0';
	}
}

static void look_ticks(const char *stat, struct usage *u)
{
	/* user nice system idle iowait irq softirq steal; guest time is in user already */
	const char *p = stat + strcspn(stat, " ");

	for (int column = 0; column < 8; column++) {
		char *end;
		double ticks = strtod(p, &end);

		if (end == p)
			break;
		u->all_ticks += ticks;
		if (column != 3 && column != 4)
			u->busy_ticks += ticks;
		p = end;
	}
}

static enum fail look_disk(struct call *c, const char *path, struct usage *u)
{
	struct statvfs fs;
	double total;

	if (statvfs(path, &fs))
		return fail_errno(c, errno, "cannot look at the file system of %s", path);
	total = (double)(fs.f_blocks - fs.f_bfree) + (double)fs.f_bavail;
	u->disk_free_bytes = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
	u->disk_percent = total > 0 ? 100 * (1 - (double)fs.f_bavail / total) : 0;
	return FAIL_NONE;
}

enum fail usage_look(struct call *c, const char *root, const char *path, struct usage *out)
{
	const char *stat = text_of(c, arena_printf(&c->arena, "%s/proc/stat", root));
	const char *memory = text_of(c, arena_printf(&c->arena, "%s/proc/meminfo", root));
	const char *groups = text_of(c, arena_printf(&c->arena, "%s/proc/self/cgroup", root));
	struct usage u = {.at_boot_us = clock_boot_us()};
	double total;

	if (!stat || !memory)
		return fail(c, FAIL_IO, "cannot read %s/proc/%s", root, stat ? "meminfo" : "stat");
	look_ticks(stat, &u);
	total = keyed(memory, "MemTotal", 0);
	if (total <= 0)
		return fail(c, FAIL_IO, "%s/proc/meminfo names no MemTotal", root);
	u.memory_bytes = (int64_t)(total * 1024);
	u.memory_percent = 100 * (1 - keyed(memory, "MemAvailable", 0) / total);
	for (size_t i = 0; groups && i < sizeof memory_files / sizeof *memory_files; i++)
		look_groups(c, root, groups, &memory_files[i], look_memory_group, &u);
	for (size_t i = 0; groups && i < sizeof cpu_files / sizeof *cpu_files; i++)
		look_groups(c, root, groups, &cpu_files[i], look_cpu_group, &u);
	TRY(look_disk(c, path, &u));
	*out = u;
	return FAIL_NONE;
}

double usage_cpu_percent(const struct usage *before, const struct usage *after)
{
	double ticks = after->all_ticks - before->all_ticks;
	double span_us = (double)(after->at_boot_us - before->at_boot_us);
	double percent = ticks > 0 ? 100 * (after->busy_ticks - before->busy_ticks) / ticks : -1;

	if (after->group_cpus > 0 && before->group_cpus > 0 && span_us > 0)
		percent = fmax(percent, 100 * (after->group_used_us - before->group_used_us)
			/ (span_us * after->group_cpus));
	return percent > 100 ? 100 : percent;
}
