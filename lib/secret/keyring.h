/* Backend "keyring" in two processes: this table is what keyring.so (libsecret) gives to the one
 * that speaks D-Bus. */
#ifndef SECRET_KEYRING_H
#define SECRET_KEYRING_H

#include "lib/secret/backend.h"

/* All return FAIL_REMOTE when no secret service answers on the bus or it has no default collection,
 * and FAIL_CONFIG when what is asked for is locked; they never make the service ask a person. */
struct keyring {
	enum fail (*get)(struct call *c, const char *name, struct secret **out);
	enum fail (*set)(struct call *c, const char *name, const struct secret *value);
	enum fail (*delete)(struct call *c, const char *name);
	/* Names in a locked collection are not readable; they count in *UNREADABLE. */
	enum fail (*list)(struct call *c, struct secret_rows *rows, size_t *unreadable);
	enum fail (*probe)(struct call *c);
};

/* The other end of the process boundary: one question on FD 0, a stream socket. */
enum keyring_verb { KEYRING_GET, KEYRING_SET, KEYRING_DELETE, KEYRING_LIST, KEYRING_PROBE };

struct keyring_message {
	uint32_t word; /* of a question: enum keyring_verb; of an answer: enum fail */
	uint32_t len;  /* bytes behind it: the value, why it failed, or rows */
	uint64_t unreadable;
	char name[SECRET_NAME_BYTES + 1];
};

struct keyring_row {
	int64_t changed_at;
	char name[SECRET_NAME_BYTES + 1];
};

#define KEYRING_MAX_BYTES (4 << 20)

/* Sends and receives one message with what stands behind it; *BODY is never NULL then. FAIL_BUSY
 * when the other side is silent longer than the socket's time limit, FAIL_IO when it is gone. */
enum fail keyring_send(struct call *c, int fd, struct keyring_message *m,
	const struct secret *body);
enum fail keyring_receive(struct call *c, int fd, struct keyring_message *m,
	struct secret **body);

#endif
