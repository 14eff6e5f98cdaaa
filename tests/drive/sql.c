/* The SQL of the tree, for tests/sql.bats.
 *     sql migrations ENGINE           prints all migrations for the engine
 *     sql prepare                     prepares the queries on standard input, each ended by NUL, on
 *                                     a new store; prints those that SQLite refuses
 *     sql postgres                    prints the same queries as PREPARE statements
 *     sql on FILE STATEMENT           runs it with the bare SQLite; prints the first column */
#include <stdio.h>
#include <string.h>

#include "lib/os/file.h"
#include "lib/store/handle.h"
#include "lib/store/store.h"

static int print_migrations(struct call *c, const char *engine)
{
	const char *name, *text;

	for (int i = 1; (text = store_migration(c, i, engine, &name)); i++)
		printf("begin;\n%s\ncommit;\n", text);
	return 0;
}

static bool accepted(sqlite3 *db, const char *query)
{
	sqlite3_stmt *statement = NULL;
	bool good = !sqlite3_prepare_v2(db, query, -1, &statement, NULL) && statement;

	if (!good)
		printf("%s\n  %s\n", query, sqlite3_errmsg(db));
	sqlite3_finalize(statement);
	return good;
}

static int each_query(struct call *c, bool prepare)
{
	HANDLE_AUTO h = {0};
	int number = 0, refused = 0;
	char *text = NULL;
	size_t len = 0;

	if (file_read(c, "-", 1 << 24, &text, &len) ||
		handle_open(c, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, &h) ||
		migrate_apply(c, &h, 0, migrate_newest())) {
		printf("%s\n", c->why);
		return 2;
	}
	for (size_t at = 0; at < len; at += strlen(text + at) + 1) {
		if (!text[at])
			continue;
		number++;
		if (prepare)
			refused += !accepted(h.db, text + at);
		else
			printf("prepare q%d as %s;\n", number, text + at);
	}
	if (prepare)
		printf("%d queries, %d refused\n", number, refused);
	return refused > 0;
}

static int print_first(void *arg, int n, char **values, char **names)
{
	(void)arg;
	(void)names;
	puts(n && values[0] ? values[0] : "");
	return 0;
}

static int run_on(const char *path, const char *statement)
{
	char *error = NULL;
	sqlite3 *db;
	int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

	if (!rc)
		rc = sqlite3_exec(db, statement, print_first, NULL, &error);
	if (rc)
		puts(error ? error : sqlite3_errmsg(db));
	sqlite3_free(error);
	sqlite3_close(db);
	return rc != 0;
}

int main(int argc, char **argv)
{
	struct call c = {0};
	int status = 64;

	if (argc == 3 && !strcmp(argv[1], "migrations"))
		status = print_migrations(&c, argv[2]);
	else if (argc == 2 && (!strcmp(argv[1], "prepare") || !strcmp(argv[1], "postgres")))
		status = each_query(&c, !strcmp(argv[1], "prepare"));
	else if (argc == 4 && !strcmp(argv[1], "on"))
		status = run_on(argv[2], argv[3]);
	call_release(&c);
	return status;
}
