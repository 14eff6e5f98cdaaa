/* Commits that do not wait for the disk by themselves. */
#include "lib/store/handle.h"
#include "tests/unit/store_home.h"

TEST(commits_whose_sync_is_apart)
{
	struct call other, third = {0};

	with_store(c);
	CHECK_OK(store_sync_apart(c));
	CHECK_OK(put(c, "a", 1));
	other = OTHER(c);
	CHECK_OK(store_open_read(&other));
	CHECK(count(&other) == 1);
	CHECK_OK(store_sync(&third, c->store));
	call_release(&other);
}

static int refuse_sync(sqlite3_file *f, int op, void *arg)
{
	(void)f, (void)op, (void)arg;
	return SQLITE_IOERR_FSYNC;
}

/* The log may then lack what stands in memory: it is moved before anything builds on it. */
TEST(what_the_disk_did_not_keep_is_moved)
{
	static const sqlite3_io_methods methods = {.iVersion = 1, .xFileControl = refuse_sync};
	sqlite3_file broken = {&methods}, *log;
	struct call other;
	int64_t left;

	with_store(c);
	CHECK_OK(store_sync_apart(c));
	log = c->store->log;
	CHECK_OK(put(c, "a", 1));
	c->store->log = &broken;
	CHECK(store_sync(c, c->store) == FAIL_UNKNOWN);
	fail_forget(c);
	c->store->log = log;
	/* A writer elsewhere is in the way. */
	other = OTHER(c);
	CHECK_OK(store_open(&other));
	CHECK_OK(store_begin(&other));
	CHECK(store_begin(c) == FAIL_BUSY);
	fail_forget(c);
	store_rollback(&other);
	CHECK_OK(store_begin(c));
	CHECK(!c->store->unsure);
	store_rollback(c);
	CHECK_OK(store_checkpoint(&other, &left));
	CHECK(left == 0);
	CHECK(count(c) == 1);
	call_release(&other);
}
