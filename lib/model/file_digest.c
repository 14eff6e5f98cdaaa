/* Digests of files. */
#include <errno.h>
#include <fcntl.h>
#include <md5.h>
#include <sodium.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/model/file.h"
#include "lib/os/file.h"

struct digests {
	crypto_hash_sha256_state sha256;
	MD5_CTX md5;
	int64_t bytes;
};

static enum fail digest(struct call *c, const char *path, struct digests *d)
{
	FILE_AUTO fd = fault_io(EIO) ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	unsigned char data[8192];

	if (fd < 0)
		return fail_errno(c, errno, "cannot read %s", path);
	crypto_hash_sha256_init(&d->sha256);
	MD5Init(&d->md5);
	d->bytes = 0;
	for (;;) {
		ssize_t got = fault_io(EIO) ? -1 : read(fd, data, sizeof data);

		if (got < 0 && errno != EINTR)
			return fail_errno(c, errno, "cannot read %s", path);
		if (!got)
			return FAIL_NONE;
		TRY(call_check(c));
		if (got > 0) {
			crypto_hash_sha256_update(&d->sha256, data, (unsigned long long)got);
			MD5Update(&d->md5, data, (size_t)got);
			d->bytes += got;
		}
	}
}

static void finish_sha256(struct digests *d, char hex[65])
{
	unsigned char bytes[crypto_hash_sha256_BYTES];

	crypto_hash_sha256_final(&d->sha256, bytes);
	sodium_bin2hex(hex, 65, bytes, sizeof bytes);
}

enum fail file_hash(struct call *c, const char *path, char hex[65], int64_t *bytes)
{
	struct digests d;

	TRY(digest(c, path, &d));
	finish_sha256(&d, hex);
	*bytes = d.bytes;
	return FAIL_NONE;
}

enum fail file_digest(struct call *c, const char *path, struct file *out)
{
	char *sha256 = ARENA_NEW(&c->arena, char, 65);
	char *md5 = ARENA_NEW(&c->arena, char, 2 * MD5_DIGEST_LENGTH + 1);
	unsigned char bytes[MD5_DIGEST_LENGTH];
	struct digests d;

	TRY(digest(c, path, &d));
	finish_sha256(&d, sha256);
	MD5Final(bytes, &d.md5);
	sodium_bin2hex(md5, 2 * sizeof bytes + 1, bytes, sizeof bytes);
	out->sha256 = sha256;
	out->md5 = md5;
	out->bytes = d.bytes;
	return FAIL_NONE;
}
