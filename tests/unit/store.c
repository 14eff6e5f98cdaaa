/* The store: opening, permissions, transactions, migrations. */
#include "lib/store/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/os/file.h"
#include "tests/unit/store_home.h"

TEST(opens_and_makes_private_files)
{
	with_store(c);
	CHECK_OK(put(c, "a", 1));
	CHECK(mode_of(path_dir(c, c->store_path)) == 0700);
	CHECK(mode_of(c->store_path) == 0600);
	CHECK(mode_of(arena_printf(&c->arena, "%s-wal", c->store_path)) == 0600);
	CHECK(mode_of(arena_printf(&c->arena, "%s-shm", c->store_path)) == 0600);
}

TEST(read_only_open)
{
	at_new_place(c);
	CHECK(store_open_read(c) == FAIL_MISSING);
	CHECK(access(c->store_path, F_OK));
	fail_forget(c);
	/* What a process leaves that dies while it makes the store. */
	CHECK_OK(dir_make(c, path_dir(c, c->store_path)));
	CHECK(!mknod(c->store_path, S_IFREG | 0600, 0));
	CHECK(store_open_read(c) == FAIL_MISSING);
	fail_forget(c);
	CHECK_OK(store_open(c));
	c->store_close(c->store);
	c->store = NULL;
	CHECK_OK(store_open_read(c));
	CHECK(count(c) == 0);
	CHECK(store_begin(c) == FAIL_BUG);
	CHECK(put(c, "a", 1) == FAIL_BUG);
	fail_forget(c);
	CHECK_OK(store_open(c));
	CHECK_OK(put(c, "a", 1));
	CHECK(count(c) == 1);
}

TEST(dry_run_never_writes)
{
	at_new_place(c);
	c->dry_run = true;
	CHECK(store_open(c) == FAIL_MISSING);
	CHECK(access(c->store_path, F_OK));
	c->dry_run = false;
	fail_forget(c);
	CHECK_OK(store_open(c));
	c->dry_run = true;
	CHECK(store_begin(c) == FAIL_BUG);
	CHECK(put(c, "a", 1) == FAIL_BUG);
	CHECK(count(c) == 0);
}

static void check_denied(struct call *c, const char *part)
{
	CHECK(store_open(c) == FAIL_DENIED);
	CHECK(c->why && strstr(c->why, part));
	fail_forget(c);
}

TEST(permissions)
{
	const char *dir, *real;

	with_store(c);
	c->store_close(c->store);
	c->store = NULL;
	dir = path_dir(c, c->store_path);
	for (mode_t bit = 1; bit < 0100; bit <<= 1) {
		CHECK(!chmod(c->store_path, 0600 | bit));
		check_denied(c, "chmod 600");
		CHECK(!chmod(c->store_path, 0600));
		CHECK(!chmod(dir, 0700 | bit));
		check_denied(c, "chmod 700");
		CHECK(!chmod(dir, 0700));
	}
	real = arena_printf(&c->arena, "%s.real", c->store_path);
	CHECK(!rename(c->store_path, real) && !symlink(real, c->store_path));
	check_denied(c, "symbolic link");
	CHECK(!unlink(c->store_path) && !mkdir(c->store_path, 0700));
	CHECK(store_open(c) == FAIL_INPUT);
	fail_forget(c);
	CHECK(!rmdir(c->store_path) && !rename(real, c->store_path));
	CHECK_OK(store_open(c));
	if (!geteuid()) {
		c->store_close(c->store);
		c->store = NULL;
		CHECK(!chown(c->store_path, 12345, 12345));
		check_denied(c, "another user");
	}
}

TEST(linked_folder_is_refused)
{
	const char *dir;

	with_store(c);
	c->store_close(c->store);
	c->store = NULL;
	dir = arena_printf(&c->arena, "%s/link", test_folder(c));
	CHECK(!symlink(path_dir(c, c->store_path), dir));
	c->store_path = arena_printf(&c->arena, "%s/trae.db", dir);
	check_denied(c, "symbolic link");
}

TEST(transactions)
{
	struct call other;

	with_store(c);
	other = OTHER(c);
	CHECK_OK(store_open_read(&other));
	CHECK_OK(store_begin(c));
	CHECK_OK(put(c, "a", 1));
	CHECK(count(c) == 1);
	CHECK(count(&other) == 0);
	store_rollback(c);
	CHECK(count(c) == 0);
	CHECK(store_commit(c) == FAIL_BUG);
	fail_forget(c);
	CHECK_OK(store_begin(c));
	CHECK_OK(put(c, "a", 1));
	CHECK_OK(store_commit(c));
	CHECK(count(&other) == 1);
	CHECK_OK(store_begin(c));
	CHECK(store_end(c, put(c, "a", 2)) == FAIL_CONFLICT);
	CHECK(!store_in_transaction(c));
	CHECK(count(c) == 1);
	call_release(&other);
}

