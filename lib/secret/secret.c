/* The chain of backends. */
#include <string.h>

#include "lib/config/config.h"
#include "lib/secret/backend.h"

static const struct secret_backend *const backends[] = {
	&secret_credential, &secret_keyring, &secret_file};
#define BACKENDS (sizeof backends / sizeof *backends)

static void secrets_close(struct secrets *s)
{
	secret_free(&s->master);
}

struct secrets *secrets_of(struct call *c)
{
	if (!c->secrets) {
		c->secrets = ARENA_NEW(&c->arena, struct secrets, 1);
		c->secrets_close = secrets_close;
	}
	return c->secrets;
}

const char *secret_setting(struct call *c, const char *name)
{
	const char *value = NULL;

	if (config_get(c, name, &value, NULL, NULL) != FAIL_NONE)
		fail_forget(c);
	return value;
}

/* The one backend that is set; NULL: all. */
static const char *set_backend(struct call *c)
{
	const char *name = secret_setting(c, "secrets.backend");

	return name && strcmp(name, "auto") ? name : NULL;
}

enum fail secret_check_name(struct call *c, const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len = strlen(name);

	if (!len || len > SECRET_NAME_BYTES || strspn(name, letters) != len ||
		strchr("._-", name[0]))
		return fail(c, FAIL_INPUT, "a secret's name has 1 to %d of a-z 0-9 . _ - and "
			"starts with a letter or digit", SECRET_NAME_BYTES);
	if (!strcmp(name, SECRET_KEY_CREDENTIAL))
		return fail(c, FAIL_INPUT, "the name %s is kept for the key of the sealed file",
			name);
	return FAIL_NONE;
}

static bool chosen(struct call *c, const struct secret_backend *b)
{
	const char *name = set_backend(c);

	return !name || !strcmp(name, b->name);
}

/* Why a chain that found nobody at all fails: with one backend set, that one's reason. */
static enum fail nobody(struct call *c)
{
	const char *name = set_backend(c);

	for (size_t i = 0; name && i < BACKENDS; i++)
		if (!strcmp(name, backends[i]->name))
			return fail(c, FAIL_CONFIG, "secrets.backend is %s, but there is %s",
				backends[i]->name, backends[i]->absent);
	return secret_no_backend(c);
}

enum fail secret_no_backend(struct call *c)
{
	return fail(c, FAIL_CONFIG, "nothing here can keep a secret: make a key with `trae init "
		"--key-file`, or start a keyring with `dbus-run-session -- sh -c "
		"'gnome-keyring-daemon --unlock --components=secrets; exec $SHELL'`, or hand a "
		"service its secrets with `systemd-creds encrypt - NAME`");
}

/* FAIL_REMOTE is a backend without anybody behind it: skipped, like one that is not present. */
static bool skipped(struct call *c, enum fail f)
{
	if (f != FAIL_REMOTE && f != FAIL_MISSING)
		return false;
	fail_forget(c);
	return true;
}

static enum fail nobody_has(struct call *c, const char *name, bool somebody)
{
	if (!somebody && set_backend(c))
		return nobody(c);
	return fail(c, FAIL_MISSING, "no secret %s: give it with `trae secret set %s`", name, name);
}

enum fail secret_find(struct call *c, const char *name, struct secret **out, const char **backend)
{
	bool somebody = false;

	TRY(secret_check_name(c, name));
	for (size_t i = 0; i < BACKENDS; i++) {
		const struct secret_backend *b = backends[i];
		enum fail f;

		if (!chosen(c, b) || !b->present(c))
			continue;
		f = b->get(c, name, out);
		somebody |= f != FAIL_REMOTE;
		if (skipped(c, f))
			continue;
		if (f == FAIL_NONE && backend)
			*backend = b->name;
		return f;
	}
	return nobody_has(c, name, somebody);
}

enum fail secret_get(struct call *c, const char *name, struct secret **out)
{
	return secret_find(c, name, out, NULL);
}

/* A credential goes first and cannot be written: a value put behind it would never be read. */
static enum fail check_hidden(struct call *c, const char *name)
{
	SECRET_AUTO *given = NULL;
	enum fail f;

