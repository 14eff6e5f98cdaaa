/* The sealed file: its layout, and what seals it. */
#include "lib/secret/sealed.h"

#include <sodium.h>
#include <string.h>

#include "lib/secret/backend.h"

#define VERSION 1
#define MAGIC "TRAESEAL"
#define HEAD_BYTES 40
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define PROOF_BYTES (NONCE_BYTES + TAG_BYTES)
#define COUNT_AT (HEAD_BYTES + PROOF_BYTES)

/* What a new passphrase costs (0.2 s), and what a file may ask for at most. */
#define PASSES 3
#define MEMORY_KIB (128 * 1024)
#define MAX_PASSES 16
#define MAX_MEMORY_KIB (1024 * 1024)
#define MIN_MEMORY_KIB 8

/* Associated data of a record. */
struct label {
	unsigned char bytes[4 + SECRET_NAME_BYTES];
	size_t len;
};

static uint64_t get_number(const unsigned char *p, size_t bytes)
{
	uint64_t n = 0;

	while (bytes--)
		n = n << 8 | p[bytes];
	return n;
}

static void put_number(unsigned char *p, uint64_t n, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++, n >>= 8)
		p[i] = (unsigned char)n;
}

static void add_number(struct buf *b, uint64_t n, size_t bytes)
{
	unsigned char p[8];

	put_number(p, n, bytes);
	buf_add(b, p, bytes);
}

static struct label label_of(const char *name)
{
	struct label l = {.len = 4 + strlen(name)};

	put_number(l.bytes, VERSION, 4);
	memcpy(l.bytes + 4, name, l.len - 4);
	return l;
}

static const unsigned char *key_bytes(const struct secret *key)
{
	return (const unsigned char *)secret_reveal(key, NULL);
}

/* A cursor over the records. */
struct reader {
	const unsigned char *at;
	size_t left;
};

/* The next LEN bytes, or NULL when there are fewer. */
static const unsigned char *take(struct reader *r, size_t len)
{
	const unsigned char *p = r->at;

	if (len > r->left)
		return NULL;
	r->at += len;
	r->left -= len;
	return p;
}

static enum fail parse_head(struct call *c, const unsigned char *p, size_t len,
	struct sealed_head *h)
{
	uint64_t kind;

	if (len < COUNT_AT + 4 + PROOF_BYTES || memcmp(p, MAGIC, strlen(MAGIC)))
		return fail(c, FAIL_INPUT, "this is no sealed file, or its start is damaged");
	if (get_number(p + 8, 4) != VERSION)
		return fail(c, FAIL_CONFIG, "sealed in version %u of the format, which this trae "
			"does not know: install a newer one", (unsigned)get_number(p + 8, 4));
	kind = get_number(p + 12, 4);
	h->passes = (uint32_t)get_number(p + 16, 4);
	h->memory_kib = (uint32_t)get_number(p + 20, 4);
	memcpy(h->salt, p + 24, SEALED_SALT_BYTES);
	if (kind == SEALED_KEY && !h->passes && !h->memory_kib) {
		h->kind = SEALED_KEY;
		return FAIL_NONE;
	}
	if (kind != SEALED_PASSPHRASE || !h->passes || h->passes > MAX_PASSES ||
		h->memory_kib < MIN_MEMORY_KIB || h->memory_kib > MAX_MEMORY_KIB)
		return fail(c, FAIL_INPUT, "the head of the sealed file is damaged");
	h->kind = SEALED_PASSPHRASE;
	return FAIL_NONE;
}

static bool parse_record(struct reader *r, struct sealed_record *out)
{
	const unsigned char *start = r->at, *p = take(r, 1);
	size_t name_len = p ? *p : 0, value_len;

	p = take(r, name_len);
	if (!p || !name_len || name_len > SECRET_NAME_BYTES)
		return false;
	memcpy(out->name, p, name_len);
	out->name[name_len] = '\0';
	p = take(r, 12);
	if (!p)
		return false;
	out->changed_at = (int64_t)get_number(p, 8);
	value_len = get_number(p + 8, 4);
	out->nonce = take(r, NONCE_BYTES);
	if (!out->nonce || !value_len || value_len > SECRET_BYTES)
		return false;
	out->cipher_len = value_len + TAG_BYTES;
	out->cipher = take(r, out->cipher_len);
	out->start = start;
	out->len = (size_t)(r->at - start);
	return out->cipher;
}

enum fail sealed_parse(struct call *c, const void *bytes, size_t len, struct sealed *out)
{
	struct sealed s = {.bytes = bytes, .len = len};
	struct reader r;
	uint64_t count;

	TRY(parse_head(c, bytes, len, &s.head));
	count = get_number(s.bytes + COUNT_AT, 4);
	if (count > SEALED_RECORDS)
		return fail(c, FAIL_INPUT, "the sealed file is damaged: it claims %u secrets",
			(unsigned)count);
	s.records = ARENA_NEW(&c->arena, struct sealed_record, count);
	r = (struct reader){s.bytes + COUNT_AT + 4, len - COUNT_AT - 4};
	for (; s.count < count; s.count++) {
		struct sealed_record *record = &s.records[s.count];

		if (!parse_record(&r, record) || secret_check_name(c, record->name) != FAIL_NONE ||
			sealed_find(&s, record->name)) {
			fail_forget(c);
			return fail(c, FAIL_INPUT, "the sealed file is damaged or cut off at "
				"secret %zu of %u", s.count + 1, (unsigned)count);
		}
	}
	if (r.left != PROOF_BYTES)
		return fail(c, FAIL_INPUT, "the sealed file is damaged or cut off at its end");
	*out = s;
	return FAIL_NONE;
}

