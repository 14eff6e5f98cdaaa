/* The master key of the sealed file: credential, key file or passphrase. */
#include "lib/secret/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/base/id.h"
#include "lib/os/dirs.h"
#include "lib/os/file.h"

/* NIST SP 800-63B §5.1.1.2: the least length of a password that a person chose. */
#define PASSPHRASE_BYTES 8

const char *key_file_path(struct call *c)
{
	const char *path = secret_setting(c, "secrets.key_file");

	return path ? path : arena_printf(&c->arena, "%s/secrets.key", dir_config(c));
}

const char *key_file_next(struct call *c)
{
	return arena_printf(&c->arena, "%s.new", key_file_path(c));
}

static const char *credential_path(struct call *c)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (!dir || dir[0] != '/')
		return NULL;
	return arena_printf(&c->arena, "%s/%s", dir, SECRET_KEY_CREDENTIAL);
}

static enum fail key_read(struct call *c, const char *path, bool own, struct secret **key)
{
	FILE_AUTO fd = fault_io(EIO)
		? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	SECRET_AUTO *read = NULL;
	struct stat st;
	size_t len;

	if (fd < 0 || fstat(fd, &st))
		return fail_errno(c, errno, "cannot read key file %s", path);
	if (!S_ISREG(st.st_mode))
		return fail(c, FAIL_CONFIG, "key file %s is no regular file", path);
	if (own && st.st_uid != geteuid() && st.st_uid)
		return fail(c, FAIL_CONFIG, "key file %s belongs to another user", path);
	if (own && (st.st_mode & 0377))
		return fail(c, FAIL_CONFIG, "key file %s has mode %04o: run `chmod 0400 %s`", path,
			(unsigned)(st.st_mode & 07777), path);
	TRY(secret_read_raw(c, fd, path, SEALED_KEY_BYTES, &read));
	secret_reveal(read, &len);
	if (len != SEALED_KEY_BYTES)
		return fail(c, FAIL_CONFIG, "key file %s has %zu bytes, not %d", path, len,
			SEALED_KEY_BYTES);
	*key = read;
	read = NULL;
	return FAIL_NONE;
}

enum fail key_file_read(struct call *c, const char *path, struct secret **key)
{
	return key_read(c, path, true, key);
}

static enum fail write_key(struct call *c, int fd, const char *path, const struct secret *key)
{
	TRY(file_write_all(c, fd, path, secret_reveal(key, NULL), SEALED_KEY_BYTES));
	if (fault_io(EIO) || fsync(fd))
		return fail_errno(c, errno, "cannot sync %s", path);
	return dir_sync_of(c, path);
}

enum fail key_file_make(struct call *c, const char *path, struct secret **key)
{
	char *bytes;
	SECRET_AUTO *made = secret_blank(SEALED_KEY_BYTES, &bytes);
	FILE_AUTO fd = -1;
	enum fail f;

	random_bytes(bytes, SEALED_KEY_BYTES);
	TRY(dir_make(c, path_dir(c, path)));
	fd = fault_io(EIO) ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
	if (fd < 0 && errno == EEXIST)
		return fail(c, FAIL_CONFLICT, "key file %s exists: `trae secret rotate` makes a "
			"new key", path);
	if (fd < 0)
		return fail_errno(c, errno, "cannot make key file %s", path);
	f = write_key(c, fd, path, made);
	if (f != FAIL_NONE) {
		unlink(path);
		return f;
	}
	if (key) {
		*key = made;
		made = NULL;
	}
	return FAIL_NONE;
}

enum fail secret_make_key_file(struct call *c, const char *path, const char **made)
{
	const char *at = path ? path : key_file_path(c);

	TRY(key_file_make(c, at, NULL));
	*made = at;
	return FAIL_NONE;
}

