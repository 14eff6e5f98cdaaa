/* Migrations: share/sql/NNNN_name.sql, embedded, brought to the dialect of an engine; what the
 * engines have no common words for is a file for each, NNNN_name.ENGINE.sql. */
#include "lib/store/handle.h"

#include <ctype.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/embed.h"
#include "lib/os/file.h"
#include "lib/os/lock.h"
#include "lib/store/store.h"

EMBED(migration_first, "share/sql/0001_first.sql");
EMBED(migration_queue, "share/sql/0002_queue.sql");
EMBED(migration_policy, "share/sql/0003_policy.sql");
EMBED(migration_callback, "share/sql/0004_callback.sql");
EMBED(migration_agent, "share/sql/0005_agent.sql");
EMBED(migration_task_checks, "share/sql/0006_task_checks.sql");
EMBED(migration_oauth, "share/sql/0007_oauth.sql");
EMBED(migration_audit_kept, "share/sql/0008_audit_kept.sqlite.sql");
EMBED(migration_audit_kept_postgres, "share/sql/0008_audit_kept.postgres.sql");
EMBED(migration_measure, "share/sql/0009_measure.sql");
EMBED(migration_event, "share/sql/0010_event.sql");
EMBED(migration_task_index, "share/sql/0011_task_index.sql");

/* Only ever added to: what a released program has run cannot be changed behind it. */
static const struct {
	const char *name, *text;
	const char *postgres; /* NULL: as TEXT says */
} migrations[] = {
	{"0001_first", migration_first},
	{"0002_queue", migration_queue},
	{"0003_policy", migration_policy},
	{"0004_callback", migration_callback},
	{"0005_agent", migration_agent},
	{"0006_task_checks", migration_task_checks},
	{"0007_oauth", migration_oauth},
	{"0008_audit_kept", migration_audit_kept, migration_audit_kept_postgres},
	{"0009_measure", migration_measure},
	{"0010_event", migration_event},
	{"0011_task_index", migration_task_index},
};
#define NEWEST ((int)(sizeof migrations / sizeof *migrations))

/* Words of the column types, and what each engine calls them. */
static const struct {
	const char *word, *sqlite, *postgres;
} words[] = {
	{"id", "text not null primary key", "text not null primary key"},
	{"text", "text", "text"},
	{"int", "integer", "bigint"},
	{"real", "real", "double precision"},
	{"bool", "integer", "smallint"},
	{"time", "integer", "bigint"}, /* milliseconds UTC */
	{"json", "text", "json"},
	{"strict", "strict", ""},      /* behind the columns of a table */
};

static const char *word_of(const char *word, size_t len, bool sqlite)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i].word) == len && !memcmp(words[i].word, word, len))
			return sqlite ? words[i].sqlite : words[i].postgres;
	return NULL;
}

const char *store_migration(struct call *c, int number, const char *engine, const char **name)
{
	bool sqlite = !strcmp(engine, "sqlite");
	struct buf b = buf_in(&c->arena);
	const char *p;

	if (number < 1 || number > NEWEST)
		return NULL;
	*name = migrations[number - 1].name;
	p = migrations[number - 1].text;
	if (!sqlite && migrations[number - 1].postgres)
		p = migrations[number - 1].postgres;
	while (*p) {
		size_t len = 0;
		const char *type = NULL;

		if (*p == '@') {
			while (islower((unsigned char)p[1 + len]))
				len++;
			type = word_of(p + 1, len, sqlite);
		}
		if (type) {
			buf_adds(&b, type);
			p += 1 + len;
		} else {
			buf_addc(&b, *p++);
		}
	}
	return b.data;
}

const char *migrate_mark(struct call *c)
{
	return arena_printf(&c->arena, "pragma application_id=%d", STORE_APPLICATION);
}

int migrate_newest(void)
{
	return NEWEST;
}

static enum fail read_marks(struct call *c, struct handle *h, int64_t *schema, int64_t *application)
{
	TRY(handle_number(c, h, "pragma user_version", schema));
	return handle_number(c, h, "pragma application_id", application);
}

enum fail migrate_version(struct call *c, struct handle *h, int64_t *version)
{
	int64_t schema, application, tables = 0;

	TRY(read_marks(c, h, &schema, &application));
	if (application == 0)
		TRY(handle_number(c, h, "select count(*) from sqlite_schema", &tables));
	/* Another process may have made the tables, and this mark with them, in between. */
	if (tables)
		TRY(read_marks(c, h, &schema, &application));
	if ((tables && !application) || (application && application != STORE_APPLICATION))
		return fail(c, FAIL_INPUT,
			"%s is a database of another program: give another store.path", h->path);
	if (schema > NEWEST)
		return fail(c, FAIL_INPUT,
			"the store %s was made by a newer version of trae "
			"(schema %lld, this one knows %d): install that version", h->path,
			(long long)schema, NEWEST);
	*version = application ? schema : 0;
	return FAIL_NONE;
}

static enum fail apply_one(struct call *c, struct handle *h, int number)
{
	const char *name, *text = store_migration(c, number, "sqlite", &name);
	const char *mark = arena_printf(&c->arena, "pragma user_version=%d", number);
	enum fail f;
	int rc;

	TRY(handle_exec(c, h, "begin immediate"));
	f = handle_exec(c, h, text);
	if (!f && number == 1)
		f = handle_exec(c, h, migrate_mark(c));
	if (!f)
		f = handle_exec(c, h, mark);
	if (!f) {
		rc = sqlite3_exec(h->db, "commit", NULL, NULL, NULL);
		f = rc ? handle_fail(c, h, rc, true) : FAIL_NONE;
	}
	if (f) {
		sqlite3_exec(h->db, "rollback", NULL, NULL, NULL);
		fail_context(c, "migration %s", name);
	}
	return f;
}

enum fail migrate_apply(struct call *c, struct handle *h, int64_t from, int64_t version)
{
	for (int64_t number = from + 1; number <= version; number++)
		TRY(apply_one(c, h, (int)number));
	return FAIL_NONE;
}

enum fail migrate_run(struct call *c, struct handle *h)
{
	FILE_AUTO lock = -1;
	int64_t version;

	/* Two processes that switch to WAL and make tables at once disturb each other even with a
	 * busy handler. */
	TRY(lock_take(c, arena_printf(&c->arena, "%s-init.lock", h->path), true, STORE_WAIT_MS,
		&lock));
	TRY(migrate_version(c, h, &version));
	TRY(handle_exec(c, h, "pragma journal_mode=wal"));
	return migrate_apply(c, h, version, NEWEST);
}
