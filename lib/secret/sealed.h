/* The sealed file: secrets encrypted one by one under a master key. Pure: no file, no terminal.
 *
 * Version 1; numbers are little-endian, ciphertexts are XChaCha20-Poly1305 (libsodium
 * crypto_aead_xchacha20poly1305_ietf) and end with their 16-byte tag:
 *
 *    0  8  "TRAESEAL"
 *    8  4  version
 *   12  4  where the master key comes from: enum sealed_kind
 *   16  4  argon2id passes            (0 with a key)
 *   20  4  argon2id memory, KiB       (0 with a key)
 *   24 16  argon2id salt              (0 with a key)
 *   40 24  nonce, and
 *   64 16  ciphertext of the empty text with bytes 0 to 39 as associated data: tells a wrong
 *          master key from a damaged file
 *   80  4  count of records; each of them:
 *          1  length of the name, and the name
 *          8  time of the last change, milliseconds since 1970 UTC
 *          4  length of the value
 *          24 nonce, and the ciphertext of the value with version (4 bytes) and name as
 *          associated data, so that no value can be put under another name
 *   last 24+16  nonce, and ciphertext of the empty text with all bytes before as associated data:
 *          nothing can be removed, added or reordered
 *
 * Names and times are readable without the key. An older file put back as a whole is not
 * noticed. */
#ifndef SECRET_SEALED_H
#define SECRET_SEALED_H

#include "lib/base/buf.h"
#include "lib/secret/secret.h"

#define SEALED_KEY_BYTES 32
#define SEALED_SALT_BYTES 16
#define SEALED_RECORDS 4096
#define SEALED_MAX_BYTES (64 << 20)

enum sealed_kind { SEALED_PASSPHRASE = 1, SEALED_KEY = 2 };

struct sealed_head {
	enum sealed_kind kind;
	uint32_t passes, memory_kib;
	unsigned char salt[SEALED_SALT_BYTES];
};

struct sealed_record {
	char name[SECRET_NAME_BYTES + 1];
	int64_t changed_at;
	const unsigned char *start, *nonce, *cipher; /* borrowed from the file's bytes */
	size_t len, cipher_len;                      /* of the whole record, of its ciphertext */
};

struct sealed {
	struct sealed_head head;
	const unsigned char *bytes; /* borrowed */
	size_t len;
	struct sealed_record *records;
	size_t count;
};

/* Takes a file apart; BYTES must outlive *OUT. FAIL_INPUT when it is no sealed file, is damaged so
 * that lengths do not fit, or asks for more than 1 GiB or 16 passes; FAIL_CONFIG for a later
 * version. */
enum fail sealed_parse(struct call *c, const void *bytes, size_t len, struct sealed *out);

const struct sealed_record *sealed_find(const struct sealed *s, const char *name);

/* The head of a new file of KIND, with a fresh salt. */
struct sealed_head sealed_head_new(enum sealed_kind kind);

/* The master key of PASSPHRASE: argon2id as HEAD says. */
enum fail sealed_derive(struct call *c, const struct sealed_head *head,
	const struct secret *passphrase, struct secret **key);

/* Is KEY the one the file was sealed with? */
bool sealed_fits(const struct sealed *s, const struct secret *key);

/* Is every byte as it was sealed? FAIL_INPUT otherwise. */
enum fail sealed_verify(struct call *c, const struct sealed *s, const struct secret *key);

enum fail sealed_open(struct call *c, const struct sealed_record *r, const struct secret *key,
	struct secret **out);

/* Writing: begin, then each record copied (same key) or sealed, then end. */
void sealed_begin(struct buf *b, const struct sealed_head *head, const struct secret *key);
void sealed_copy(struct buf *b, const struct sealed_record *r);
void sealed_add(struct buf *b, const char *name, int64_t changed_at, const struct secret *value,
	const struct secret *key);
void sealed_end(struct buf *b, const struct secret *key);

#endif
