/* The memory of SQLite. */
#include "lib/base/heap.h"
#include "lib/store/handle.h"

static void *take(int size)
{
	return heap_take((size_t)size);
}

static void *resize(void *p, int size)
{
	return heap_resize(p, (size_t)size);
}

static int room(void *p)
{
	return (int)heap_room(p);
}

static int round_up(int size)
{
	return (size + 7) & ~7;
}

static int begin(void *arg)
{
	(void)arg;
	return SQLITE_OK;
}

static void end(void *arg)
{
	(void)arg;
}

void memory_set_up(void)
{
	static sqlite3_mem_methods methods = {take, heap_give, resize, room, round_up, begin, end,
		NULL};

	/* Counting all memory under a lock is a tenth of what opening a store costs. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}
