/* Buffer: text that grows, inside an arena. */
#include "lib/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct buf buf_in(struct arena *a)
{
	struct buf b = {.arena = a};

	buf_room(&b, 0);
	return b;
}

char *buf_room(struct buf *b, size_t extra)
{
	size_t need = b->len + extra + 1;

	if (need > b->size) {
		size_t size = b->size ? b->size : 120;
		char *data;

		while (size < need)
			size *= 2;
		data = arena_room(b->arena, size);
		if (b->len)
			memcpy(data, b->data, b->len);
		data[b->len] = '\0';
		b->data = data;
		b->size = size;
	}
	return b->data + b->len;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	char *to = b->size - b->len > len ? b->data + b->len : buf_room(b, len);

	if (len)
		memcpy(to, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_addc(struct buf *b, char ch)
{
	buf_add(b, &ch, 1);
}

void buf_addi(struct buf *b, int64_t n)
{
	char digits[20], *at = digits + sizeof digits;
	uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;

	do
		*--at = (char)('0' + left % 10);
	while (left /= 10);
	if (n < 0)
		*--at = '-';
	buf_add(b, at, (size_t)(digits + sizeof digits - at));
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list list;
	int len;

	va_start(list, format);
	len = vsnprintf(NULL, 0, format, list);
	va_end(list);
	if (len < 0)
		return;
	buf_room(b, (size_t)len);
	va_start(list, format);
	vsnprintf(b->data + b->len, (size_t)len + 1, format, list);
	va_end(list);
	b->len += (size_t)len;
}

void buf_cut(struct buf *b, size_t len)
{
	if (len < b->len) {
		b->len = len;
		b->data[len] = '\0';
	}
}
