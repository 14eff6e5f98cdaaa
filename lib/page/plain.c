/* Plain text into blocks. */
#include "lib/page/plain.h"

#include <string.h>

#include "lib/text/utf8.h"

/* A text with lines longer than this was not broken into lines by its writer. */
#define LONG_LINE 120

static size_t line_len(const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);

	return end ? (size_t)(end - text) : len;
}

/* More than one line in ten is long, so that each is a paragraph. */
static bool unbroken(const char *text, size_t len)
{
	size_t lines = 0, longer = 0;

	for (size_t at = 0, n; at < len; at += n + 1) {
		n = line_len(text + at, len - at);
		lines += n > 1;
		longer += n > LONG_LINE && utf8_count(text + at, n) > LONG_LINE;
	}
	return longer * 10 > lines;
}

/* Three or more of one of "-*_" with nothing but spaces between. */
static bool is_break(const char *s, size_t len)
{
	size_t marks = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == ' ')
			continue;
		if (!strchr("-*_", s[i]) || s[i] != s[0])
			return false;
		marks++;
	}
	return marks >= 3;
}

/* Bytes of a list mark at the start of S, 0 when it is no item. */
static size_t item_mark(const char *s, size_t len)
{
	static const char *const marks[] = {"- ", "* ", "\xe2\x80\xa2 ", "\xe2\x80\xa2\t", "-\t",
		"*\t"};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (len > strlen(marks[i]) && !memcmp(s, marks[i], strlen(marks[i])))
			return strlen(marks[i]);
	return 0;
}

static void plain_line(struct page_build *b, const char *s, size_t len, bool alone, int line)
{
	size_t mark;

	while (len && strchr(" \t\r\f\v", *s) && *s) {
		s++;
		len--;
	}
	while (len && strchr(" \t\r\f\v", s[len - 1]) && s[len - 1])
		len--;
	if (!len) {
		build_close(b);
		return;
	}
	mark = item_mark(s, len);
	if (is_break(s, len)) {
		build_close(b);
		build_add(b, BLOCK_BREAK, "", NULL, line);
		return;
	}
	if (mark)
		build_open(b, BLOCK_ITEM, 1, line);
	else if (alone || !b->open)
		build_open(b, BLOCK_PARAGRAPH, 0, line);
	else
		build_text(b, "\n", 1);
	build_text(b, s + mark, len - mark);
}

void plain_read(struct page_build *b, const char *text, size_t len)
{
	bool alone = unbroken(text, len);
	int line = 1;

	for (size_t at = 0, n; at < len; at += n + 1) {
		n = line_len(text + at, len - at);
		plain_line(b, text + at, n, alone, line++);
	}
	build_close(b);
}
