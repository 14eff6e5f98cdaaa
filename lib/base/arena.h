/* Arena: memory that is all released at once, when the call that needed it ends. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/* 1: each object has an allocation of its own, in which a sanitizer sees what happens to it. */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_SEPARATE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_SEPARATE 1
#endif
#endif
#ifndef ARENA_SEPARATE
#define ARENA_SEPARATE 0
#endif

/* Zero-initialise it; arena_release() frees everything it handed out. Running out of memory ends
 * the process with a message (exit status 70): what was acknowledged is already on disk. Under
 * AddressSanitizer every allocation is a malloc of its own, so that overruns show. */
struct arena {
	struct arena_block *last;
	struct arena_end *ends;
};

/* Zeroed memory for COUNT objects of SIZE bytes, aligned for any type. */
void *arena_alloc(struct arena *a, size_t count, size_t size);
/* LEN bytes as they come: for who fills them before reading any. */
void *arena_room(struct arena *a, size_t len);
#define ARENA_NEW(arena, type, count) ((type *)arena_alloc((arena), (count), sizeof(type)))

/* Copies of TEXT, of LEN bytes of DATA with a NUL added, and of a formatted text. */
char *arena_strdup(struct arena *a, const char *text);
char *arena_memdup(struct arena *a, const void *data, size_t len);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *format, va_list list)
	__attribute__((format(printf, 2, 0)));

/* END(STATE) runs when the arena is released, before its memory goes, the last given first: for
 * what has to live as long as the call and is not memory of the arena. */
void arena_finally(struct arena *a, void (*end)(void *state), void *state);

void arena_release(struct arena *a);

/* malloc and realloc that end the process when memory runs out; for what outlives a call. */
void *xmalloc(size_t size);
void *xrealloc(void *old, size_t count, size_t size);
char *xstrdup(const char *text);

#endif