/* The places a key may lie, in order; NULL-terminated. */
#define PLACES 3
static void key_places(struct call *c, const char *places[PLACES + 1])
{
	const char *credential = credential_path(c);
	size_t n = 0;

	if (credential)
		places[n++] = credential;
	places[n++] = key_file_path(c);
	places[n++] = key_file_next(c);
	places[n] = NULL;
}

/* systemd guards its credentials itself, with modes of its own. */
static enum fail read_place(struct call *c, const char *path, struct secret **key)
{
	const char *credential = credential_path(c);

	return key_read(c, path, !credential || strcmp(path, credential) != 0, key);
}

const char *key_there(struct call *c)
{
	const char *places[PLACES + 1];

	key_places(c, places);
	for (size_t i = 0; places[i]; i++)
		if (!access(places[i], F_OK))
			return places[i];
	return NULL;
}

static enum fail find_key(struct call *c, const struct sealed *s, struct secret **key,
	const char **source)
{
	const char *places[PLACES + 1], *tried = NULL;

	key_places(c, places);
	for (size_t i = 0; places[i]; i++) {
		SECRET_AUTO *found = NULL;
		enum fail f = read_place(c, places[i], &found);

		if (f == FAIL_MISSING) {
			fail_forget(c);
			continue;
		}
		TRY(f);
		tried = places[i];
		if (sealed_fits(s, found)) {
			*source = places[i];
			*key = found;
			found = NULL;
			return FAIL_NONE;
		}
	}
	if (tried)
		return fail(c, FAIL_DENIED, "the key in %s does not open the sealed file", tried);
	return fail(c, FAIL_CONFIG, "the key of the sealed file is not here: set secrets.key_file, "
		"or give the credential %s to the service", SECRET_KEY_CREDENTIAL);
}

enum fail key_find(struct call *c, const struct sealed *s, struct secret **key, const char **source)
{
	SECRET_AUTO *passphrase = NULL;
	SECRET_AUTO *derived = NULL;

	if (s->head.kind == SEALED_KEY)
		return find_key(c, s, key, source);
	if (!secret_can_ask(c))
		return fail(c, FAIL_CONFIG, "the sealed file is under a passphrase and there is no "
			"terminal to ask for it: seal it under a key file with `trae secret rotate "
			"--key-file FILE`");
	TRY(secret_ask(c, "Passphrase of the sealed file", false, &passphrase));
	TRY(sealed_derive(c, &s->head, passphrase, &derived));
	if (!sealed_fits(s, derived))
		return fail(c, FAIL_DENIED, "that is not the passphrase of the sealed file");
	*source = NULL;
	*key = derived;
	derived = NULL;
	return FAIL_NONE;
}

enum fail key_from_new_passphrase(struct call *c, struct sealed_head *head, struct secret **key,
	struct secret **passphrase)
{
	SECRET_AUTO *asked = NULL;
	struct sealed_head fresh = sealed_head_new(SEALED_PASSPHRASE);
	size_t len;

	TRY(secret_ask(c, "New passphrase of the sealed file", true, &asked));
	secret_reveal(asked, &len);
	if (len < PASSPHRASE_BYTES)
		return fail(c, FAIL_INPUT, "a passphrase has at least %d bytes", PASSPHRASE_BYTES);
	TRY(sealed_derive(c, &fresh, asked, key));
	*head = fresh;
	*passphrase = asked;
	asked = NULL;
	return FAIL_NONE;
}

enum fail key_first(struct call *c, struct sealed_head *head, struct secret **key,
	const char **source)
{
	const char *place = key_there(c);
	SECRET_AUTO *passphrase = NULL;

	if (place) {
		TRY(read_place(c, place, key));
		*head = sealed_head_new(SEALED_KEY);
		*source = place;
		return FAIL_NONE;
	}
	if (!secret_can_ask(c))
		return secret_no_backend(c);
	TRY(key_from_new_passphrase(c, head, key, &passphrase));
	*source = NULL;
	return FAIL_NONE;
}
