/* Fuzz target: the sealed file. Any bytes are taken apart without harm, and no change of a valid
 * file is accepted. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/secret/sealed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct secret *key;
static struct arena kept;
static struct buf valid;

/* Made once: salts and nonces are random, but nothing depends on their value. */
static void make_valid(void)
{
	struct sealed_head head = sealed_head_new(SEALED_KEY);
	char bytes[SEALED_KEY_BYTES] = "key";
	SECRET_AUTO *value = secret_from("value", 5);

	key = secret_from(bytes, sizeof bytes);
	valid = buf_in(&kept);
	sealed_begin(&valid, &head, key);
	sealed_add(&valid, "one", 1, value, key);
	sealed_add(&valid, "two", 2, value, key);
	sealed_end(&valid, key);
}

/* The whole way of a reader; true when every check held. */
static bool read_all(struct call *c, const void *data, size_t size)
{
	struct sealed s;

	if (sealed_parse(c, data, size, &s) != FAIL_NONE)
		return false;
	for (size_t i = 0; i < s.count; i++) {
		SECRET_AUTO *value = NULL;

		if (sealed_open(c, &s.records[i], key, &value) != FAIL_NONE)
			return false;
	}
	return sealed_fits(&s, key) && sealed_verify(c, &s, key) == FAIL_NONE;
}

/* DATA as a list of changes: two bytes of offset, one to combine. */
static void check_changed(struct call *c, const uint8_t *data, size_t size)
{
	char *copy = arena_memdup(&c->arena, valid.data, valid.len);

	for (; size >= 3; data += 3, size -= 3) {
		size_t at = (size_t)(data[0] << 8 | data[1]) % valid.len;

		copy[at] = (char)(copy[at] ^ data[2]);
	}
	if (read_all(c, copy, valid.len) != !memcmp(copy, valid.data, valid.len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct call c = {0};

	if (!key)
		make_valid();
	read_all(&c, data, size);
	check_changed(&c, data, size);
	call_release(&c);
	return 0;
}
