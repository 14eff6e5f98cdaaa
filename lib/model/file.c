/* Files: what operations finished, and where it lies. */
#include "lib/model/file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/model/counter.h"
#include "lib/os/file.h"
#include "lib/store/store.h"

/* Counts one file of BYTES more, or with SIGN -1 less. */
static enum fail count(struct call *c, int sign, int64_t bytes)
{
	TRY(counter_add(c, "files", sign));
	return counter_add(c, "file_bytes", sign * bytes);
}

/* Runs a statement that deletes one row and returns its size. *FOUND: it was there. */
static enum fail delete_one(struct call *c, const char *sql, const char *key, bool *found)
{
	int64_t bytes = 0;
	enum fail f;

	*found = false;
	{
		QUERY_AUTO q;

		TRY(query_start(c, sql, PARAMS(key), &q));
		while (query_next(c, &q, &f)) {
			*found = true;
			bytes = query_int(&q, 0);
		}
		TRY(f);
	}
	return *found ? count(c, -1, bytes) : FAIL_NONE;
}

static enum fail record(struct call *c, const struct file *f)
{
	bool replaced;

	TRY(delete_one(c, SQL("delete from file where path = $1 returning bytes"), f->path,
		&replaced));
	TRY(store_run(c, SQL("insert into file (id, name, path, media_type, bytes, sha256,"
		" created_at, task_id, operation, metadata, state, md5)"
		" values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"),
		PARAMS(f->id, f->name, f->path, f->media_type, f->bytes, f->sha256, f->created_at,
			f->task_id, f->operation, f->metadata, f->state, f->md5), NULL));
	return count(c, 1, f->bytes);
}

static enum fail forget(struct call *c, const char *id)
{
	bool found;

	TRY(delete_one(c, SQL("delete from file where id = $1 returning bytes"), id, &found));
	return found ? FAIL_NONE : fail(c, FAIL_MISSING, "no file %s", id);
}

enum fail file_record(struct call *c, struct file *f)
{
	struct file row = *f;
	bool alone = !store_in_transaction(c);
	enum fail failed;

	if (row.path[0] != '/')
		return fail(c, FAIL_BUG, "a file is recorded without an absolute path: %s",
			row.path);
	row.id = id_new(&c->arena);
	row.path = path_real(c, row.path);
	row.name = path_base(row.path);
	row.state = "present";
	row.created_at = clock_now_ms();
	if (alone)
		TRY(store_begin(c));
	failed = record(c, &row);
	if (alone)
		TRY(store_end(c, failed));
	TRY(failed);
	*f = row;
	return FAIL_NONE;
}

#define COLUMNS                                                                                    \
	"select id, name, path, media_type, sha256, task_id, operation, metadata, state, bytes,"   \
	" created_at, md5, downloads from file "

static struct file read_row(struct call *c, struct query *q)
{
	return (struct file){
		.id = query_text(c, q, 0),
		.name = query_text(c, q, 1),
		.path = query_text(c, q, 2),
		.media_type = query_text(c, q, 3),
		.sha256 = query_text(c, q, 4),
		.task_id = query_text(c, q, 5),
		.operation = query_text(c, q, 6),
		.metadata = query_text(c, q, 7),
		.state = query_text(c, q, 8),
		.bytes = query_int(q, 9),
		.created_at = query_int(q, 10),
		.md5 = query_text(c, q, 11),
		.downloads = query_int(q, 12),
	};
}

enum fail file_find(struct call *c, const char *id, struct file *out)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL(COLUMNS "where id = $1"), PARAMS(id), &q));
	if (query_next(c, &q, &f)) {
		*out = read_row(c, &q);
		return FAIL_NONE;
	}
	TRY(f);
	return fail(c, FAIL_MISSING, "no file %s", id);
}

enum fail file_made(struct call *c, const char *path, bool *made)
{
	const char *sha256 = NULL;
	int64_t bytes = 0;
	char hex[65];
	struct stat st;
	QUERY_AUTO q;
	enum fail f;

	*made = false;
	f = store_open_read(c);
	if (f == FAIL_MISSING) {
		fail_forget(c);
		return FAIL_NONE;
	}
	TRY(f);
	TRY(path_absolute(c, path, &path));
	TRY(query_start(c, SQL("select sha256, bytes from file where path = $1"
		" and operation is not null and operation <> 'file add'"),
		PARAMS(path_real(c, path)), &q));
	if (query_next(c, &q, &f)) {
		sha256 = query_text(c, &q, 0);
		bytes = query_int(&q, 1);
		query_end(&q);
	}
	TRY(f);
	if (!sha256 || stat(path, &st) || st.st_size != bytes)
		return FAIL_NONE;
	TRY(file_hash(c, path, hex, &bytes));
	*made = !strcmp(hex, sha256);
	return FAIL_NONE;
}

enum fail file_list(struct call *c, int limit, const char *after, struct file **out, size_t *n)
{
	struct file *rows = ARENA_NEW(&c->arena, struct file, (size_t)limit);
	size_t count_read = 0;
	QUERY_AUTO q;
	enum fail f;

	if (after)
		TRY(query_start(c, SQL(COLUMNS "where (created_at, id) <"
			" (select created_at, id from file where id = $1)"
			" order by created_at desc, id desc limit $2"), PARAMS(after, limit), &q));
	else
		TRY(query_start(c, SQL(COLUMNS "order by created_at desc, id desc limit $1"),
			PARAMS(limit), &q));
	/* All rows are read before anything is shown: an open query would keep the log from being
	 * moved for as long as somebody pages through it. */
	while (query_next(c, &q, &f))
		rows[count_read++] = read_row(c, &q);
	TRY(f);
	*out = rows;
	*n = count_read;
	return FAIL_NONE;
}

enum fail file_of_task(struct call *c, const char *task_id, struct file **out, size_t *n)
{
	struct file *rows = ARENA_NEW(&c->arena, struct file, FILES_OF_TASK);
	size_t count_read = 0;
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL(COLUMNS "where task_id = $1 order by created_at, id limit $2"),
		PARAMS(task_id, FILES_OF_TASK), &q));
	while (query_next(c, &q, &f))
		rows[count_read++] = read_row(c, &q);
	TRY(f);
	*out = rows;
	*n = count_read;
	return FAIL_NONE;
}

enum fail file_forget(struct call *c, const char *id)
{
	TRY(store_begin(c));
	return store_end(c, forget(c, id));
}

enum fail file_check(struct call *c, struct file *f)
{
	struct stat st;
	const char *state =
		stat(f->path, &st) || !S_ISREG(st.st_mode) || st.st_size != f->bytes ? "missing"
										     : "present";

	if (strcmp(state, f->state))
		TRY(store_run(c, SQL("update file set state = $1 where id = $2"),
			PARAMS(state, f->id), NULL));
	f->state = state;
	return FAIL_NONE;
}
