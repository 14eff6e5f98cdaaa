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
	static const char digits[] = "0123456789abcdef";
	char *text = ARENA_NEW(a, char, 37), *to = text;
	uint8_t b[16];
	uint64_t ms = (uint64_t)clock_now_ms();

	random_bytes(b, sizeof b);
	for (int i = 0; i < 6; i++)
		b[i] = (uint8_t)(ms >> (40 - 8 * i));
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x70);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		*to++ = digits[b[i] >> 4];
		*to++ = digits[b[i] & 15];
	}
	return text;
}
