/* Identifiers. */
#include "lib/base/id.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

#include "lib/base/clock.h"

void random_bytes(void *to, size_t len)
{
	char *p = to;

	while (len) {
		ssize_t got = getrandom(p, len, 0);

		if (got < 0)
			abort();
		p += got;
		len -= (size_t)got;
	}
}

const char *id_new(struct arena *a)
{
	uint8_t b[16];
	uint64_t ms = (uint64_t)clock_now_ms();

	random_bytes(b, sizeof b);
	for (int i = 0; i < 6; i++)
		b[i] = (uint8_t)(ms >> (40 - 8 * i));
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x70);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	return arena_printf(a,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		b[15]);
}
