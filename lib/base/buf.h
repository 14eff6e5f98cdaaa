/* Buffer: text that grows, inside an arena. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"

/* data is NUL-terminated and never NULL after buf_in(); it may hold NULs of its own. */
struct buf {
	struct arena *arena;
	char *data;
	size_t len, size;
};

/* An empty buffer whose memory belongs to A. */
struct buf buf_in(struct arena *a);

void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *text);
void buf_addc(struct buf *b, char ch);
/* N in decimal; cheaper than buf_addf() where much is written. */
void buf_addi(struct buf *b, int64_t n);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for EXTRA more bytes behind the text; returns where it starts. The caller then adds to
 * len what it wrote and ends it with NUL. */
char *buf_room(struct buf *b, size_t extra);

/* Shortens the text to LEN bytes. */
void buf_cut(struct buf *b, size_t len);

#endif