const struct sealed_record *sealed_find(const struct sealed *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (!strcmp(s->records[i].name, name))
			return &s->records[i];
	return NULL;
}

struct sealed_head sealed_head_new(enum sealed_kind kind)
{
	struct sealed_head h = {.kind = kind};

	if (kind == SEALED_PASSPHRASE) {
		h.passes = PASSES;
		h.memory_kib = MEMORY_KIB;
		randombytes_buf(h.salt, sizeof h.salt);
	}
	return h;
}

enum fail sealed_derive(struct call *c, const struct sealed_head *head,
	const struct secret *passphrase, struct secret **key)
{
	size_t len;
	const char *text = secret_reveal(passphrase, &len);
	char *bytes;
	SECRET_AUTO *made = secret_blank(SEALED_KEY_BYTES, &bytes);

	if (crypto_pwhash((unsigned char *)bytes, SEALED_KEY_BYTES, text, len, head->salt,
		    head->passes, (size_t)head->memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13))
		return fail(c, FAIL_BUSY, "%u MiB of memory are needed to open the sealed file and "
			"are not free", (unsigned)(head->memory_kib / 1024));
	*key = made;
	made = NULL;
	return FAIL_NONE;
}

/* Nonce and tag at PROOF: made by KEY for the LEN bytes at DATA? */
static bool proof_holds(const unsigned char *proof, const unsigned char *data, size_t len,
	const struct secret *key)
{
	return !crypto_aead_xchacha20poly1305_ietf_decrypt(NULL, NULL, NULL, proof + NONCE_BYTES,
		TAG_BYTES, data, len, proof, key_bytes(key));
}

bool sealed_fits(const struct sealed *s, const struct secret *key)
{
	return proof_holds(s->bytes + HEAD_BYTES, s->bytes, HEAD_BYTES, key);
}

enum fail sealed_verify(struct call *c, const struct sealed *s, const struct secret *key)
{
	size_t sealed_len = s->len - PROOF_BYTES;

	if (!proof_holds(s->bytes + sealed_len, s->bytes, sealed_len, key))
		return fail(c, FAIL_INPUT, "the sealed file was changed or damaged: restore it "
			"from a backup");
	return FAIL_NONE;
}

enum fail sealed_open(struct call *c, const struct sealed_record *r, const struct secret *key,
	struct secret **out)
{
	struct label label = label_of(r->name);
	char *bytes;
	SECRET_AUTO *value = secret_blank(r->cipher_len - TAG_BYTES, &bytes);

	if (crypto_aead_xchacha20poly1305_ietf_decrypt((unsigned char *)bytes, NULL, NULL,
		    r->cipher, r->cipher_len, label.bytes, label.len, r->nonce, key_bytes(key)))
		return fail(c, FAIL_INPUT, "secret %s was changed or damaged: restore the sealed "
			"file from a backup", r->name);
	*out = value;
	value = NULL;
	return FAIL_NONE;
}

/* Seals LEN bytes of TEXT with AD: nonce, ciphertext, tag behind each other. */
static void add_cipher(struct buf *b, const char *text, size_t len, const unsigned char *ad,
	size_t ad_len, const struct secret *key)
{
	unsigned char nonce[NONCE_BYTES], *to;

	randombytes_buf(nonce, sizeof nonce);
	to = (unsigned char *)buf_room(b, NONCE_BYTES + len + TAG_BYTES);
	memcpy(to, nonce, NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(to + NONCE_BYTES, NULL,
		(const unsigned char *)text, len, ad, ad_len, NULL, nonce, key_bytes(key));
	b->len += NONCE_BYTES + len + TAG_BYTES;
	b->data[b->len] = '\0';
}

static void add_proof(struct buf *b, const struct secret *key)
{
	size_t len = b->len;

	/* The room first: growing moves the bytes that are the associated data. */
	buf_room(b, PROOF_BYTES);
	add_cipher(b, "", 0, (const unsigned char *)b->data, len, key);
}

void sealed_begin(struct buf *b, const struct sealed_head *head, const struct secret *key)
{
	buf_cut(b, 0);
	buf_adds(b, MAGIC);
	add_number(b, VERSION, 4);
	add_number(b, head->kind, 4);
	add_number(b, head->passes, 4);
	add_number(b, head->memory_kib, 4);
	buf_add(b, head->salt, sizeof head->salt);
	add_proof(b, key);
	add_number(b, 0, 4);
}

static void count_one(struct buf *b)
{
	unsigned char *p = (unsigned char *)b->data + COUNT_AT;

	put_number(p, get_number(p, 4) + 1, 4);
}

void sealed_copy(struct buf *b, const struct sealed_record *r)
{
	buf_add(b, r->start, r->len);
	count_one(b);
}

void sealed_add(struct buf *b, const char *name, int64_t changed_at, const struct secret *value,
	const struct secret *key)
{
	struct label label = label_of(name);
	size_t len;
	const char *text = secret_reveal(value, &len);

	add_number(b, strlen(name), 1);
	buf_adds(b, name);
	add_number(b, (uint64_t)changed_at, 8);
	add_number(b, len, 4);
	add_cipher(b, text, len, label.bytes, label.len, key);
	count_one(b);
}

void sealed_end(struct buf *b, const struct secret *key)
{
	add_proof(b, key);
}
