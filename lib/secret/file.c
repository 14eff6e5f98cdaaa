/* Backend "file": the sealed file $XDG_CONFIG_HOME/trae/secrets.sealed. */
#include "lib/secret/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/os/dirs.h"
#include "lib/os/file.h"
#include "lib/os/lock.h"

#define LOCK_WAIT_MS 10000

void vault_close(struct vault *v)
{
	file_close(&v->lock);
}

static enum fail check_mode(struct call *c, int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st))
		return fail_errno(c, errno, "cannot look at %s", path);
	if (!S_ISREG(st.st_mode))
		return fail(c, FAIL_CONFIG, "%s is no regular file", path);
	if (st.st_uid != geteuid())
		return fail(c, FAIL_CONFIG, "%s belongs to another user", path);
	if (st.st_mode & 0077)
		return fail(c, FAIL_CONFIG, "%s is open to others (mode %04o): run `chmod 0600 "
			"%s`, and `trae secret rotate` if they may have read it", path,
			(unsigned)(st.st_mode & 07777), path);
	return FAIL_NONE;
}

enum fail vault_read(struct call *c, struct vault *v)
{
	FILE_AUTO fd = -1;
	enum fail f;
	size_t len;
	char *bytes;

	v->path = arena_printf(&c->arena, "%s/secrets.sealed", dir_config(c));
	v->exists = false;
	v->sealed = (struct sealed){0};
	/* A link is refused: the next change would replace it, not what it points at. */
	fd = fault_io(EIO) ? -1 : open(v->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return FAIL_NONE;
	if (fd < 0)
		return fail_errno(c, errno, "cannot read %s", v->path);
	TRY(check_mode(c, fd, v->path));
	TRY(file_read_fd(c, fd, v->path, SEALED_MAX_BYTES, &bytes, &len));
	f = sealed_parse(c, bytes, len, &v->sealed);
	if (f != FAIL_NONE)
		fail_context(c, "%s", v->path);
	v->exists = f == FAIL_NONE;
	return f;
}

static enum fail unlock(struct call *c, struct vault *v)
{
	struct secrets *secrets = secrets_of(c);
	SECRET_AUTO *key = NULL;

	if (!secrets->master || !sealed_fits(&v->sealed, secrets->master)) {
		TRY(key_find(c, &v->sealed, &key, &secrets->source));
		secret_free(&secrets->master);
		secrets->master = key;
		key = NULL;
	}
	v->key = secrets->master;
	v->source = secrets->source;
	return sealed_verify(c, &v->sealed, v->key);
}

enum fail vault_open(struct call *c, struct vault *v)
{
	enum fail f;

