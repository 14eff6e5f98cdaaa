/* Identifiers. */
#include "lib/base/id.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
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

/* Random bytes of a thread, fetched for many identifiers at once. They are not secret, but must not
 * be given twice: a process that was forked fetches its own. */
static _Thread_local struct {
	uint8_t bytes[512];
	size_t left;
	int generation;
} pool;
static atomic_int generation;

static void forked(void)
{
	atomic_fetch_add(&generation, 1);
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, forked);
}

static void take_random(uint8_t *to, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, watch_forks);
	if (pool.left < len || pool.generation != atomic_load(&generation)) {
		random_bytes(pool.bytes, sizeof pool.bytes);
		pool.left = sizeof pool.bytes;
		pool.generation = atomic_load(&generation);
	}
	pool.left -= len;
	memcpy(to, pool.bytes + pool.left, len);
}

const char *id_new(struct arena *a)
{
	static const char digits[] = "0123456789abcdef";
	char *text = ARENA_NEW(a, char, 37), *to = text;
	uint8_t b[16]; /* when, and behind that random ones */
	uint64_t us = (uint64_t)clock_now_us(), ms = us / 1000;
	/* Below the milliseconds, so that rows made one after the other are next to each other. */
	uint64_t part = us % 1000 * 4096 / 1000;

	take_random(b + 8, 8);
	for (int i = 0; i < 6; i++)
		b[i] = (uint8_t)(ms >> (40 - 8 * i));
	b[6] = (uint8_t)(0x70 | part >> 8);
	b[7] = (uint8_t)part;
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		*to++ = digits[b[i] >> 4];
		*to++ = digits[b[i] & 15];
	}
	return text;
}

bool trace_valid(const char *text)
{
	static const char hex[] = "0123456789abcdef";
	static const struct {
		size_t at, len;
	} parts[] = {{0, 2}, {3, 32}, {36, 16}, {53, 2}};

	/* Versions to come may be longer, behind another '-'. */
	if (strlen(text) < 55 || (text[55] && (text[55] != '-' || !strncmp(text, "00", 2))))
		return false;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strspn(text + parts[i].at, hex) != parts[i].len ||
			(parts[i].len > 2 && strspn(text + parts[i].at, "0") >= parts[i].len))
			return false;
	return text[2] == '-' && text[35] == '-' && text[52] == '-' && strncmp(text, "ff", 2) != 0;
}
