/* Backups: made, checked, tried, restored, listed, removed. */
#include "lib/work/backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/model/counter.h"
#include "lib/model/file.h"
#include "lib/os/dirs.h"
#include "lib/os/file.h"
#include "tests/unit/folder.h"
#include "tests/unit/unit.h"

/* A home of its own with an open store that holds FILES files. */
static void with_home(struct call *c, int files)
{
	setenv("HOME", test_folder(c), 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_CACHE_HOME");
	CHECK_OK(store_open(c));
	for (int i = 0; i < files; i++) {
		struct file f = {.path = arena_printf(&c->arena, "/f/%d", i), .bytes = 10,
			.media_type = "text/plain", .sha256 = "00"};

		CHECK_OK(file_record(c, &f));
	}
}

static void close_store(struct call *c)
{
	c->store_close(c->store);
	c->store = NULL;
}

static int64_t files_in(struct call *c)
{
	struct counters n = {0};

	CHECK_OK(store_open(c));
	CHECK_OK(counters_read(c, &n));
	return n.files;
}

static void write_config(struct call *c, const char *text)
{
	CHECK_OK(dir_make(c, dir_config(c)));
	CHECK_OK(file_replace(c, arena_printf(&c->arena, "%s/config.json", dir_config(c)), text,
		strlen(text), 0600));
}

static const char *read_config(struct call *c)
{
	char *text = NULL;
	size_t len;

	CHECK_OK(file_read(c, arena_printf(&c->arena, "%s/config.json", dir_config(c)), 1000, &text,
		&len));
	return text;
}

/* Rows of the table "file", as the summary of B has them. */
static int64_t files_of(const struct backup *b)
{
	for (size_t i = 0; i < b->summary.tables; i++)
		if (!strcmp(b->summary.table[i].name, "file"))
			return b->summary.table[i].rows;
	return -1;
}

TEST(made_and_checked)
{
	struct backup b, read;

	with_home(c, 3);
	write_config(c, "{}\n");
	CHECK_OK(backup_create(c, backup_dir(c), &b));
	CHECK_OK(backup_verify(c, b.path, &read));
	CHECK_TEXT(read.sha256, b.sha256);
	CHECK(read.has_config && !read.before_restore && read.summary.schema > 0);
	CHECK(read.bytes > 4096);
	CHECK(files_of(&read) == 3);
	CHECK(strlen(b.name) == strlen("trae-20261120T185200Z"));
	CHECK_OK(backup_test(c, b.path, &read));
	CHECK(files_in(c) == 3);
}

TEST(none_without_a_store)
{
	struct backup b;

	with_home(c, 0);
	close_store(c);
	CHECK(!unlink(store_path(c)));
	CHECK(backup_create(c, backup_dir(c), &b) == FAIL_MISSING);
	CHECK(access(backup_dir(c), F_OK));
}

/* Overwrites one byte of the file NAME of the backup at PATH. */
static void spoil(struct call *c, const char *path, const char *name, off_t at)
{
	int fd = open(arena_printf(&c->arena, "%s/%s", path, name), O_WRONLY);

	CHECK(pwrite(fd, "!", 1, at) == 1);
	close(fd);
}

TEST(damage_is_seen)
{
	struct backup b, other;
	const char *manifest;
	char *text = NULL, *at;
	size_t len = 0;

	with_home(c, 3);
	CHECK_OK(backup_create(c, backup_dir(c), &b));
	spoil(c, b.path, "store.db", 5000);
	CHECK(backup_verify(c, b.path, &other) == FAIL_INPUT);
	CHECK(strstr(c->why, "hash"));
	fail_forget(c);
	CHECK(backup_test(c, b.path, &other) == FAIL_INPUT);
	fail_forget(c);

	/* A manifest whose counts are wrong while the hash is right. */
	CHECK_OK(backup_create(c, backup_dir(c), &b));
	manifest = arena_printf(&c->arena, "%s/manifest.json", b.path);
	CHECK_OK(file_read(c, manifest, 100000, &text, &len));
	at = strstr(text, "\"file\": 3");
	CHECK(at != NULL);
	if (at)
		at[8] = '4';
	CHECK_OK(file_replace(c, manifest, text, len, 0600));
	CHECK(backup_verify(c, b.path, &other) == FAIL_INPUT);
	CHECK(strstr(c->why, "manifest says 4"));
	fail_forget(c);
	spoil(c, b.path, "manifest.json", 0);
	CHECK(backup_verify(c, b.path, &other) == FAIL_INPUT);
}

TEST(restore_keeps_what_it_replaces)
{
	struct backup b, before;
	const char *kept = NULL;
	struct file f = {.path = "/f/new", .bytes = 10, .media_type = "text/plain", .sha256 = "00"};

	with_home(c, 3);
	write_config(c, "{\"a\":1}");
	CHECK_OK(backup_create(c, backup_dir(c), &b));
	CHECK_OK(file_record(c, &f));
	write_config(c, "{\"a\":2}");
	CHECK_OK(backup_restore(c, b.path, backup_dir(c), &kept));
	CHECK(files_in(c) == 3);
	CHECK_TEXT(read_config(c), "{\"a\":1}");
	CHECK(kept && strstr(kept, "-before-restore"));
	close_store(c);
	CHECK_OK(backup_verify(c, kept, &before));
	CHECK(before.before_restore && files_of(&before) == 4);
	CHECK_OK(backup_restore(c, kept, backup_dir(c), &kept));
	CHECK(files_in(c) == 4);
	CHECK_TEXT(read_config(c), "{\"a\":2}");
}

TEST(restore_over_nothing_and_over_damage)
{
	struct backup b, *list;
	const char *kept = "unset";
	char junk[10000];
	size_t n;

	with_home(c, 3);
	CHECK_OK(backup_create(c, backup_dir(c), &b));
	close_store(c);
	CHECK(!unlink(store_path(c)));
	CHECK(!unlink(arena_printf(&c->arena, "%s-wal", store_path(c))));
	CHECK(!unlink(arena_printf(&c->arena, "%s-shm", store_path(c))));
	CHECK_OK(backup_restore(c, b.path, backup_dir(c), &kept));
	CHECK(!kept);
	CHECK(files_in(c) == 3);
	close_store(c);

	memset(junk, 'x', sizeof junk);
	CHECK_OK(file_replace(c, store_path(c), junk, sizeof junk, 0600));
	unlink(arena_printf(&c->arena, "%s-wal", store_path(c)));
	CHECK(store_open(c) == FAIL_INPUT);
	fail_forget(c);
	CHECK_OK(backup_restore(c, b.path, backup_dir(c), &kept));
	CHECK(files_in(c) == 3);
	CHECK(kept && !access(arena_printf(&c->arena, "%s/trae.db", kept), F_OK));
	CHECK_OK(backup_list(c, backup_dir(c), &list, &n));
	CHECK(n == 2 && !list[0].damage && list[1].damage);
}

TEST(a_bad_backup_changes_nothing)
{
	struct backup b;
	const char *kept;

	with_home(c, 3);
	CHECK_OK(backup_create(c, backup_dir(c), &b));
	spoil(c, b.path, "store.db", 5000);
	CHECK(backup_restore(c, b.path, backup_dir(c), &kept) == FAIL_INPUT);
	fail_forget(c);
	CHECK(backup_restore(c, "/nonexistent", backup_dir(c), &kept) == FAIL_MISSING);
	fail_forget(c);
	CHECK(files_in(c) == 3);
}

TEST(list_is_empty_without_a_folder)
{
	struct backup *list;
	size_t n = 1;

	CHECK_OK(backup_list(c, "/nonexistent/backups", &list, &n));
	CHECK(n == 0);
}

#define DAY INT64_C(86400000)
#define HOUR INT64_C(3600000)

/* Kept of one backup an hour during DAYS days up to Friday 2026-11-20 12:00 UTC. */
static size_t kept_of_hourly(struct call *c, int days, bool **out)
{
	size_t n = (size_t)days * 24, kept = 0;
	int64_t *at = ARENA_NEW(&c->arena, int64_t, n);

	*out = ARENA_NEW(&c->arena, bool, n);
	for (size_t i = 0; i < n; i++)
		at[i] = INT64_C(1795176000000) - (int64_t)i * HOUR;
	backup_keep(at, n, *out);
	for (size_t i = 0; i < n; i++)
		kept += (*out)[i];
	return kept;
}

TEST(retention)
{
	bool *keep;
	int64_t odd[3] = {1795176000000, 1795176000000 - 400 * DAY, 1795176000000 - 800 * DAY};
	bool all[3];

	CHECK(kept_of_hourly(c, 1, &keep) == 2);
	CHECK(keep[0] && keep[13]);
	/* Days from Friday 20th back to Saturday 14th. Sunday 15th is also the newest of its week;
	 * those of the two weeks before are of Sunday 8th and 1st. October 31st ends its month. */
	CHECK(kept_of_hourly(c, 60, &keep) == 7 + 2 + 2);
	CHECK(keep[13 + 24 * 11] && keep[13 + 24 * 18] && keep[13 + 24 * 19]);
	CHECK(kept_of_hourly(c, 1000, &keep) == 7 + 2 + 11);
	backup_keep(odd, 3, all);
	CHECK(all[0] && all[1] && all[2]);
}

TEST(prune_removes_and_spares)
{
	struct backup b, *list;
	const char *kept;
	int64_t removed = -1;
	size_t n = 0;

	with_home(c, 1);
	for (int i = 0; i < 3; i++)
		CHECK_OK(backup_create(c, backup_dir(c), &b));
	CHECK_OK(backup_restore(c, b.path, backup_dir(c), &kept));
	CHECK_OK(backup_prune(c, backup_dir(c), &removed));
	CHECK(removed == 2);
	CHECK_OK(backup_list(c, backup_dir(c), &list, &n));
	CHECK(n == 2);
}
