/* The store as a whole: copied, verified, replaced. */
#include <sys/stat.h>
#include <unistd.h>

#include "lib/os/file.h"
#include "tests/unit/store_home.h"

TEST(backup_is_one_whole_file)
{
	const char *copy;
	struct store_summary sum = {0};
	int64_t rows = 0;

	with_store(c);
	for (int i = 0; i < 100; i++)
		CHECK_OK(put(c, arena_printf(&c->arena, "%d", i), i));
	copy = arena_printf(&c->arena, "%s/copy.db", test_folder(c));
	CHECK_OK(store_backup(c, copy));
	CHECK(store_backup(c, copy) == FAIL_CONFLICT);
	fail_forget(c);
	CHECK_OK(store_verify(c, copy));
	CHECK_OK(store_summarise(c, copy, &sum));
	CHECK(sum.tables >= 4 && sum.schema > 0);
	for (size_t i = 0; i < sum.tables; i++)
		if (!strcmp(sum.table[i].name, "counter"))
			rows = sum.table[i].rows;
	CHECK(rows == 100);
	CHECK(mode_of(copy) == 0600);
	CHECK(access(arena_printf(&c->arena, "%s-wal", copy), F_OK));
	CHECK(access(arena_printf(&c->arena, "%s-shm", copy), F_OK));
	CHECK_TEXT(ask(c, copy, "pragma journal_mode"), "delete");
}

TEST(verify_sees_a_changed_schema)
{
	const char *copy;

	with_store(c);
	copy = arena_printf(&c->arena, "%s/copy.db", test_folder(c));
	CHECK_OK(store_backup(c, copy));
	ask(c, copy, "create trigger t after insert on task begin delete from file; end");
	CHECK(store_verify(c, copy) == FAIL_INPUT);
	CHECK(strstr(c->why, "tables"));
}

TEST(replace_overwrites_a_whole_store)
{
	const char *copy, *aside;
	struct call other;

	with_store(c);
	CHECK_OK(put(c, "kept", 1));
	copy = arena_printf(&c->arena, "%s/copy.db", test_folder(c));
	aside = test_folder(c);
	CHECK_OK(store_backup(c, copy));
	CHECK_OK(put(c, "lost", 2));
	other = OTHER(c);
	CHECK_OK(store_open_read(&other));
	CHECK(store_replace(c, copy, aside, NULL, NULL) == FAIL_BUSY);
	fail_forget(c);
	call_release(&other);
	CHECK_OK(store_replace(c, copy, aside, NULL, NULL));
	CHECK_OK(store_open(c));
	CHECK(count(c) == 1);
	CHECK_TEXT(ask(c, arena_printf(&c->arena, "%s/store.db", aside),
		"select count(*) from counter"), "2");
}

TEST(replace_keeps_a_damaged_store)
{
	const char *copy, *aside, *kept;
	char junk[8192];

	with_store(c);
	CHECK_OK(put(c, "kept", 1));
	copy = arena_printf(&c->arena, "%s/copy.db", test_folder(c));
	aside = test_folder(c);
	CHECK_OK(store_backup(c, copy));
	c->store_close(c->store);
	c->store = NULL;
	memset(junk, 'x', sizeof junk);
	CHECK_OK(file_replace(c, c->store_path, junk, sizeof junk, 0600));
	/* The log alone would still hold every page. */
	CHECK_OK(file_replace(c, arena_printf(&c->arena, "%s-wal", c->store_path), junk, 100,
		0600));
	CHECK_OK(store_replace(c, copy, aside, NULL, NULL));
	kept = arena_printf(&c->arena, "%s/trae.db", aside);
	CHECK(bytes_of(kept) == sizeof junk);
	CHECK_OK(store_open(c));
	CHECK(count(c) == 1);
	CHECK_TEXT(ask(c, c->store_path, "pragma journal_mode"), "wal");
}
