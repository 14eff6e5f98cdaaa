/* The master key of the sealed file: where it comes from. */
#ifndef SECRET_KEY_H
#define SECRET_KEY_H

#include "lib/secret/backend.h"
#include "lib/secret/sealed.h"

/* The key file that secrets.key_file names, or the default one. */
const char *key_file_path(struct call *c);

/* Where a new key waits until the file sealed with it is in place; one that a killed rotation left
 * behind opens that file until the next change moves it to its place. */
const char *key_file_next(struct call *c);

/* Reads a key file. FAIL_CONFIG when it is not 32 bytes, not of mode 0400, or another user's. */
enum fail key_file_read(struct call *c, const char *path, struct secret **key);

/* Makes a key file with a random key; the key is in *KEY when that is not NULL. */
enum fail key_file_make(struct call *c, const char *path, struct secret **key);

/* The key or passphrase that opens S: the credential, the key file, the next key file, or the
 * terminal. *SOURCE is its path, NULL for the terminal. FAIL_DENIED when what there is does not
 * open it, FAIL_CONFIG when there is nothing. */
enum fail key_find(struct call *c, const struct sealed *s, struct secret **key,
	const char **source);

/* A key for a new file: the first there is of the same places. */
enum fail key_first(struct call *c, struct sealed_head *head, struct secret **key,
	const char **source);

/* Asks for a new passphrase and makes HEAD and KEY of it. */
enum fail key_from_new_passphrase(struct call *c, struct sealed_head *head, struct secret **key,
	struct secret **passphrase);

/* The path of the first key that is there, NULL when there is none. */
const char *key_there(struct call *c);

#endif