TEST(a_transaction_within_another_is_kept_or_given_up_alone)
{
	struct call other;

	with_store(c);
	other = OTHER(c);
	CHECK_OK(store_open_read(&other));
	CHECK_OK(store_begin(c));
	CHECK_OK(put(c, "a", 1));
	CHECK_OK(store_begin(c));
	CHECK_OK(store_end(c, put(c, "b", 1)));
	CHECK(count(&other) == 0);
	CHECK_OK(store_begin(c));
	CHECK_OK(put(c, "c", 1));
	CHECK(store_end(c, put(c, "a", 2)) == FAIL_CONFLICT);
	fail_forget(c);
	CHECK(store_in_transaction(c) && count(c) == 2);
	CHECK_OK(store_commit(c));
	CHECK(!store_in_transaction(c) && count(&other) == 2);

	CHECK_OK(store_begin(c));
	CHECK_OK(store_begin(c));
	CHECK_OK(store_end(c, put(c, "d", 1)));
	store_rollback(c);
	CHECK(!store_in_transaction(c) && count(&other) == 2);
	call_release(&other);
}

TEST(parameters_are_bound_by_name)
{
	int64_t changes = 0;
	QUERY_AUTO q;
	enum fail f;

	with_store(c);
	CHECK_OK(store_run(c, SQL("insert into counter (n, name) values ($2, $1)"),
		PARAMS("seven", 7), &changes));
	CHECK(changes == 1);
	CHECK_OK(query_start(c, SQL("select n, name, null, 0.5 from counter where n = $2"
		" and (cast($1 as text) is null or name = $1)"),
		PARAMS((const char *)NULL, 7), &q));
	CHECK(query_next(c, &q, &f));
	CHECK(query_int(&q, 0) == 7);
	CHECK_TEXT(query_text(c, &q, 1), "seven");
	CHECK(query_null(&q, 2) && !query_text(c, &q, 2));
	CHECK(query_real(&q, 3) > 0.4 && query_real(&q, 3) < 0.6);
	CHECK(!query_next(c, &q, &f));
	CHECK_OK(f);
	CHECK(store_run(c, SQL("delete from counter where n = $1"), PARAMS(1, 2), NULL)
		== FAIL_BUG);
	CHECK(store_run(c, SQL("delete from counter where n = $1"), NO_PARAMS, NULL)
		== FAIL_BUG);
}

static enum fail names(struct call *c, int64_t above, struct query *q)
{
	return query_start(c, SQL("select name from counter where n > $1 order by n"),
		PARAMS(above), q);
}

TEST(one_query_runs_twice_at_once)
{
	QUERY_AUTO first, second;
	enum fail f;

	with_store(c);
	CHECK_OK(put(c, "a", 1));
	CHECK_OK(put(c, "b", 2));
	CHECK_OK(names(c, 0, &first));
	CHECK(query_next(c, &first, &f));
	CHECK_OK(names(c, 1, &second));
	CHECK(query_next(c, &second, &f));
	CHECK_TEXT(query_text(c, &second, 0), "b");
	CHECK(query_next(c, &first, &f));
	CHECK_TEXT(query_text(c, &first, 0), "b");
}

TEST(strict_tables_and_safe_settings)
{
	with_store(c);
	CHECK(store_run(c, SQL("insert into counter (name, n) values ('x', 'no number')"),
		NO_PARAMS, NULL) == FAIL_CONFLICT);
	fail_forget(c);
	CHECK(store_run(c, SQL("insert into counter (name, n) values (\"x\", 1)"), NO_PARAMS, NULL)
		== FAIL_BUG);
	fail_forget(c);
	CHECK(store_run(c, SQL("insert into task (id, operation, arguments, state, channel,"
		" created_at) values ('1', 'a', '{}', 'odd', 'shell', 0)"), NO_PARAMS, NULL)
		== FAIL_CONFLICT);
}

TEST(refuses_what_is_no_store)
{
	const char *version = "pragma user_version=9999";
	char junk[8192];

	at_new_place(c);
	CHECK_OK(dir_make(c, path_dir(c, c->store_path)));
	memset(junk, 'x', sizeof junk);
	CHECK_OK(file_replace(c, c->store_path, junk, sizeof junk, 0600));
	CHECK(store_open(c) == FAIL_INPUT);
	CHECK(strstr(c->why, "not a database"));
	fail_forget(c);

	CHECK(!unlink(c->store_path));
	ask(c, c->store_path, "create table foreign_table (a)");
	CHECK(!chmod(c->store_path, 0600));
	CHECK(store_open(c) == FAIL_INPUT);
	CHECK(strstr(c->why, "another program"));
	fail_forget(c);
	CHECK(!ask(c, c->store_path, "select 1 from task"));

	with_store(c);
	c->store_close(c->store);
	c->store = NULL;
	ask(c, c->store_path, version);
	CHECK(store_open(c) == FAIL_INPUT);
	CHECK(strstr(c->why, "newer version"));
	CHECK_TEXT(ask(c, c->store_path, "pragma user_version"), "9999");
}

