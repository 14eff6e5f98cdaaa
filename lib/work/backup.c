/* Backups: made, read, checked, tried, restored. */
#include "lib/work/backup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/base/id.h"
#include "lib/json/json.h"
#include "lib/model/file.h"
#include "lib/os/dirs.h"
#include "lib/os/file.h"

#define MAX_MANIFEST 65536
#define MAX_CONFIG (4 << 20)
#define BEFORE_RESTORE "-before-restore"

static const char *const parts[] = {"store.db", "store.db-journal", "manifest.json", "config.json"};

static const char *below(struct call *c, const char *dir, const char *name)
{
	return arena_printf(&c->arena, "%s/%s", dir, name);
}

/* Removes what is left of a backup that failed; why it failed stays the reason. */
static void drop_unfinished(struct call *c, const char *path)
{
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		unlink(below(c, path, parts[i]));
	rmdir(path);
}

const char *backup_dir(struct call *c)
{
	return below(c, dir_state(c), "backups");
}

static const char *config_path(struct call *c)
{
	return below(c, dir_config(c), "config.json");
}

static json_t *manifest_json(const struct backup *b, const char *created)
{
	json_t *counts = json_object();

	for (size_t i = 0; i < b->summary.tables; i++)
		json_object_set_new(counts, b->summary.table[i].name,
			json_integer(b->summary.table[i].rows));
	return json_pack("{s:s, s:s, s:I, s:I, s:s, s:I, s:b, s:o}",
		"version", b->version,
		"created", created,
		"created_at", (json_int_t)b->created_at,
		"schema", (json_int_t)b->summary.schema,
		"sha256", b->sha256,
		"bytes", (json_int_t)b->bytes,
		"config", b->has_config,
		"counts", counts);
}

static enum fail copy_config(struct call *c, const char *from, const char *to, bool *found)
{
	char *text;
	size_t len;

	*found = !access(from, F_OK);
	if (!*found)
		return FAIL_NONE;
	TRY(file_read(c, from, MAX_CONFIG, &text, &len));
	return file_replace(c, to, text, len, 0600);
}

/* Checks the copy of the store that lies in FOLDER and writes the manifest beside it. */
static enum fail describe(struct call *c, const char *folder, struct backup *b)
{
	const char *copy = below(c, folder, "store.db"), *text;
	char *hex = arena_alloc(&c->arena, 65, 1);
	JSON_AUTO manifest = NULL;

	TRY(store_verify(c, copy));
	TRY(store_summarise(c, copy, &b->summary));
	TRY(file_hash(c, copy, hex, &b->bytes));
	b->sha256 = hex;
	b->version = TRAE_VERSION;
	manifest = manifest_json(b, clock_text(&c->arena, b->created_at));
	text = json_text(c, manifest, true);
	return file_replace(c, below(c, folder, "manifest.json"), text, strlen(text), 0600);
}

static enum fail keep_config(struct call *c, const char *folder, struct backup *b)
{
	return copy_config(c, config_path(c), below(c, folder, "config.json"), &b->has_config);
}

/* A name for a backup made at AT_MS that is not taken below DIR. */
static const char *free_name(struct call *c, const char *dir, int64_t at_ms, const char *tail)
{
	time_t s = (time_t)(at_ms / 1000);
	char stamp[32];
	struct tm tm = {0};
	const char *name;

	gmtime_r(&s, &tm);
	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &tm);
	name = arena_printf(&c->arena, "trae-%s%s", stamp, tail);
	for (int i = 2; !access(below(c, dir, name), F_OK); i++)
		name = arena_printf(&c->arena, "trae-%s.%d%s", stamp, i, tail);
	return name;
}

/* Names and times a new backup below DIR, which is made when absent. */
static enum fail plan(struct call *c, const char *dir, const char *tail, struct backup *b)
{
	TRY(dir_make(c, dir));
	*b = (struct backup){.created_at = clock_now_ms(), .before_restore = *tail != '\0'};
	b->name = free_name(c, dir, b->created_at, tail);
	b->path = below(c, dir, b->name);
	return FAIL_NONE;
}

