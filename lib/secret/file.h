/* The sealed file on disk: opened with its key, and changed under a lock. */
#ifndef SECRET_FILE_H
#define SECRET_FILE_H

#include "lib/secret/key.h"

struct vault {
	const char *path;
	bool exists;
	struct sealed sealed;
	const struct secret *key; /* belongs to c->secrets */
	const char *source;       /* path of the key; NULL for a passphrase */
	int lock;                 /* held while it is >= 0 */
};

/* Unlocks for others. */
void vault_close(struct vault *v);
#define VAULT_AUTO __attribute__((cleanup(vault_close))) struct vault

/* Reads and checks the layout; no key is needed. A file that does not exist has no records.
 * FAIL_CONFIG when others could read or change it. */
enum fail vault_read(struct call *c, struct vault *v);

/* vault_read(), and the key of a file that exists; every byte is verified. */
enum fail vault_open(struct call *c, struct vault *v);

/* vault_open() for a change: nobody else changes it until vault_close(). FAIL_BUSY when another
 * process does for more than ten seconds. */
enum fail vault_edit(struct call *c, struct vault *v);

/* Puts new contents in place. */
enum fail vault_replace(struct call *c, const struct vault *v, const struct buf *contents);

#endif
