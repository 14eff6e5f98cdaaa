/* What the tests of the store share. */
#ifndef TESTS_STORE_H
#define TESTS_STORE_H

#include <sqlite3.h>
#include <sys/stat.h>

#include "lib/store/store.h"
#include "tests/unit/folder.h"
#include "tests/unit/unit.h"

/* A call of its own on the store of C, as another process would have. */
#define OTHER(c) (struct call){.store_path = (c)->store_path}

__attribute__((unused)) static void at_new_place(struct call *c)
{
	c->store_path = arena_printf(&c->arena, "%s/data/trae.db", test_folder(c));
}

__attribute__((unused)) static void with_store(struct call *c)
{
	at_new_place(c);
	CHECK_OK(store_open(c));
}

__attribute__((unused)) static enum fail put(struct call *c, const char *name, int64_t n)
{
	return store_run(c, SQL("insert into counter (name, n) values ($1, $2)"), PARAMS(name, n),
		NULL);
}

__attribute__((unused)) static int64_t count(struct call *c)
{
	QUERY_AUTO q;
	enum fail f;
	int64_t n = -1;

	CHECK_OK(query_start(c, SQL("select count(*) from counter"), NO_PARAMS, &q));
	if (query_next(c, &q, &f))
		n = query_int(&q, 0);
	CHECK_OK(f);
	return n;
}

/* What the store at PATH says to the bare SQLite. */
__attribute__((unused)) static const char *ask(struct call *c, const char *path, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	const char *text = NULL;
	sqlite3 *db;

	CHECK(!sqlite3_open(path, &db));
	if (!sqlite3_prepare_v2(db, sql, -1, &statement, NULL)
		&& sqlite3_step(statement) == SQLITE_ROW)
		text = arena_strdup(&c->arena, (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return text;
}

__attribute__((unused)) static int64_t bytes_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : st.st_size;
}

__attribute__((unused)) static mode_t mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? 0 : st.st_mode & 0777;
}

#endif
