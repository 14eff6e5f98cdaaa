/* Commits that do not wait for the disk by themselves. */
#include <sys/wait.h>
#include <unistd.h>

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

/* What is in the files is all that a process that dies leaves, and all that a sync puts on disk: what
 * is held back anywhere is not there. */
static const char *copy_of_files(struct call *c)
{
	const char *copy = arena_printf(&c->arena, "%s/copy.db", test_folder(c));
	static const char *const ends[] = {"", "-wal"};

	for (size_t i = 0; i < 2; i++) {
		char *command[] = {arena_strdup(&c->arena, "cp"), arena_printf(&c->arena, "%s%s", c->store_path, ends[i]),
			arena_printf(&c->arena, "%s%s", copy, ends[i]), NULL};
		pid_t pid = fork();

		if (!pid) {
			execvp("cp", command);
			_exit(127);
		}
		waitpid(pid, NULL, 0);
	}
	return copy;
}

/* SQLite writes pages that do not fit into its cache before the commit, and parts of them again. */
TEST(a_large_transaction_is_in_the_files)
{
	char *text = arena_alloc(&c->arena, 1, 4001);

	memset(text, 'x', 4000);
	with_store(c);
	CHECK_OK(store_sync_apart(c));
	CHECK_OK(store_begin(c));
	for (int i = 0; i < 400; i++)
		CHECK_OK(put(c, arena_printf(&c->arena, "%d", i), 1));
	for (int i = 0; i < 2000; i++)
		CHECK_OK(store_run(c, SQL("insert into meta (name, value) values ($1, $2)"),
			PARAMS(arena_printf(&c->arena, "m%d", i), text), NULL));
	CHECK_OK(store_run(c, SQL("update counter set n = 2 where name = '0'"), NO_PARAMS, NULL));
	CHECK_OK(store_commit(c));
	CHECK_OK(store_sync(c, c->store));
	CHECK_TEXT(ask(c, copy_of_files(c), "select count(*) from counter where n between 1 and 2"), "400");
}

static bool fails;

static int refuse_sync(sqlite3_file *f, int flags)
{
	bool once = fails;

	(void)f, (void)flags;
	fails = false; /* the system says it once */
	return once ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

/* Has syncs of the log of C's store refused by refuse_sync(). */
static void spoil_log(struct call *c, sqlite3_io_methods *methods)
{
	sqlite3_file *log = NULL;

	CHECK(!sqlite3_file_control(c->store->handle.db, "main", SQLITE_FCNTL_JOURNAL_POINTER,
		&log));
	*methods = *log->pMethods;
	methods->xSync = refuse_sync;
	log->pMethods = methods;
}

/* A command's commit waits by itself, but lasts only where all before it does. */
TEST(what_another_has_lost_is_remembered)
{
	static sqlite3_io_methods methods;
	enum fail f;

	with_store(c);
	CHECK_OK(put(c, "a", 1));
	spoil_log(c, &methods);
	fails = true;
	f = put(c, "b", 1);
	CHECK(f == FAIL_UNKNOWN && store_unsure());
	fail_forget(c);
	CHECK_OK(put(c, "c", 1));
	CHECK(!store_unsure() && count(c) >= 2);
	/* The failure comes while the log is moved, before the transaction is begun. */
	fails = true;
	c->store->log_pages = STORE_LOG_PAGES_MAX;
	CHECK_OK(store_begin(c));
	CHECK(!fails && !store_unsure());
	store_rollback(c);
	/* And from another thread, within it. */
	CHECK_OK(store_begin(c));
	sync_failed();
	CHECK(store_commit(c) == FAIL_UNKNOWN);
	fail_forget(c);
	CHECK_OK(store_mend(c));
	CHECK(!store_unsure());
}

/* The log may then lack what stands in memory: it is moved before anything builds on it. */
TEST(what_the_disk_did_not_keep_is_moved)
{
	static const sqlite3_io_methods methods = {.iVersion = 1, .xSync = refuse_sync};
	sqlite3_file broken = {&methods}, *log;
	struct call other;
	struct query q;
	enum fail f;
	int64_t left;

	with_store(c);
	CHECK_OK(store_sync_apart(c));
	log = c->store->log;
	CHECK_OK(put(c, "a", 1));
	c->store->log = &broken;
	fails = true;
	CHECK(store_sync(c, c->store) == FAIL_UNKNOWN);
	fail_forget(c);
	/* Behind what is not there nothing else lasts. */
	CHECK(store_sync(c, c->store) == FAIL_UNKNOWN);
	fail_forget(c);
	c->store->log = log;
	/* A writer elsewhere is in the way. */
	other = OTHER(c);
	CHECK_OK(store_open(&other));
	CHECK_OK(handle_exec(&other, &other.store->handle, "begin immediate"));
	CHECK(store_begin(c) == FAIL_BUSY && store_unsure());
	fail_forget(c);
	CHECK_OK(handle_exec(&other, &other.store->handle, "rollback"));
	/* A reader does not keep the log from being moved, but from beginning anew. */
	CHECK_OK(query_start(&other, SQL("select name from counter"), NO_PARAMS, &q));
	CHECK(query_next(&other, &q, &f));
	CHECK(store_begin(c) == FAIL_BUSY && store_unsure());
	fail_forget(c);
	query_end(&q);
	CHECK_OK(store_begin(c));
	CHECK(!store_unsure() && c->store->log_pages == 1);
	store_rollback(c);
	CHECK_OK(store_sync(c, c->store));
	CHECK_OK(store_checkpoint(&other, &left));
	CHECK(left == 0);
	CHECK(count(c) == 1);
	call_release(&other);
}