TEST(truncated_store_is_damage_and_stays)
{
	struct stat st;

	with_store(c);
	for (int i = 0; i < 200; i++)
		CHECK_OK(put(c, arena_printf(&c->arena, "%0200d", i), i));
	CHECK_OK(store_checkpoint(c, NULL));
	c->store_close(c->store);
	c->store = NULL;
	unlink(arena_printf(&c->arena, "%s-wal", c->store_path));
	unlink(arena_printf(&c->arena, "%s-shm", c->store_path));
	CHECK(!stat(c->store_path, &st));
	CHECK(!truncate(c->store_path, st.st_size / 2 / 4096 * 4096));
	CHECK(store_verify(c, c->store_path) == FAIL_INPUT);
	CHECK(strstr(c->why, "damaged"));
}

TEST(one_without_places_to_go_back_to)
{
	with_store(c);
	CHECK_OK(store_begin(c));
	store_flatten(c);
	CHECK_OK(put(c, "a", 1));
	CHECK_OK(store_begin(c));
	CHECK_OK(put(c, "b", 1));
	CHECK_OK(store_commit(c));
	/* What changed nothing may be given up. */
	CHECK_OK(store_begin(c));
	store_rollback(c);
	CHECK(!store_spoiled(c));
	CHECK_OK(store_commit(c));
	CHECK(count(c) == 2);
	CHECK_OK(store_begin(c));
	store_flatten(c);
	CHECK_OK(store_begin(c));
	CHECK_OK(put(c, "c", 1));
	store_rollback(c);
	CHECK(store_spoiled(c));
	CHECK(store_commit(c) == FAIL_BUG);
	fail_forget(c);
	CHECK(count(c) == 2);
	/* The next one is as ever. */
	CHECK_OK(store_begin(c));
	CHECK_OK(store_begin(c));
	CHECK_OK(put(c, "c", 1));
	store_rollback(c);
	CHECK_OK(store_commit(c));
	CHECK(count(c) == 2);
}

TEST(migrations_for_both_engines)
{
	const char *name = NULL, *text;
	int number = 1;

	for (; (text = store_migration(c, number, "sqlite", &name)); number++) {
		CHECK(!strchr(text, '@'));
		CHECK(!strstr(text, "create table") || strstr(text, "strict"));
		CHECK(atoi(name) == number);
		text = store_migration(c, number, "postgres", &name);
		CHECK(text && !strchr(text, '@') && !strstr(text, "strict"));
	}
	CHECK(number > 1);
}

TEST(facts)
{
	struct store_facts facts;

	with_store(c);
	CHECK_OK(store_facts(c, &facts));
	CHECK(facts.schema == facts.newest_schema && facts.schema > 0);
	CHECK(facts.log_bytes > 0);
	CHECK_TEXT(facts.path, c->store_path);
	CHECK(store_wal_reset_defect(3040001) && store_wal_reset_defect(3051002));
	CHECK(store_wal_reset_defect(3044005) && store_wal_reset_defect(3050006));
	CHECK(!store_wal_reset_defect(3044006) && !store_wal_reset_defect(3050007));
	CHECK(!store_wal_reset_defect(3051003) && !store_wal_reset_defect(3052000));
}

static void open_at_once(struct call *c)
{
	pid_t pids[8];

	fflush(stdout);
	for (int i = 0; i < 8; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			struct call own = OTHER(c);
			enum fail f = store_open(&own);

			if (!f)
				f = put(&own, arena_printf(&own.arena, "%d", i), i);
			if (f)
				printf("# %s\n", own.why);
			fflush(stdout);
			call_release(&own);
			_exit(f != FAIL_NONE);
		}
	}
	for (int i = 0; i < 8; i++) {
		int status = -1;

		CHECK(waitpid(pids[i], &status, 0) == pids[i]);
		CHECK(status == 0);
	}
	CHECK_OK(store_open(c));
	CHECK(count(c) == 8);
	c->store_close(c->store);
	c->store = NULL;
}

TEST(processes_open_a_new_store_at_once)
{
	const char *folder = test_folder(c);

	for (int i = 0; i < 30; i++) {
		c->store_path = arena_printf(&c->arena, "%s/%d/trae.db", folder, i);
		open_at_once(c);
	}
}