static enum fail make_folder(struct call *c, const char *path)
{
	if (fault_io(ENOSPC) || mkdir(path, 0700))
		return fail_errno(c, errno, "cannot make the folder %s", path);
	return FAIL_NONE;
}

static enum fail fill(struct call *c, const char *part, struct backup *b)
{
	TRY(store_backup(c, below(c, part, "store.db")));
	TRY(keep_config(c, part, b));
	TRY(describe(c, part, b));
	TRY(dir_sync_of(c, below(c, part, "store.db")));
	if (fault_io(EIO) || rename(part, b->path))
		return fail_errno(c, errno, "cannot rename to %s", b->path);
	return FAIL_NONE;
}

enum fail backup_create(struct call *c, const char *dir, struct backup *out)
{
	const char *part;
	struct backup b;
	enum fail f;

	TRY(store_open_read(c));
	TRY(plan(c, dir, "", &b));
	part = arena_printf(&c->arena, "%s/.%s.%s" BACKUP_PART, dir, b.name, id_new(&c->arena));
	TRY(make_folder(c, part));
	f = fill(c, part, &b);
	if (f) {
		drop_unfinished(c, part);
		return f;
	}
	TRY(dir_sync_of(c, b.path));
	*out = b;
	return FAIL_NONE;
}

static enum fail read_manifest(struct call *c, const char *path, struct backup *b)
{
	const char *file = below(c, path, "manifest.json"), *table, *version, *sha256;
	json_int_t created_at, schema, bytes;
	JSON_AUTO manifest = NULL;
	json_t *counts, *rows;
	int has_config;
	char *text;
	size_t len;

	TRY(file_read(c, file, MAX_MANIFEST, &text, &len));
	TRY(json_parse(c, text, len, &manifest));
	if (json_unpack(manifest, "{s:s, s:I, s:I, s:s, s:I, s:b, s:o}", "version", &version,
		"created_at", &created_at, "schema", &schema, "sha256", &sha256, "bytes", &bytes,
		"config", &has_config, "counts", &counts))
		return fail(c, FAIL_INPUT, "%s is not the manifest of a backup", file);
	json_object_foreach(counts, table, rows) {
		size_t i = b->summary.tables++;

		if (i == STORE_TABLES || !json_is_integer(rows))
			return fail(c, FAIL_INPUT, "%s has impossible counts", file);
		b->summary.table[i].name = arena_strdup(&c->arena, table);
		b->summary.table[i].rows = json_integer_value(rows);
	}
	b->version = arena_strdup(&c->arena, version);
	b->sha256 = arena_strdup(&c->arena, sha256);
	b->created_at = created_at;
	b->summary.schema = schema;
	b->bytes = bytes;
	b->has_config = has_config;
	return FAIL_NONE;
}

enum fail backup_read(struct call *c, const char *path, struct backup *out)
{
	char *own = arena_strdup(&c->arena, path);
	size_t len = strlen(own);
	struct backup b;

	while (len > 1 && own[len - 1] == '/')
		own[--len] = '\0';
	b = (struct backup){.path = own, .name = path_base(own)};
	b.before_restore = strstr(b.name, BEFORE_RESTORE) != NULL;
	if (access(own, F_OK))
		return fail_errno(c, errno, "no backup %s", own);
	TRY(read_manifest(c, own, &b));
	*out = b;
	return FAIL_NONE;
}

/* Compares the rows of the store file PATH with what B's manifest says. */
static enum fail compare_counts(struct call *c, const char *path, const struct backup *b)
{
	const struct store_summary *said = &b->summary;
	struct store_summary found;

	TRY(store_summarise(c, path, &found));
	if (found.tables != said->tables)
		return fail(c, FAIL_INPUT, "%s has %zu tables, its manifest says %zu", path,
			found.tables, said->tables);
	for (size_t i = 0; i < found.tables; i++)
		if (strcmp(found.table[i].name, said->table[i].name) ||
			found.table[i].rows != said->table[i].rows)
			return fail(c, FAIL_INPUT,
				"%s has %lld rows in table %s, its manifest says %lld in %s", path,
				(long long)found.table[i].rows, found.table[i].name,
				(long long)said->table[i].rows, said->table[i].name);
	return FAIL_NONE;
}

