/* Markdown into blocks: the events of md4c (CommonMark 0.30 with tables, task lists and strike). */
#include <ctype.h>
#include <libxml/HTMLparser.h>
#include <md4c.h>
#include <stdlib.h>
#include <string.h>

#include "lib/page/module/html.h"
#include "lib/text/utf8.h"

struct markdown_reader {
	struct page_build *b;
	const char *text;
	size_t len;
	const char *counted;  /* lines were counted up to here */
	int line;             /* the number there */
	int lists, quotes, heading;
	bool item;            /* the next text begins a list item */
	bool in_block, in_code;
	int images;           /* depth of nested images */
	struct buf alt;
	const char *target;
	int cells, rows;      /* of the table that is open */
	bool in_table;
	struct buf html;      /* a raw HTML block */
	bool in_html;
	int html_line;
	size_t budget;
	enum fail failed;
};

/* The line of a pointer into the source; md4c walks it forwards. */
static int line_at(struct markdown_reader *r, const char *p)
{
	if (p < r->text || p > r->text + r->len)
		return r->line;
	if (p < r->counted) {
		for (const char *q = p; q < r->counted; q++)
			r->line -= *q == '\n';
	} else {
		for (const char *q = r->counted; q < p; q++)
			r->line += *q == '\n';
	}
	r->counted = p;
	return r->line;
}

