/* Heap: lists of free blocks for each thread, whose surplus goes from thread to thread by batches.
 * They keep up to half a megabyte a thread and one together; what is over goes back to malloc().
 * Every block is one of malloc()'s own, since a library frees what jansson made by free(). */
#include "lib/base/heap.h"

#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"

/* The sizes that malloc() has. */
#define LEAST 24
#define STEP 16
#define CLASSES 32
#define BATCH 32
/* Of each class. */
#define SHARED_BATCHES 4

struct block {
	struct block *next;
	struct block *batch; /* of the first of a batch: the batch behind it */
};

struct list {
	struct block *first;
	size_t count;
};

static _Thread_local struct list own[CLASSES];
static _Thread_local bool known;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct list shared[CLASSES]; /* counted in batches */

static void free_all(struct block *b)
{
	while (b) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

static void end_thread(void *lists)
{
	struct list *l = lists;

	for (size_t i = 0; i < CLASSES; i++) {
		free_all(l[i].first);
		l[i] = (struct list){0};
	}
	/* What another one's end gives back behind this is seen to by a further round. */
	known = false;
}

static pthread_key_t end_key;

static void make_key(void)
{
	pthread_key_create(&end_key, end_thread);
}

/* Has the lists of this thread freed with it. */
static void know(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_key);
	pthread_setspecific(end_key, own);
	known = true;
}

static struct block *take_batch(size_t class)
{
	struct block *b;

	pthread_mutex_lock(&lock);
	b = shared[class].first;
	if (b) {
		shared[class].first = b->batch;
		shared[class].count--;
	}
	pthread_mutex_unlock(&lock);
	return b;
}

static void give_batch(size_t class, struct block *b)
{
	bool kept;

	pthread_mutex_lock(&lock);
	kept = shared[class].count < SHARED_BATCHES;
	if (kept) {
		b->batch = shared[class].first;
		shared[class].first = b;
		shared[class].count++;
	}
	pthread_mutex_unlock(&lock);
	if (!kept)
		free_all(b);
}

/* Half of a full list; the rest stays. */
static void give_surplus(size_t class)
{
	struct list *l = &own[class];
	struct block *first = l->first, *last = first;

	for (int i = 1; i < BATCH; i++)
		last = last->next;
	l->first = last->next;
	l->count -= BATCH;
	last->next = NULL;
	give_batch(class, first);
}

void *heap_take(size_t size)
{
	size_t class = size > LEAST ? (size - LEAST + STEP - 1) / STEP : 0;
	struct block *b;
	struct list *l;

	if (class >= CLASSES || ARENA_SEPARATE)
		return xmalloc(size);
	l = &own[class];
	if (!l->first && (l->first = take_batch(class)))
		l->count = BATCH;
	b = l->first;
	if (!b)
		return xmalloc(LEAST + class * STEP);
	l->first = b->next;
	l->count--;
	return b;
}

size_t heap_room(void *p)
{
	return malloc_usable_size(p);
}

void heap_give(void *p)
{
	struct block *b = p;
	size_t class;
	struct list *l;

	if (!p)
		return;
	class = (heap_room(p) - LEAST) / STEP;
	if (class >= CLASSES || ARENA_SEPARATE) {
		free(p);
		return;
	}
	l = &own[class];
	if (!known)
		know();
	b->next = l->first;
	l->first = b;
	if (++l->count == 2 * BATCH)
		give_surplus(class);
}

void *heap_resize(void *p, size_t size)
{
	void *larger;

	if (p && size <= heap_room(p))
		return p;
	larger = heap_take(size);
	if (p)
		memcpy(larger, p, heap_room(p));
	heap_give(p);
	return larger;
}