enum fail backup_verify(struct call *c, const char *path, struct backup *out)
{
	const char *copy;
	struct backup b;
	int64_t bytes;
	char hex[65];

	TRY(backup_read(c, path, &b));
	copy = below(c, b.path, "store.db");
	TRY(file_hash(c, copy, hex, &bytes));
	if (bytes != b.bytes || strcmp(hex, b.sha256))
		return fail(c, FAIL_INPUT,
			"%s is not the file that was backed up: its hash differs", copy);
	if (b.has_config && access(below(c, b.path, "config.json"), F_OK))
		return fail(c, FAIL_INPUT, "%s/config.json is gone", b.path);
	TRY(store_verify(c, copy));
	TRY(compare_counts(c, copy, &b));
	*out = b;
	return FAIL_NONE;
}

static enum fail restore_aside(struct call *c, const char *scratch, const struct backup *b)
{
	struct call trial = {.store_path = below(c, scratch, "trae.db"), .cancelled = c->cancelled};
	enum fail f = store_replace(&trial, below(c, b->path, "store.db"), scratch, NULL,
		NULL);

	/* Counted before it is opened as a store, which migrates an older one. */
	if (!f)
		f = compare_counts(&trial, trial.store_path, b);
	if (!f)
		f = store_open(&trial);
	if (!f)
		f = store_verify(&trial, trial.store_path);
	if (f == FAIL_UNKNOWN)
		f = FAIL_IO; /* nothing but scratch was at stake */
	if (f)
		f = fail(c, f, "%s", trial.why ? trial.why : fail_kind(f)->word);
	call_release(&trial);
	return f;
}

enum fail backup_test(struct call *c, const char *path, struct backup *out)
{
	static const char *const made[] = {"trae.db", "trae.db-wal", "trae.db-shm",
		"trae.db-init.lock", "trae.db-open.lock"};
	char *scratch = arena_printf(&c->arena, "%s/backup-test.XXXXXX", dir_cache(c));
	struct backup b;
	enum fail f;

	TRY(backup_verify(c, path, &b));
	TRY(dir_make(c, dir_cache(c)));
	if (fault_io(ENOSPC) || !mkdtemp(scratch))
		return fail_errno(c, errno, "cannot make a folder in %s", dir_cache(c));
	f = restore_aside(c, scratch, &b);
	for (size_t i = 0; i < sizeof made / sizeof *made; i++)
		unlink(below(c, scratch, made[i]));
	if (rmdir(scratch))
		call_warn(c, "%s could not be removed", scratch);
	TRY(f);
	*out = b;
	return FAIL_NONE;
}

static enum fail restore_config(struct call *c, const struct backup *b)
{
	bool found;

	if (!b->has_config)
		return FAIL_NONE;
	TRY(dir_make(c, dir_config(c)));
	return copy_config(c, below(c, b->path, "config.json"), config_path(c), &found);
}

/* What a restore replaces becomes a whole backup before it is replaced. */
static enum fail describe_kept(struct call *c, void *data)
{
	struct backup *before = data;

	return describe(c, before->path, before);
}

static enum fail restore(struct call *c, const struct backup *b, struct backup *before)
{
	TRY(make_folder(c, before->path));
	TRY(keep_config(c, before->path, before));
	TRY(store_replace(c, below(c, b->path, "store.db"), before->path, describe_kept, before));
	if (restore_config(c, b)) {
		fail_context(c, "the store is restored, its configuration is not: do it again");
		return FAIL_UNKNOWN;
	}
	return FAIL_NONE;
}

enum fail backup_restore(struct call *c, const char *path, const char *dir, const char **kept)
{
	struct backup b, before;
	enum fail f;

	TRY(backup_verify(c, path, &b));
	TRY(plan(c, dir, BEFORE_RESTORE, &before));
	f = restore(c, &b, &before);
	/* The parts of a damaged store that were moved there stay. */
	if (f && f != FAIL_UNKNOWN)
		drop_unfinished(c, before.path);
	TRY(f);
	*kept = rmdir(before.path) ? before.path : NULL;
	return FAIL_NONE;
}
