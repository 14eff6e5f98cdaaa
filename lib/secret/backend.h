/* What the backends of lib/secret share; for this room alone. */
#ifndef SECRET_BACKEND_H
#define SECRET_BACKEND_H

#include "lib/base/buf.h"
#include "lib/secret/secret.h"

/* What c->secrets holds. */
struct secrets {
	struct secret *master; /* what opened the sealed file last; NULL until it was needed */
	const char *source;    /* where it came from: its path, NULL for a passphrase */
};

/* c->secrets, made on first use. */
struct secrets *secrets_of(struct call *c);

/* The setting NAME; NULL where it is not set, or where the configuration cannot be read, which those
 * who ask for secrets all the same live with. */
const char *secret_setting(struct call *c, const char *name);

struct secret_rows {
	struct secret_entry *rows;
	size_t count, size;
};
void secret_rows_add(struct call *c, struct secret_rows *rows, const char *name,
	const char *backend, int64_t changed_at);

/* get, set and delete return FAIL_REMOTE when nobody answers for the backend here at all, so that
 * nothing can be kept in it: a chain goes on to the next. Names are checked before. */
struct secret_backend {
	const char *name;
	const char *absent; /* what is missing when present() is false, and how to get it */
	bool writable;
	bool (*present)(struct call *c);
	enum fail (*get)(struct call *c, const char *name, struct secret **out);
	enum fail (*set)(struct call *c, const char *name, const struct secret *value);
	enum fail (*delete)(struct call *c, const char *name);
	enum fail (*list)(struct call *c, struct secret_rows *rows);
	/* Usable now? Text for a person, in both cases. */
	bool (*state)(struct call *c, const char **why);
};
extern const struct secret_backend secret_credential, secret_keyring, secret_file;

/* Locked, zeroed memory; never NULL. The second is its cleanup. */
void *secret_memory(size_t size);
void secret_memory_free(void *pointer_to_it);
#define SECRET_MEMORY __attribute__((cleanup(secret_memory_free)))

/* A secret of LEN zero bytes to be filled at *BYTES. */
struct secret *secret_blank(size_t len, char **bytes);
bool secret_equal(const struct secret *a, const struct secret *b);

/* Would secret_ask() find a terminal? */
bool secret_can_ask(struct call *c);

/* All of FD, any bytes, up to MAX, possibly none. */
enum fail secret_read_raw(struct call *c, int fd, const char *name, size_t max,
	struct secret **out);

#endif
