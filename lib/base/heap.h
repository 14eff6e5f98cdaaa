/* Heap: small blocks for libraries that allocate many, kept for the next request where malloc()
 * would sort, merge and lock them. A server frees in one thread what another one made; then
 * malloc() has both wait for each other, which was a quarter of what a short task cost. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stddef.h>

/* SIZE bytes, aligned for pointers and numbers of 64 bits; never NULL. */
void *heap_take(size_t size);

/* As realloc(). */
void *heap_resize(void *p, size_t size);

/* How many bytes P has room for, at least what was asked for. */
size_t heap_room(void *p);

/* From any thread; P may be NULL or of malloc(). What heap_take() gave may be given to free(). */
void heap_give(void *p);

#endif