	TRY(vault_read(c, v));
	f = v->exists ? unlock(c, v) : FAIL_NONE;
	if (f == FAIL_DENIED && v->sealed.head.kind == SEALED_KEY) {
		/* Rotated between reading the file and reading the key? */
		fail_forget(c);
		TRY(vault_read(c, v));
		f = v->exists ? unlock(c, v) : FAIL_NONE;
	}
	if (f != FAIL_NONE)
		fail_context(c, "%s", v->path);
	return f;
}

/* What a process killed while writing left behind; the lock says that nobody is writing now. */
static void drop_parts(struct call *c)
{
	const char *pattern = arena_printf(&c->arena, "%s/.secrets.sealed.*.part", dir_config(c));
	glob_t found;

	if (glob(pattern, 0, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		unlink(found.gl_pathv[i]);
	globfree(&found);
}

enum fail vault_edit(struct call *c, struct vault *v)
{
	struct secrets *secrets = secrets_of(c);

	TRY(dir_make(c, dir_config(c)));
	TRY(lock_take(c, arena_printf(&c->arena, "%s/secrets.lock", dir_config(c)), true,
		LOCK_WAIT_MS, &v->lock));
	drop_parts(c);
	/* Others may have moved the key file since it was read. */
	if (secrets->source)
		secret_free(&secrets->master);
	TRY(vault_open(c, v));
	if (!v->source || strcmp(v->source, key_file_next(c)))
		return FAIL_NONE;
	/* A rotation was killed between its two steps: finish it. */
	if (fault_io(EIO) || rename(v->source, key_file_path(c)))
		return fail_errno(c, errno, "cannot rename %s", v->source);
	v->source = secrets->source = key_file_path(c);
	return dir_sync_of(c, v->source);
}

enum fail vault_replace(struct call *c, const struct vault *v, const struct buf *contents)
{
	return file_replace(c, v->path, contents->data, contents->len, 0600);
}

static bool present(__attribute__((unused)) struct call *c)
{
	return true;
}

static enum fail get(struct call *c, const char *name, struct secret **out)
{
	VAULT_AUTO v = {.lock = -1};

	TRY(vault_read(c, &v));
	if (!sealed_find(&v.sealed, name))
		return fail(c, FAIL_MISSING, "no secret %s in the sealed file", name);
	TRY(vault_open(c, &v));
	if (!sealed_find(&v.sealed, name))
		return fail(c, FAIL_MISSING, "no secret %s in the sealed file", name);
	return sealed_open(c, sealed_find(&v.sealed, name), v.key, out);
}

/* The contents with NAME removed, and with VALUE put in its place when there is one. */
static enum fail write_without(struct call *c, const struct vault *v, const char *name,
	const struct secret *value)
{
	struct buf b = buf_in(&c->arena);

	sealed_begin(&b, &v->sealed.head, v->key);
	for (size_t i = 0; i < v->sealed.count; i++)
		if (strcmp(v->sealed.records[i].name, name))
			sealed_copy(&b, &v->sealed.records[i]);
	if (value)
		sealed_add(&b, name, clock_now_ms(), value, v->key);
	sealed_end(&b, v->key);
	return vault_replace(c, v, &b);
}

static enum fail set(struct call *c, const char *name, const struct secret *value)
{
	struct secrets *secrets = secrets_of(c);
	VAULT_AUTO v = {.lock = -1};

	if (!key_there(c) && !secret_can_ask(c)) {
		TRY(vault_read(c, &v));
		if (!v.exists)
			return secret_no_backend(c);
	}
	TRY(vault_edit(c, &v));
	if (!v.exists) {
		secret_free(&secrets->master);
		TRY(key_first(c, &v.sealed.head, &secrets->master, &secrets->source));
		v.key = secrets->master;
	}
	if (v.sealed.count == SEALED_RECORDS && !sealed_find(&v.sealed, name))
		return fail(c, FAIL_LIMIT, "the sealed file holds %d secrets at most",
			SEALED_RECORDS);
	return write_without(c, &v, name, value);
}

static enum fail delete(struct call *c, const char *name)
{
	VAULT_AUTO v = {.lock = -1};

	TRY(vault_read(c, &v));
	if (!sealed_find(&v.sealed, name))
		return fail(c, FAIL_MISSING, "no secret %s in the sealed file", name);
	TRY(vault_edit(c, &v));
	return write_without(c, &v, name, NULL);
}

static enum fail list(struct call *c, struct secret_rows *rows)
{
	VAULT_AUTO v = {.lock = -1};

	TRY(vault_read(c, &v));
	for (size_t i = 0; i < v.sealed.count; i++)
		secret_rows_add(c, rows, v.sealed.records[i].name, "file",
			v.sealed.records[i].changed_at);
	return FAIL_NONE;
}

static bool state_without_file(struct call *c, const char *path, const char **why)
{
	const char *key = key_there(c);
	bool asks = secret_can_ask(c);

	if (key)
		*why = arena_printf(&c->arena, "%s, made with the first secret; key in %s",
			path, key);
	else if (asks)
		*why = arena_printf(&c->arena, "%s, made with the first secret under a passphrase "
			"asked on the terminal", path);
	else
		*why = "no sealed file, no key and no terminal: `trae init --key-file` makes a key";
	return key || asks;
}

static bool state(struct call *c, const char **why)
{
	VAULT_AUTO v = {.lock = -1};
	enum fail f = vault_read(c, &v);

	if (f == FAIL_NONE && !v.exists)
		return state_without_file(c, v.path, why);
	/* A passphrase is not asked for only to look. */
	if (f == FAIL_NONE && v.sealed.head.kind == SEALED_PASSPHRASE && secret_can_ask(c)) {
		*why = arena_printf(&c->arena, "%s, opened by a passphrase asked on the terminal",
			v.path);
		return true;
	}
	if (f == FAIL_NONE)
		f = vault_open(c, &v);
	if (f == FAIL_NONE)
		*why = arena_printf(&c->arena, "%s, opened by the key in %s", v.path,
			v.source);
	else
		*why = c->why;
	fail_forget(c);
	return f == FAIL_NONE;
}

const struct secret_backend secret_file = {
	.name = "file",
	.absent = "",
	.writable = true,
	.present = present,
	.get = get,
	.set = set,
	.delete = delete,
	.list = list,
	.state = state,
};
