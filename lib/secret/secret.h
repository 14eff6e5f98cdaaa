/* Secrets: kept by systemd, the desktop's keyring or a sealed file; never in plain text. */
#ifndef SECRET_SECRET_H
#define SECRET_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/call.h"

/* A secret in locked memory (sodium_malloc); wiped by secret_free(). It cannot be formatted by
 * accident: there is no function that gives a const char * but secret_reveal(). */
struct secret;
void secret_free(struct secret **s);
#define SECRET_AUTO __attribute__((cleanup(secret_free))) struct secret
struct secret *secret_from(const void *bytes, size_t len); /* copies; the caller wipes its own */
/* NUL-terminated; LEN may be NULL. */
const char *secret_reveal(const struct secret *s, size_t *len);

/* Reads FD to its end straight into locked memory; one newline at the end is dropped. NAME is for
 * messages. FAIL_INPUT when nothing or more than SECRET_BYTES came. */
enum fail secret_read(struct call *c, int fd, const char *name, struct secret **out);

/* Asks on the terminal (/dev/tty) without echo. TWICE asks again and FAIL_INPUT when the answers
 * differ. FAIL_CONFIG where there is no terminal or the call did not come from the shell,
 * FAIL_INTERRUPTED on Ctrl-C. */
enum fail secret_ask(struct call *c, const char *prompt, bool twice, struct secret **out);

/* Names are 1 to 64 of a-z 0-9 . _ - and start with a letter or digit; values are 1 to SECRET_BYTES
 * bytes. FAIL_INPUT otherwise. */
#define SECRET_NAME_BYTES 64
#define SECRET_BYTES 65536
enum fail secret_check_name(struct call *c, const char *name);

/* The name that systemd's credential of the sealed file's key has; no secret can be called so. */
#define SECRET_KEY_CREDENTIAL "trae-key"

struct secret_entry {
	const char *name, *backend; /* "credential", "keyring", "file" */
	int64_t changed_at;         /* milliseconds UTC; 0 where the backend does not tell */
};

/* The chain by secrets.backend: the first backend that has NAME. FAIL_MISSING when none has it,
 * FAIL_CONFIG when one that has it is locked, FAIL_DENIED for a wrong key or passphrase, FAIL_BUSY
 * when the keyring does not answer; the text names the commands that help. *BACKEND (may be NULL)
 * says which one had it. */
enum fail secret_get(struct call *c, const char *name, struct secret **out);
enum fail secret_find(struct call *c, const char *name, struct secret **out, const char **backend);

/* Stores in the first writable backend and reads it back; *BACKEND says which. FAIL_CONFLICT when a
 * systemd credential of that name would hide it. */
enum fail secret_set(struct call *c, const char *name, const struct secret *value,
	const char **backend);

/* Deletes NAME from the first writable backend that has it. */
enum fail secret_delete(struct call *c, const char *name, const char **backend);

/* All names of all backends in the chain's order. No key is needed: names are not secret. */
enum fail secret_list(struct call *c, const struct secret_entry **out, size_t *count);

/* One row for each backend, usable or not and why: what doctor and secret test show. */
struct secret_backend_state {
	const char *name;
	bool usable, writable;
	const char *why; /* what it is, or what is missing and how to get it */
};
enum fail secret_backends(struct call *c, const struct secret_backend_state **out, size_t *count);

/* FAIL_CONFIG with the three commands that help where no backend takes secrets. */
enum fail secret_no_backend(struct call *c);

/* Seals the file anew in one replace; the old key stops working. NEW_KEY_FILE is the key from now
 * on; when it is NULL a file under a key file gets a new random key in that key file, and one under
 * a passphrase a new passphrase asked on the terminal. *KEY is the path of the key file, NULL for a
 * passphrase. */
enum fail secret_rotate(struct call *c, const char *new_key_file, const char **key);

/* Makes a key file of 32 random bytes and mode 0400 at PATH (NULL: where secrets.key_file says).
 * *MADE is its path. FAIL_CONFLICT when it exists. */
enum fail secret_make_key_file(struct call *c, const char *path, const char **made);

/* Makes this process unreadable for others: no core, no ptrace, not dumpable. Called once at the
 * start of every process that may hold a secret. */
void secret_guard_process(void);

/* The keyring is spoken to by a process of its own: this program, started with this one word by
 * lib/secret. main() hands over to secret_keyring_child() when it sees it, before anything else,
 * and exits with what that returns. */
#define SECRET_KEYRING_WORD "__keyring"
int secret_keyring_child(void);

#endif