static void add_entity(struct buf *b, const char *text, size_t len)
{
	char name[16];
	const htmlEntityDesc *e;
	unsigned long cp;

	if (len > 3 && text[1] == '#') {
		bool hex = (text[2] | 32) == 'x';

		cp = strtoul(text + (hex ? 3 : 2), NULL, hex ? 16 : 10);
		/* CommonMark §2.5: what is no character becomes U+FFFD. */
		if (!cp || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
			cp = 0xfffd;
		utf8_encode(b, (uint32_t)cp);
		return;
	}
	if (len > 2 && len - 2 < sizeof name) {
		memcpy(name, text + 1, len - 2);
		name[len - 2] = '\0';
		e = htmlEntityLookup((const xmlChar *)name);
		if (e) {
			utf8_encode(b, e->value);
			return;
		}
	}
	buf_add(b, text, len);
}

static const char *attribute_text(struct call *c, const MD_ATTRIBUTE *a)
{
	struct buf b = buf_in(&c->arena);

	for (size_t i = 0; a->text && a->substr_offsets[i] < a->size; i++) {
		const char *s = a->text + a->substr_offsets[i];
		size_t n = a->substr_offsets[i + 1] - a->substr_offsets[i];

		if (a->substr_types[i] == MD_TEXT_ENTITY)
			add_entity(&b, s, n);
		else
			buf_add(&b, s, n);
	}
	return build_clean(c, b.data, b.len, false);
}

/* md4c 0.4.8 fills short table rows up and writes a link's address at each reference: both can make
 * the square of the document out of it. What comes out may be some times what went in, no more. */
#define BUDGET_TIMES 8
#define BUDGET_LEAST 65536

/* What stops md4c: its documentation says anything but 0, but calls inside it look for less. */
#define STOP (-1)

static int spend(struct markdown_reader *r, size_t cost)
{
	if (cost <= r->budget) {
		r->budget -= cost;
		return 0;
	}
	r->failed = fail(r->b->c, FAIL_INPUT,
		"the Markdown has tables or links out of all proportion to its text");
	return STOP;
}

static void leave_text(struct markdown_reader *r)
{
	if (!r->in_table)
		build_close(r->b);
	r->in_block = false;
}

static int on_enter_block(MD_BLOCKTYPE type, void *detail, void *to)
{
	struct markdown_reader *r = to;

	if (!r->in_table)
		leave_text(r);
	switch (type) {
	case MD_BLOCK_QUOTE: r->quotes++; break;
	case MD_BLOCK_UL:
	case MD_BLOCK_OL: r->lists++; break;
	case MD_BLOCK_LI: r->item = true; r->in_block = true; break;
	case MD_BLOCK_HR: build_add(r->b, BLOCK_BREAK, "", NULL, 0); break;
	case MD_BLOCK_H:
		r->heading = (int)((MD_BLOCK_H_DETAIL *)detail)->level;
		r->in_block = true;
		break;
	case MD_BLOCK_CODE: r->in_code = r->in_block = true; break;
	case MD_BLOCK_P: r->in_block = true; break;
	case MD_BLOCK_HTML: r->in_html = true; buf_cut(&r->html, 0); break;
	case MD_BLOCK_TABLE:
		r->in_table = r->in_block = true;
		r->rows = r->cells = 0;
		break;
	case MD_BLOCK_TR:
		r->cells = 0;
		if (r->rows++)
			build_text(r->b, "\n", 1);
		break;
	case MD_BLOCK_TH:
	case MD_BLOCK_TD:
		if (r->cells++)
			build_text(r->b, " | ", 3);
		return spend(r, 1);
	default: break;
	}
	return 0;
}

static int on_leave_block(MD_BLOCKTYPE type, void *detail, void *to)
{
	struct markdown_reader *r = to;

	(void)detail;
	switch (type) {
	case MD_BLOCK_QUOTE: leave_text(r); r->quotes--; break;
	case MD_BLOCK_UL:
	case MD_BLOCK_OL: leave_text(r); r->lists--; break;
	case MD_BLOCK_LI: leave_text(r); r->item = false; break;
	case MD_BLOCK_H: leave_text(r); r->heading = 0; break;
	case MD_BLOCK_CODE: leave_text(r); r->in_code = false; break;
	case MD_BLOCK_P: leave_text(r); break;
	case MD_BLOCK_TABLE: r->in_table = false; leave_text(r); break;
	case MD_BLOCK_HTML:
		r->in_html = false;
		r->failed = html_read_piece(r->b, r->html.data, r->html.len, r->html_line);
		return r->failed == FAIL_NONE ? 0 : STOP;
	default: break;
	}
	return 0;
}

static void begin_text(struct markdown_reader *r, int line)
{
	enum block_kind kind = BLOCK_PARAGRAPH;
	int level = 0;

	if (r->in_code) {
		kind = BLOCK_CODE;
	} else if (r->in_table) {
		kind = BLOCK_TABLE;
	} else if (r->heading) {
		kind = BLOCK_HEADING;
		level = r->heading;
	} else if (r->item) {
		kind = BLOCK_ITEM;
		level = r->lists;
		r->item = false;
	} else if (r->quotes) {
		kind = BLOCK_QUOTE;
	}
	build_open(r->b, kind, level, line);
}

static int on_enter_span(MD_SPANTYPE type, void *detail, void *to)
{
	struct markdown_reader *r = to;

	if (type == MD_SPAN_A)
		return spend(r, ((MD_SPAN_A_DETAIL *)detail)->href.size);
	if (type == MD_SPAN_IMG && spend(r, ((MD_SPAN_IMG_DETAIL *)detail)->src.size))
		return STOP;
	if (type == MD_SPAN_IMG && !r->images++) {
		r->target = attribute_text(r->b->c, &((MD_SPAN_IMG_DETAIL *)detail)->src);
		buf_cut(&r->alt, 0);
	}
	return 0;
}

static int on_leave_span(MD_SPANTYPE type, void *detail, void *to)
{
	struct markdown_reader *r = to;

	(void)detail;
	if (type == MD_SPAN_IMG && !--r->images && *r->target)
		build_add(r->b, BLOCK_IMAGE, build_clean(r->b->c, r->alt.data, r->alt.len, false),
			r->target, r->line);
	return 0;
}

/* Fuzzing saw md4c 0.4.8 give a text of four gigabytes, once, and for the same document not again:
 * what it says is not taken on trust. */
static bool lies_within(const struct markdown_reader *r, const char *text, size_t len)
{
	const char *end = r->text + r->len;

	return len <= r->len && (text < r->text || text > end || len <= (size_t)(end - text));
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE len, void *to)
{
	struct markdown_reader *r = to;
	struct buf *into = &r->b->text;

	if (type != MD_TEXT_BR && type != MD_TEXT_SOFTBR && !lies_within(r, text, len)) {
		r->failed = fail(r->b->c, FAIL_INPUT, "the Markdown could not be read: try again");
		return STOP;
	}
	if (r->in_html) {
		if (!r->html.len)
			r->html_line = line_at(r, text);
		buf_add(&r->html, text, len);
		return 0;
	}
	if (type == MD_TEXT_HTML)
		return 0;
	if (r->images)
		into = &r->alt;
	else if (!r->b->open && r->in_block)
		begin_text(r, line_at(r, text));
	else if (!r->b->open)
		return 0;
	if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR)
		buf_addc(into, '\n');
	else if (type == MD_TEXT_ENTITY)
		add_entity(into, text, len);
	else if (type != MD_TEXT_NULLCHAR)
		buf_add(into, text, len);
	return 0;
}

enum fail markdown_read(struct page_build *b, const char *text, size_t len, int first_line)
{
	/* Indented code would swallow indented prose; what is to be spoken is more often that. */
	static const MD_PARSER parser = {
		.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS |
			MD_FLAG_NOINDENTEDCODEBLOCKS,
		.enter_block = on_enter_block, .leave_block = on_leave_block,
		.enter_span = on_enter_span, .leave_span = on_leave_span, .text = on_text,
	};
	struct markdown_reader r = {.b = b, .text = text, .len = len, .counted = text,
		.line = first_line, .budget = BUDGET_TIMES * len + BUDGET_LEAST,
		.alt = buf_in(&b->c->arena), .html = buf_in(&b->c->arena)};

	if (md_parse(text, (MD_SIZE)len, &parser, &r)) {
		TRY(r.failed);
		return fail(b->c, FAIL_BUG, "md4c gave up");
	}
	build_close(b);
	return FAIL_NONE;
}
