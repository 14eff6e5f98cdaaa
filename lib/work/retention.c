/* Backups: listed, and the old ones removed. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/os/file.h"
#include "lib/work/backup.h"

#define DAY_MS INT64_C(86400000)

/* Number of the day, week or month (UTC) that a time belongs to. */
static int64_t day_of(int64_t at_ms)
{
	return at_ms / DAY_MS;
}

static int64_t week_of(int64_t at_ms)
{
	/* 1970-01-01 was a Thursday; weeks start on Monday. */
	return (day_of(at_ms) + 3) / 7;
}

static int64_t month_of(int64_t at_ms)
{
	time_t s = (time_t)(at_ms / 1000);
	struct tm tm = {0};

	gmtime_r(&s, &tm);
	return (int64_t)tm.tm_year * 12 + tm.tm_mon;
}

static const struct {
	int64_t (*number)(int64_t at_ms);
	int kept;
} periods[] = {{day_of, 7}, {week_of, 4}, {month_of, 12}};

void backup_keep(const int64_t *at_ms, size_t n, bool *keep)
{
	memset(keep, 0, n * sizeof *keep);
	for (size_t p = 0; p < sizeof periods / sizeof *periods; p++) {
		int left = periods[p].kept;
		int64_t last = -1;

		for (size_t i = 0; i < n && left; i++) {
			int64_t number = periods[p].number(at_ms[i]);

			if (number == last)
				continue;
			keep[i] = true;
			last = number;
			left--;
		}
	}
}

static int newest_first(const void *one, const void *two)
{
	const struct backup *a = one, *b = two;

	if (!a->damage != !b->damage)
		return a->damage ? 1 : -1;
	if (a->created_at != b->created_at)
		return a->created_at < b->created_at ? 1 : -1;
	return -strcmp(a->name, b->name);
}

static void close_folder(DIR **d)
{
	if (*d)
		closedir(*d);
}

/* Reads the backup NAME below DIR into *TO; one that cannot be read gets the reason instead. */
static void add(struct call *c, const char *dir, const char *name, struct backup *to)
{
	const char *path = arena_printf(&c->arena, "%s/%s", dir, name);

	if (backup_read(c, path, to) == FAIL_NONE)
		return;
	*to = (struct backup){.path = path, .name = path_base(path), .damage = c->why};
	fail_forget(c);
}

enum fail backup_list(struct call *c, const char *dir, struct backup **out, size_t *n)
{
	__attribute__((cleanup(close_folder))) DIR *d = fault_io(EIO) ? NULL : opendir(dir);
	struct backup *list = NULL;
	size_t count = 0, room = 0;
	struct dirent *entry;

	if (!d && errno != ENOENT)
		return fail_errno(c, errno, "cannot read the folder %s", dir);
	while (d && (entry = readdir(d))) {
		if (strncmp(entry->d_name, "trae-", 5))
			continue;
		if (count == room) {
			struct backup *more = ARENA_NEW(&c->arena, struct backup, room * 2 + 16);

			if (count)
				memcpy(more, list, count * sizeof *more);
			list = more;
			room = room * 2 + 16;
		}
		add(c, dir, entry->d_name, &list[count++]);
	}
	if (count)
		qsort(list, count, sizeof *list, newest_first);
	*out = list;
	*n = count;
	return FAIL_NONE;
}

/* Deletes the files of the folder PATH, which no longer counts as a backup, and the folder. */
static enum fail remove_folder(struct call *c, const char *path)
{
	static const char *const parts[] = {"config.json", "manifest.json", "store.db-journal",
		"store.db"};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const char *part = arena_printf(&c->arena, "%s/%s", path, parts[i]);

		if ((fault_io(EIO) || unlink(part)) && errno != ENOENT)
			return fail_errno(c, errno, "cannot remove %s", part);
	}
	if (fault_io(EIO) || rmdir(path))
		return fail_errno(c, errno, "cannot remove %s", path);
	return FAIL_NONE;
}

/* A backup loses its name first, so that one half deleted never looks like a damaged one. */
static enum fail remove_backup(struct call *c, const char *dir, const struct backup *b)
{
	const char *part = arena_printf(&c->arena, "%s/.%s" BACKUP_PART, dir, b->name);

	if (fault_io(EIO) || rename(b->path, part))
		return fail_errno(c, errno, "cannot remove %s", b->path);
	return remove_folder(c, part);
}

/* Removes what a process that died left of a backup a day ago or earlier. */
static enum fail remove_leftovers(struct call *c, const char *dir)
{
	__attribute__((cleanup(close_folder))) DIR *d = fault_io(EIO) ? NULL : opendir(dir);
	struct dirent *entry;
	struct stat st;

	if (!d)
		return errno == ENOENT ? FAIL_NONE
				       : fail_errno(c, errno, "cannot read the folder %s", dir);
	while ((entry = readdir(d))) {
		size_t len = strlen(entry->d_name), tail = strlen(BACKUP_PART);
		const char *path;

		if (strncmp(entry->d_name, ".trae-", 6) || len < tail ||
			strcmp(entry->d_name + len - tail, BACKUP_PART))
			continue;
		path = arena_printf(&c->arena, "%s/%s", dir, entry->d_name);
		if (!lstat(path, &st) && st.st_mtime < clock_now_ms() / 1000 - DAY_MS / 1000)
			TRY(remove_folder(c, path));
	}
	return FAIL_NONE;
}

enum fail backup_prune(struct call *c, const char *dir, int64_t *removed)
{
	struct backup *list, **rows;
	size_t n, count = 0;
	int64_t *at_ms, gone = 0;
	bool *keep;

	TRY(remove_leftovers(c, dir));
	TRY(backup_list(c, dir, &list, &n));
	rows = ARENA_NEW(&c->arena, struct backup *, n);
	at_ms = ARENA_NEW(&c->arena, int64_t, n);
	keep = ARENA_NEW(&c->arena, bool, n);
	for (size_t i = 0; i < n; i++) {
		if (list[i].damage || list[i].before_restore)
			continue;
		rows[count] = &list[i];
		at_ms[count++] = list[i].created_at;
	}
	backup_keep(at_ms, count, keep);
	for (size_t i = 0; i < count; i++) {
		if (keep[i])
			continue;
		TRY(remove_backup(c, dir, rows[i]));
		gone++;
	}
	if (removed)
		*removed = gone;
	return FAIL_NONE;
}
