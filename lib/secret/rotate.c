/* Rotation: the sealed file under a new master key. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/os/file.h"
#include "lib/secret/file.h"

/* Everything sealed anew, in one replace. */
static enum fail reseal(struct call *c, const struct vault *v, const struct sealed_head *head,
	const struct secret *key)
{
	struct buf b = buf_in(&c->arena);

	sealed_begin(&b, head, key);
	for (size_t i = 0; i < v->sealed.count; i++) {
		const struct sealed_record *r = &v->sealed.records[i];
		SECRET_AUTO *value = NULL;

		TRY(sealed_open(c, r, v->key, &value));
		sealed_add(&b, r->name, r->changed_at, value, key);
	}
	sealed_end(&b, key);
	return vault_replace(c, v, &b);
}

static enum fail to_given_key(struct call *c, const struct vault *v, const char *path)
{
	struct sealed_head head = sealed_head_new(SEALED_KEY);
	SECRET_AUTO *key = NULL;

	TRY(key_file_read(c, path, &key));
	if (sealed_fits(&v->sealed, key))
		return fail(c, FAIL_INPUT, "%s is the key it is sealed with already", path);
	return reseal(c, v, &head, key);
}

static enum fail to_new_passphrase(struct call *c, const struct vault *v)
{
	struct sealed_head head;
	SECRET_AUTO *passphrase = NULL;
	SECRET_AUTO *key = NULL;
	SECRET_AUTO *under_old_head = NULL;

	TRY(key_from_new_passphrase(c, &head, &key, &passphrase));
	TRY(sealed_derive(c, &v->sealed.head, passphrase, &under_old_head));
	if (sealed_fits(&v->sealed, under_old_head))
		return fail(c, FAIL_INPUT, "that is the old passphrase");
	return reseal(c, v, &head, key);
}

/* Key and sealed file are two files, so the new key lies beside the old one until the file sealed
 * with it is in place: at every instant one of the two opens it. */
static enum fail to_new_key(struct call *c, const struct vault *v)
{
	struct sealed_head head = sealed_head_new(SEALED_KEY);
	const char *next = key_file_next(c);
	SECRET_AUTO *key = NULL;

	if (!v->source || strcmp(v->source, key_file_path(c)))
		return fail(c, FAIL_CONFIG, "the key comes from %s, which cannot be replaced from "
			"here: make a new key file and give it with --key-file", v->source);
	/* The file is open under the key in its place, so one left here never came to use. */
	if (unlink(next) && errno != ENOENT)
		return fail_errno(c, errno, "cannot remove %s", next);
	TRY(key_file_make(c, next, &key));
	TRY(reseal(c, v, &head, key));
	if (fault_io(EIO) || rename(next, v->source))
		return fail_errno(c, errno, "cannot rename %s", next);
	return dir_sync_of(c, v->source);
}

enum fail secret_rotate(struct call *c, const char *new_key_file, const char **key)
{
	VAULT_AUTO v = {.lock = -1};
	enum fail f;

	TRY(vault_edit(c, &v));
	if (!v.exists)
		return fail(c, FAIL_MISSING, "there is no sealed file; a keyring has a password of "
			"its own");
	if (new_key_file)
		f = to_given_key(c, &v, new_key_file);
	else if (v.sealed.head.kind == SEALED_PASSPHRASE)
		f = to_new_passphrase(c, &v);
	else
		f = to_new_key(c, &v);
	secret_free(&secrets_of(c)->master);
	if (f == FAIL_NONE)
		*key = new_key_file ? new_key_file : v.source;
	return f;
}
