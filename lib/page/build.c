/* Builds a page block by block. */
#include "lib/page/build.h"

#include <string.h>

#include "lib/text/utf8.h"
#include "lib/text/words.h"

struct page_build build_start(struct call *c)
{
	return (struct page_build){.c = c, .text = buf_in(&c->arena)};
}

static bool is_space(uint32_t cp)
{
	return cp == ' ' || cp == '\n' || cp == 0xa0 || (cp >= 0x2000 && cp <= 0x200a) ||
		cp == 0x2028 || cp == 0x2029 || cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

/* Blank ends of lines and of the whole go; indentation is part of code. */
static const char *clean_lines(struct call *c, const char *s)
{
	struct buf out = buf_in(&c->arena);

	while (*s) {
		size_t line = strcspn(s, "\n"), keep = line;

		while (keep && s[keep - 1] == ' ')
			keep--;
		if (keep || out.len) {
			buf_add(&out, s, keep);
			buf_addc(&out, '\n');
		}
		s += line + (s[line] == '\n');
	}
	while (out.len && out.data[out.len - 1] == '\n')
		buf_cut(&out, out.len - 1);
	return out.data;
}

const char *build_clean(struct call *c, const char *text, size_t len, bool lines)
{
	const char *s = utf8_plain(&c->arena, text, len, true);
	struct buf out;
	uint32_t cp, before = 0;
	bool space = false, newline = false;
	size_t n;

	if (lines)
		return clean_lines(c, s);
	out = buf_in(&c->arena);
	len = strlen(s);
	for (size_t at = 0; at < len; at += n) {
		n = utf8_decode(s + at, len - at, &cp);
		if (!n)
			break;
		if (is_space(cp)) {
			space = true;
			newline |= cp == '\n';
			continue;
		}
		if (space && out.len && !(newline && words_unspaced(before) && words_unspaced(cp)))
			buf_addc(&out, ' ');
		space = newline = false;
		buf_add(&out, s + at, n);
		before = cp;
	}
	return out.data;
}

void build_add(struct page_build *b, enum block_kind kind, const char *text, const char *target,
	int line)
{
	if (b->count == b->size) {
		size_t size = b->size ? b->size * 2 : 64;
		struct block *blocks = ARENA_NEW(&b->c->arena, struct block, size);

		if (b->count)
			memcpy(blocks, b->blocks, b->count * sizeof *blocks);
		b->blocks = blocks;
		b->size = size;
	}
	b->blocks[b->count++] = (struct block){.kind = kind, .text = text, .target = target,
		.line = line};
}

const char *build_take(struct page_build *b)
{
	const char *text = "";

	if (b->open) {
		text = build_clean(b->c, b->text.data, b->text.len,
			b->kind == BLOCK_CODE || b->kind == BLOCK_TABLE);
		buf_cut(&b->text, 0);
		b->open = false;
	}
	return text;
}

void build_close(struct page_build *b)
{
	const char *text = build_take(b);

	if (!*text)
		return;
	build_add(b, b->kind, text, NULL, b->line);
	b->blocks[b->count - 1].level = b->level;
}

void build_open(struct page_build *b, enum block_kind kind, int level, int line)
{
	build_close(b);
	b->open = true;
	b->kind = kind;
	b->level = level;
	b->line = line;
}

void build_text(struct page_build *b, const char *text, size_t len)
{
	if (b->open)
		buf_add(&b->text, text, len);
}

void build_finish(struct page_build *b, struct page *out)
{
	build_close(b);
	for (size_t i = 0; i < b->count && !b->title; i++)
		if (b->blocks[i].kind == BLOCK_HEADING)
			b->title = b->blocks[i].text;
	*out = (struct page){.title = b->title, .blocks = b->blocks, .count = b->count};
}
