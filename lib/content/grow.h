/* Arrays that grow in an arena, without a field for their size. */
#ifndef CONTENT_GROW_H
#define CONTENT_GROW_H

#include <stdint.h>
#include <string.h>

#include "lib/base/arena.h"

/* ITEMS with room for one more behind COUNT; it moves whenever COUNT is a power of two, so it
 * has to be called before each single addition. */
static inline void *grow_bytes(struct arena *a, void *items, size_t count, size_t item_bytes)
{
	void *more;

	if (count && (count & (count - 1)))
		return items;
	more = arena_alloc(a, count ? count * 2 : 1, item_bytes);
	return count ? memcpy(more, items, count * item_bytes) : more;
}
#define GROW(arena, items, count)                                                                  \
	((items) = grow_bytes((arena), (void *)(items), (count), sizeof *(items)))

#endif
