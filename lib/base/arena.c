/* Arena: a chain of blocks, released together. */
#include "lib/base/arena.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES 16384
#define ALIGN _Alignof(max_align_t)

struct arena_block {
	struct arena_block *previous;
	size_t used, size;
	_Alignas(max_align_t) char data[];
};

/* Blocks that were released, for whichever thread asks next: a server takes one a request, and
 * malloc() tidies up its lists for each of this size. */
static _Atomic(struct arena_block *) spares[16];
#define SPARES (sizeof spares / sizeof *spares)

struct arena_end {
	struct arena_end *previous;
	void (*end)(void *state);
	void *state;
};

static _Noreturn void out_of_memory(void)
{
	static const char text[] = "trae: out of memory\n";

	/* write(2) and _exit(2) allocate nothing and run no handlers. */
	if (write(2, text, sizeof text - 1) < 0)
		_exit(70);
	_exit(70);
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xrealloc(void *old, size_t count, size_t size)
{
	void *p = reallocarray(old, count ? count : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

char *xstrdup(const char *text)
{
	size_t len = strlen(text) + 1;

	return memcpy(xmalloc(len), text, len);
}

static struct arena_block *take_spare(void)
{
	struct arena_block *b = NULL;

	for (size_t i = 0; i < SPARES && !b; i++)
		if (atomic_load_explicit(&spares[i], memory_order_relaxed))
			b = atomic_exchange(&spares[i], NULL);
	return b;
}

static void give_block(struct arena_block *b)
{
	for (size_t i = 0; i < SPARES && b->size == BLOCK_BYTES && !ARENA_SEPARATE; i++) {
		struct arena_block *none = NULL;

		if (atomic_compare_exchange_strong(&spares[i], &none, b))
			return;
	}
	free(b);
}

static char *take(struct arena *a, size_t need)
{
	struct arena_block *b = a->last;
	char *p;

	if (need > SIZE_MAX / 2)
		out_of_memory();
	need = (need + ALIGN - 1) / ALIGN * ALIGN;
	if (ARENA_SEPARATE || !b || b->size - b->used < need) {
		size_t room = ARENA_SEPARATE || need > BLOCK_BYTES / 4 ? need : BLOCK_BYTES;

		b = room == BLOCK_BYTES ? take_spare() : NULL;
		b = b ? b : xmalloc(sizeof *b + room);
		b->used = 0;
		b->size = room;
		if (a->last && room == need && !ARENA_SEPARATE) {
			/* A large object goes behind the block that still has space. */
			b->previous = a->last->previous;
			a->last->previous = b;
		} else {
			b->previous = a->last;
			a->last = b;
		}
	}
	p = b->data + b->used;
	b->used += need;
	return p;
}

void *arena_alloc(struct arena *a, size_t count, size_t size)
{
	size_t need;

	if (__builtin_mul_overflow(count, size, &need))
		out_of_memory();
	return memset(take(a, need), 0, need);
}

void *arena_room(struct arena *a, size_t len)
{
	return take(a, len);
}

char *arena_memdup(struct arena *a, const void *data, size_t len)
{
	char *p = take(a, len + 1);

	if (len)
		memcpy(p, data, len);
	p[len] = '\0';
	return p;
}

char *arena_strdup(struct arena *a, const char *text)
{
	return arena_memdup(a, text, strlen(text));
}

char *arena_vprintf(struct arena *a, const char *format, va_list list)
{
	char text[256], *p;
	va_list again;
	int len;

	va_copy(again, list);
	len = vsnprintf(text, sizeof text, format, again);
	va_end(again);
	if (len < 0)
		return arena_strdup(a, format);
	if ((size_t)len < sizeof text)
		return arena_memdup(a, text, (size_t)len);
	p = take(a, (size_t)len + 1);
	vsnprintf(p, (size_t)len + 1, format, list);
	return p;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list list;
	char *p;

	va_start(list, format);
	p = arena_vprintf(a, format, list);
	va_end(list);
	return p;
}

void arena_finally(struct arena *a, void (*end)(void *state), void *state)
{
	struct arena_end *e = ARENA_NEW(a, struct arena_end, 1);

	*e = (struct arena_end){a->ends, end, state};
	a->ends = e;
}

void arena_release(struct arena *a)
{
	struct arena_block *b;

	while (a->ends) {
		struct arena_end *e = a->ends;

		a->ends = e->previous;
		e->end(e->state);
	}
	b = a->last;
	while (b) {
		struct arena_block *previous = b->previous;

		give_block(b);
		b = previous;
	}
	a->last = NULL;
}
