/* The store as a whole: copied, checked, counted. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/os/file.h"
#include "lib/store/handle.h"
#include "lib/store/store.h"

/* Pages between two looks at whether the caller asked to stop: 4 MiB. */
#define COPY_PAGES 1024

enum fail copy_pages(struct call *c, struct handle *from, struct handle *to)
{
	int64_t until_ms = clock_boot_ms() + STORE_WAIT_MS;
	sqlite3_backup *b;
	enum fail f = FAIL_NONE;
	int rc;

	/* An open read transaction keeps the source as it is now; else every foreign commit would
	 * start the copy anew. */
	TRY(handle_exec(c, from, "begin; select count(*) from sqlite_schema"));
	b = sqlite3_backup_init(to->db, "main", from->db, "main");
	if (!b)
		return handle_fail(c, to, sqlite3_extended_errcode(to->db), false);
	do {
		rc = sqlite3_backup_step(b, COPY_PAGES);
		if ((rc & 0xff) == SQLITE_BUSY && clock_boot_ms() < until_ms) {
			usleep(1000);
			rc = SQLITE_OK;
		}
		if (rc == SQLITE_OK)
			f = call_check(c);
	} while (rc == SQLITE_OK && !f);
	rc = sqlite3_backup_finish(b);
	sqlite3_exec(from->db, "rollback", NULL, NULL, NULL);
	if (!f && rc)
		f = handle_fail(c, to, rc, false);
	return f;
}

/* Makes the empty file PATH, which must not exist, and opens it. */
static enum fail make_file(struct call *c, const char *path, struct handle *h)
{
	if (fault_io(ENOSPC) || mknod(path, S_IFREG | 0600, 0))
		return errno == EEXIST ? fail(c, FAIL_CONFLICT, "%s exists already", path)
				       : fail_errno(c, errno, "cannot make %s", path);
	return handle_open(c, path, SQLITE_OPEN_READWRITE, h);
}

void copy_remove(struct call *c, const char *path)
{
	static const char *const tails[] = {"", "-journal", "-wal", "-shm"};

	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
		unlink(arena_printf(&c->arena, "%s%s", path, tails[i]));
}

enum fail copy_to(struct call *c, struct handle *from, const char *path)
{
	HANDLE_AUTO to = {0};
	int keep_log = 0;

	TRY(make_file(c, path, &to));
	TRY(copy_pages(c, from, &to));
	sqlite3_db_config(to.db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	sqlite3_file_control(to.db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep_log);
	TRY(handle_exec(c, &to, "pragma journal_mode=delete"));
	handle_close(&to);
	return dir_sync_of(c, path);
}

enum fail store_backup(struct call *c, const char *path)
{
	HANDLE_AUTO from = {0};
	enum fail f;

	TRY(store_open_read(c));
	TRY(handle_open(c, store_path(c), SQLITE_OPEN_READONLY, &from));
	f = copy_to(c, &from, path);
	if (f && f != FAIL_CONFLICT)
		copy_remove(c, path);
	return f;
}

/* One text with everything that the schema of H consists of. */
static enum fail schema_text(struct call *c, struct handle *h, const char **out)
{
	struct buf b = buf_in(&c->arena);
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(h->db, "select type, name, coalesce(sql, '') from sqlite_schema"
		" order by type, name", -1, &statement, NULL);

	while (!rc && sqlite3_step(statement) == SQLITE_ROW)
		buf_addf(&b, "%s %s %s\n", sqlite3_column_text(statement, 0),
			sqlite3_column_text(statement, 1), sqlite3_column_text(statement, 2));
	if (!rc)
		rc = sqlite3_finalize(statement);
	*out = b.data;
	return rc ? handle_fail(c, h, rc, false) : FAIL_NONE;
}

enum fail schema_check(struct call *c, struct handle *h)
{
	HANDLE_AUTO fresh = {0};
	const char *found, *wanted;
	int64_t version;

	TRY(migrate_version(c, h, &version));
	if (!version)
		return fail(c, FAIL_INPUT, "%s is empty", h->path);
	TRY(handle_open(c, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, &fresh));
	TRY(migrate_apply(c, &fresh, 0, version));
	TRY(schema_text(c, h, &found));
	TRY(schema_text(c, &fresh, &wanted));
	if (strcmp(found, wanted))
		return fail(c, FAIL_INPUT, "the tables of %s are not those of schema %lld: it is "
			"damaged or was changed by hand; restore a backup with trae backup restore",
			h->path, (long long)version);
	return FAIL_NONE;
}

enum fail store_verify(struct call *c, const char *path)
{
	HANDLE_AUTO h = {0};
	sqlite3_stmt *statement = NULL;
	enum fail f = FAIL_NONE;
	int64_t orphans;
	int rc;

	if (access(path, F_OK))
		return fail_errno(c, errno, "cannot look at %s", path);
	TRY(handle_open(c, path, SQLITE_OPEN_READONLY, &h));
	TRY(schema_check(c, &h));
	rc = sqlite3_prepare_v2(h.db, "pragma integrity_check(1)", -1, &statement, NULL);
	if (!rc && sqlite3_step(statement) == SQLITE_ROW
		&& strcmp((const char *)sqlite3_column_text(statement, 0), "ok"))
		f = fail(c, FAIL_INPUT, "%s is damaged: %s", path,
			(const char *)sqlite3_column_text(statement, 0));
	if (!rc)
		rc = sqlite3_finalize(statement);
	if (!f && rc)
		f = handle_fail(c, &h, rc, false);
	TRY(f);
	TRY(handle_number(c, &h, "select count(*) from pragma_foreign_key_check", &orphans));
	if (orphans)
		return fail(c, FAIL_INPUT, "%s is damaged: %lld rows refer to rows that are gone",
			path, (long long)orphans);
	return FAIL_NONE;
}

static enum fail table_names(struct call *c, struct handle *h, struct store_summary *to)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(h->db, "select name from sqlite_schema where type = 'table'"
		" and name not like 'sqlite~_%' escape '~' order by name", -1, &statement, NULL);

	while (!rc && to->tables < STORE_TABLES && sqlite3_step(statement) == SQLITE_ROW)
		to->table[to->tables++].name = arena_strdup(&c->arena,
			(const char *)sqlite3_column_text(statement, 0));
	if (!rc)
		rc = sqlite3_finalize(statement);
	return rc ? handle_fail(c, h, rc, false) : FAIL_NONE;
}

enum fail store_summarise(struct call *c, const char *path, struct store_summary *out)
{
	struct store_summary found = {0};
	HANDLE_AUTO h = {0};

	TRY(handle_open(c, path, SQLITE_OPEN_READONLY, &h));
	TRY(migrate_version(c, &h, &found.schema));
	TRY(table_names(c, &h, &found));
	for (size_t i = 0; i < found.tables; i++)
		TRY(handle_number(c, &h, arena_printf(&c->arena, "select count(*) from \"%s\"",
			found.table[i].name), &found.table[i].rows));
	*out = found;
	return FAIL_NONE;
}