	if (!chosen(c, &secret_credential) || !secret_credential.present(c))
		return FAIL_NONE;
	f = secret_credential.get(c, name, &given);
	if (f == FAIL_NONE)
		return fail(c, FAIL_CONFLICT, "%s comes from a systemd credential, which goes "
			"first: change it there with `systemd-creds encrypt`", name);
	if (f == FAIL_MISSING)
		fail_forget(c);
	return f == FAIL_MISSING ? FAIL_NONE : f;
}

static enum fail check_kept(struct call *c, const struct secret_backend *b, const char *name,
	const struct secret *value)
{
	SECRET_AUTO *kept = NULL;

	TRY(b->get(c, name, &kept));
	if (!secret_equal(kept, value))
		return fail(c, FAIL_IO, "the %s gave back another value for %s than was stored",
			b->name, name);
	return FAIL_NONE;
}

enum fail secret_set(struct call *c, const char *name, const struct secret *value,
	const char **backend)
{
	size_t len;

	TRY(secret_check_name(c, name));
	secret_reveal(value, &len);
	if (!len || len > SECRET_BYTES)
		return fail(c, FAIL_INPUT, "a secret has 1 to %d bytes", SECRET_BYTES);
	TRY(check_hidden(c, name));
	for (size_t i = 0; i < BACKENDS; i++) {
		const struct secret_backend *b = backends[i];
		enum fail f;

		if (!chosen(c, b) || !b->writable || !b->present(c))
			continue;
		f = b->set(c, name, value);
		if (f == FAIL_REMOTE && skipped(c, f))
			continue;
		if (f != FAIL_NONE)
			return f;
		TRY(check_kept(c, b, name, value));
		*backend = b->name;
		return FAIL_NONE;
	}
	return nobody(c);
}

enum fail secret_delete(struct call *c, const char *name, const char **backend)
{
	bool somebody = false;

	TRY(secret_check_name(c, name));
	TRY(check_hidden(c, name));
	for (size_t i = 0; i < BACKENDS; i++) {
		const struct secret_backend *b = backends[i];
		enum fail f;

		if (!chosen(c, b) || !b->writable || !b->present(c))
			continue;
		f = b->delete(c, name);
		somebody |= f != FAIL_REMOTE;
		if (skipped(c, f))
			continue;
		if (f == FAIL_NONE)
			*backend = b->name;
		return f;
	}
	return nobody_has(c, name, somebody);
}

void secret_rows_add(struct call *c, struct secret_rows *rows, const char *name,
	const char *backend, int64_t changed_at)
{
	if (rows->count == rows->size) {
		size_t size = rows->size ? rows->size * 2 : 16;
		struct secret_entry *more = ARENA_NEW(&c->arena, struct secret_entry, size);

		if (rows->count)
			memcpy(more, rows->rows, rows->count * sizeof *more);
		rows->rows = more;
		rows->size = size;
	}
	rows->rows[rows->count++] =
		(struct secret_entry){arena_strdup(&c->arena, name), backend, changed_at};
}

enum fail secret_list(struct call *c, const struct secret_entry **out, size_t *count)
{
	struct secret_rows rows = {0};

	for (size_t i = 0; i < BACKENDS; i++) {
		const struct secret_backend *b = backends[i];
		enum fail f;

		if (!chosen(c, b) || !b->present(c))
			continue;
		f = b->list(c, &rows);
		if (!skipped(c, f))
			TRY(f);
	}
	*out = rows.rows;
	*count = rows.count;
	return FAIL_NONE;
}

enum fail secret_backends(struct call *c, const struct secret_backend_state **out, size_t *count)
{
	struct secret_backend_state *rows =
		ARENA_NEW(&c->arena, struct secret_backend_state, BACKENDS);

	for (size_t i = 0; i < BACKENDS; i++) {
		const struct secret_backend *b = backends[i];
		struct secret_backend_state *row = &rows[i];

		row->name = b->name;
		row->why = b->absent;
		if (!chosen(c, b))
			row->why = "not chosen by secrets.backend";
		else if (b->present(c))
			row->usable = b->state(c, &row->why);
		row->writable = row->usable && b->writable;
	}
	*out = rows;
	*count = BACKENDS;
	return FAIL_NONE;
}
