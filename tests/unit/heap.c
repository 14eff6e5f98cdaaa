/* The heap: blocks that come and go, within a thread and from one to another. */
#include "lib/base/heap.h"

#include <pthread.h>
#include <stdint.h>

#include "tests/unit/unit.h"

#define MANY 3000

TEST(has_room_for_what_was_asked)
{
	for (size_t size = 0; size < 2000; size++) {
		char *p = heap_take(size);

		CHECK((uintptr_t)p % sizeof(void *) == 0);
		CHECK(heap_room(p) >= size);
		memset(p, 'x', size);
		heap_give(p);
	}
	heap_give(NULL);
}

TEST(keeps_what_is_in_it_when_it_grows)
{
	char *p = heap_resize(NULL, 1);

	*p = 'a';
	for (size_t size = 2; size < 5000; size++) {
		p = heap_resize(p, size);
		CHECK(p[size - 2] == (char)('a' + (size - 2) % 26));
		p[size - 1] = (char)('a' + (size - 1) % 26);
	}
	for (size_t i = 0; i < 4999; i++)
		CHECK(p[i] == (char)('a' + i % 26));
	heap_give(p);
}

/* Blocks of sizes that differ, each filled with a letter of its own. */
struct load {
	char *blocks[MANY];
	size_t seed;
};

static size_t size_of(const struct load *l, size_t i)
{
	return 1 + (i * 37 + l->seed * 101) % 700;
}

static void *take_all(void *to)
{
	struct load *l = to;

	for (size_t i = 0; i < MANY; i++) {
		l->blocks[i] = heap_take(size_of(l, i));
		memset(l->blocks[i], (int)('A' + (i + l->seed) % 50), size_of(l, i));
	}
	return NULL;
}

static void *give_all(void *to)
{
	struct load *l = to;
	size_t wrong = 0;

	for (size_t i = 0; i < MANY; i++) {
		for (size_t k = 0; k < size_of(l, i); k++)
			wrong += l->blocks[i][k] != (char)('A' + (i + l->seed) % 50);
		heap_give(l->blocks[i]);
	}
	CHECK(!wrong);
	return NULL;
}

static void together(void *(*work)(void *), struct load *loads, size_t n)
{
	pthread_t threads[4];

	for (size_t i = 0; i < n; i++)
		CHECK(!pthread_create(&threads[i], NULL, work, &loads[i]));
	for (size_t i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

TEST(goes_from_thread_to_thread)
{
	static struct load loads[4];

	for (int round = 0; round < 5; round++) {
		for (size_t i = 0; i < 4; i++)
			loads[i].seed = i + (size_t)round;
		together(take_all, loads, 4);
		together(give_all, loads, 4);
		/* And what this one takes, others give back. */
		take_all(&loads[0]);
		together(give_all, loads, 1);
	}
}
