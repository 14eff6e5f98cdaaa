/* HTML into blocks: the SAX events of libxml2's HTML parser, so that no tree is built. */
#include "lib/page/module/html.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* libxml2 walks its stack of open elements at each end tag, so that depth costs time squared. */
#define DEPTH_MAX 1000
/* A shorter heading may be part of a title by chance. */
#define TITLE_LEAST 8

enum action {
	ACT_NONE, ACT_BLOCK, ACT_HEADING, ACT_LIST, ACT_ITEM, ACT_QUOTE, ACT_PRE, ACT_TABLE,
	ACT_ROW, ACT_HEAD_CELL, ACT_BREAK, ACT_LINE, ACT_IMAGE, ACT_LINK, ACT_TITLE, ACT_ARTICLE,
	ACT_HEADER, ACT_CAPTION, ACT_FORM, ACT_SKIP,
};

struct html_reader {
	struct page_build *b;
	htmlParserCtxtPtr parser;
	int first_line;
	size_t first_block;   /* of the page before */
	bool lenient;         /* second try: keep forms and lists of links */
	bool deep;            /* stopped: nested deeper than DEPTH_MAX */
	int depth, skip;      /* depth of the element being skipped, or 0 */
	int article, lists, quotes, pre, links, captions, heading;
	bool item;            /* the next text begins a list item */
	bool line_break;      /* nothing but white space since a <br> */
	bool in_title;
	struct buf title;
	size_t letters, linked;
	int tables, rows;     /* of the outermost table */
	size_t table_first;   /* its first block */
	bool head_cells;
};

/* In byte order, for bsearch(). */
static const struct element {
	const char *name;
	enum action action;
} elements[] = {
	{"a", ACT_LINK}, {"address", ACT_BLOCK}, {"article", ACT_ARTICLE}, {"aside", ACT_SKIP},
	{"blockquote", ACT_QUOTE}, {"body", ACT_BLOCK}, {"br", ACT_LINE}, {"button", ACT_SKIP},
	{"canvas", ACT_SKIP}, {"caption", ACT_BLOCK}, {"center", ACT_BLOCK}, {"dd", ACT_BLOCK},
	{"details", ACT_BLOCK}, {"dialog", ACT_SKIP}, {"dir", ACT_LIST}, {"div", ACT_BLOCK},
	{"dl", ACT_BLOCK}, {"dt", ACT_BLOCK}, {"embed", ACT_SKIP}, {"figcaption", ACT_CAPTION},
	{"figure", ACT_BLOCK}, {"footer", ACT_SKIP}, {"form", ACT_FORM}, {"h1", ACT_HEADING},
	{"h2", ACT_HEADING}, {"h3", ACT_HEADING}, {"h4", ACT_HEADING}, {"h5", ACT_HEADING},
	{"h6", ACT_HEADING}, {"header", ACT_HEADER}, {"hr", ACT_BREAK}, {"iframe", ACT_SKIP},
	{"img", ACT_IMAGE}, {"input", ACT_SKIP}, {"label", ACT_SKIP}, {"li", ACT_ITEM},
	{"listing", ACT_PRE}, {"main", ACT_ARTICLE}, {"map", ACT_SKIP}, {"math", ACT_SKIP},
	{"menu", ACT_LIST}, {"nav", ACT_SKIP}, {"noframes", ACT_SKIP}, {"noscript", ACT_SKIP},
	{"object", ACT_SKIP}, {"ol", ACT_LIST}, {"optgroup", ACT_SKIP}, {"option", ACT_SKIP},
	{"p", ACT_BLOCK}, {"pre", ACT_PRE}, {"script", ACT_SKIP}, {"section", ACT_BLOCK},
	{"select", ACT_SKIP}, {"style", ACT_SKIP}, {"summary", ACT_BLOCK}, {"svg", ACT_SKIP},
	{"table", ACT_TABLE}, {"tbody", ACT_BLOCK}, {"td", ACT_BLOCK}, {"template", ACT_SKIP},
	{"textarea", ACT_SKIP}, {"tfoot", ACT_BLOCK}, {"th", ACT_HEAD_CELL}, {"thead", ACT_BLOCK},
	{"title", ACT_TITLE}, {"tr", ACT_ROW}, {"ul", ACT_LIST}, {"xmp", ACT_PRE},
};

static int by_name(const void *name, const void *row)
{
	return strcmp(name, ((const struct element *)row)->name);
}

static enum action action_of(const char *name)
{
	const struct element *e = bsearch(name, elements, sizeof elements / sizeof *elements,
		sizeof *elements, by_name);

	return e ? e->action : ACT_NONE;
}

static const char *attribute(const xmlChar **attributes, const char *name)
{
	for (size_t i = 0; attributes && attributes[i]; i += 2)
		if (!strcasecmp((const char *)attributes[i], name))
			return attributes[i + 1] ? (const char *)attributes[i + 1] : "";
	return NULL;
}

/* STYLE without white space, in lower case, holds "display:none" or "visibility:hidden". */
static bool style_hides(const char *style)
{
	char flat[512];
	size_t n = 0;

	for (; *style && n < sizeof flat - 1; style++)
		if (!strchr(" \t\r\n", *style))
			flat[n++] = (char)(*style | (*style >= 'A' && *style <= 'Z' ? 32 : 0));
	flat[n] = '\0';
	return strstr(flat, "display:none") || strstr(flat, "visibility:hidden");
}

/* One of the words of a class or id names a part that is about the site, not the subject. */
static bool of_the_site(const char *words)
{
	static const char *const names[] = {"advert", "advertisement", "breadcrumb", "breadcrumbs",
		"comment-list", "commentlist", "comments", "cookie-banner", "cookie-consent",
		"cookie-notice", "cookies", "newsletter", "pagination", "popup", "promo", "related",
		"related-posts", "respond", "share", "share-buttons", "sharing", "sidebar",
		"social", "social-share", "subscribe"};

	while (words && *words) {
		size_t n = strcspn(words, " \t\r\n");

		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			if (n == strlen(names[i]) && !strncasecmp(words, names[i], n))
				return true;
		words += n + strspn(words + n, " \t\r\n");
	}
	return false;
}

static bool hidden(const xmlChar **attributes)
{
	static const char *const roles[] = {"navigation", "banner", "contentinfo", "search",
		"complementary", "dialog", "alertdialog", "menu", "menubar", "toolbar"};
	const char *value = attribute(attributes, "aria-hidden");

	if (attribute(attributes, "hidden") || (value && !strcasecmp(value, "true")))
		return true;
	value = attribute(attributes, "style");
	if (value && style_hides(value))
		return true;
	value = attribute(attributes, "role");
	for (size_t i = 0; value && i < sizeof roles / sizeof *roles; i++)
		if (!strcasecmp(value, roles[i]))
			return true;
	return false;
}

static int line_now(const struct html_reader *r)
{
	return r->parser->input ? r->parser->input->line + r->first_line - 1 : 0;
}

/* A paragraph or an item that is mostly links is navigation. */
static bool navigation(const struct html_reader *r)
{
	if (r->lenient || !r->letters)
		return false;
	return (r->b->kind == BLOCK_ITEM && r->linked * 2 > r->letters) ||
		(r->b->kind == BLOCK_PARAGRAPH && r->linked * 3 > r->letters * 2);
}

/* Only such blocks have no level of their own. */
static bool may_be_cell(const struct block *block)
{
	return block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_QUOTE;
}

static void end_block(struct html_reader *r)
{
	struct page_build *b = r->b;
	size_t count = b->count;

	if (b->open && r->captions) {
		const char *text = build_take(b);

		if (count && b->blocks[count - 1].kind == BLOCK_IMAGE &&
			!*b->blocks[count - 1].text)
			b->blocks[count - 1].text = build_clean(b->c, text, strlen(text), false);
	} else if (b->open && navigation(r)) {
		(void)build_take(b);
	} else {
		build_close(b);
		/* Cells remember their row until the table ends. */
		if (b->count > count && r->tables && may_be_cell(&b->blocks[b->count - 1]))
			b->blocks[b->count - 1].level = r->rows;
	}
	r->letters = r->linked = 0;
	r->line_break = false;
}

static void begin_block(struct html_reader *r)
{
	enum block_kind kind = BLOCK_PARAGRAPH;
	int level = 0;

	if (r->pre) {
		kind = BLOCK_CODE;
	} else if (r->heading) {
		kind = BLOCK_HEADING;
		level = r->heading;
	} else if (r->item) {
		kind = BLOCK_ITEM;
		level = r->lists ? r->lists : 1;
		r->item = false;
	} else if (r->quotes) {
		kind = BLOCK_QUOTE;
	}
	build_open(r->b, kind, level, line_now(r));
}

static void add_image(struct html_reader *r, const xmlChar **attributes)
{
	const char *src = attribute(attributes, "src"), *later = attribute(attributes, "data-src");
	const char *alt = attribute(attributes, "alt"), *width = attribute(attributes, "width");
	struct call *c = r->b->c;

	if (later && *later && (!src || !*src || !strncasecmp(src, "data:", 5)))
		src = later;
	if (!src || !*src || !strncasecmp(src, "data:", 5))
		return;
	/* Counters of visits are pictures of one dot. */
	if (width && (!strcmp(width, "1") || !strcmp(width, "2")))
		return;
	build_add(r->b, BLOCK_IMAGE, alt ? build_clean(c, alt, strlen(alt), false) : "",
		build_clean(c, src, strlen(src), false), line_now(r));
}

static void line_break(struct html_reader *r)
{
	if (r->line_break && r->b->open && !r->pre) {
		end_block(r);
	} else {
		build_text(r->b, "\n", 1);
		r->line_break = true;
	}
}

/* The outermost table that has head cells is data: its cells become one block. */
static void end_table(struct html_reader *r)
{
	struct page_build *b = r->b;
	struct buf text = buf_in(&b->c->arena);
	size_t first = r->table_first;
	int row = 0, line;

	if (first > b->count)
		return;
	if (!r->head_cells || b->count - first < 2) {
		for (size_t i = first; i < b->count; i++)
			if (may_be_cell(&b->blocks[i]))
				b->blocks[i].level = 0;
		return;
	}
	line = b->blocks[first].line;
	for (size_t i = first; i < b->count; i++) {
		int own = may_be_cell(&b->blocks[i]) ? b->blocks[i].level : row;

		if (text.len)
			buf_adds(&text, own == row ? " | " : "\n");
		row = own;
		buf_adds(&text, b->blocks[i].text);
	}
	b->count = first;
	build_add(b, BLOCK_TABLE, text.data, NULL, line);
}

static bool skips(const struct html_reader *r, enum action action, const xmlChar **attributes)
{
	if (action == ACT_SKIP || (action == ACT_HEADER && !r->article))
		return true;
	return !r->lenient && (action == ACT_FORM || ((action == ACT_BLOCK || action == ACT_LIST) &&
		(of_the_site(attribute(attributes, "class")) ||
			of_the_site(attribute(attributes, "id")))));
}

/* +1 at the start of an element, -1 at its end. */
static void nest(struct html_reader *r, enum action action, int step, const char *name)
{
	switch (action) {
	case ACT_HEADING: r->heading = step > 0 ? name[1] - '0' : 0; break;
	case ACT_LIST: r->lists += step; break;
	case ACT_ITEM: r->item = step > 0; break;
	case ACT_QUOTE: r->quotes += step; break;
	case ACT_PRE: r->pre += step; break;
	case ACT_ARTICLE: r->article += step; break;
	case ACT_CAPTION: r->captions += step; break;
	case ACT_ROW: r->rows += step > 0 && r->tables == 1; break;
	case ACT_TABLE: r->tables += step; break;
	default: break;
	}
}

static void on_start(void *to, const xmlChar *xml_name, const xmlChar **attributes)
{
	struct html_reader *r = to;
	const char *name = (const char *)xml_name;
	enum action action = action_of(name);

	if (++r->depth > DEPTH_MAX) {
		r->deep = true;
		xmlStopParser(r->parser);
	}
	if (r->skip || r->deep)
		return;
	if (action != ACT_NONE && action != ACT_LINK && action != ACT_LINE && action != ACT_IMAGE &&
		action != ACT_TITLE)
		end_block(r);
	if (strcmp(name, "body") && (skips(r, action, attributes) || hidden(attributes))) {
		r->skip = r->depth;
	} else if (action == ACT_LINK) {
		r->links++;
	} else if (action == ACT_LINE) {
		line_break(r);
	} else if (action == ACT_BREAK) {
		build_add(r->b, BLOCK_BREAK, "", NULL, line_now(r));
	} else if (action == ACT_IMAGE) {
		add_image(r, attributes);
	} else if (action == ACT_TITLE) {
		r->in_title = !r->title.len;
	} else {
		nest(r, action, 1, name);
		if (action == ACT_TABLE && r->tables == 1) {
			r->table_first = r->b->count;
			r->head_cells = false;
			r->rows = 0;
		}
		r->head_cells |= action == ACT_HEAD_CELL && r->tables == 1;
	}
}

static void on_end(void *to, const xmlChar *xml_name)
{
	struct html_reader *r = to;
	const char *name = (const char *)xml_name;
	enum action action = action_of(name);

	if (r->skip || r->deep) {
		if (r->skip == r->depth)
			r->skip = 0;
		r->depth--;
		return;
	}
	r->depth--;
	if (action == ACT_LINK) {
		r->links--;
	} else if (action == ACT_TITLE) {
		r->in_title = false;
	} else if (action != ACT_NONE && action != ACT_LINE && action != ACT_IMAGE) {
		end_block(r);
		nest(r, action, -1, name);
		if (action == ACT_TABLE && !r->tables)
			end_table(r);
	}
}

static void on_text(void *to, const xmlChar *xml_text, int signed_len)
{
	struct html_reader *r = to;
	const char *text = (const char *)xml_text;
	size_t len = (size_t)signed_len, letters = 0;

	if (r->skip || r->deep)
		return;
	if (r->in_title) {
		buf_add(&r->title, text, len);
		return;
	}
	for (size_t i = 0; i < len; i++)
		letters += !strchr(" \t\r\n", text[i]);
	if (!r->b->open && !letters)
		return;
	if (!r->b->open)
		begin_block(r);
	if (letters)
		r->line_break = false;
	r->letters += letters;
	r->linked += r->links > 0 ? letters : 0;
	build_text(r->b, text, len);
}

/* Takes out the headings that no text belongs to: titles of boxes whose links were left out. */
static void prune_headings(struct page_build *b, size_t first)
{
	bool text[7] = {false}; /* stands in the section of each level that is open, from behind */
	size_t kept = b->count;

	for (size_t i = b->count; i-- > first;) {
		struct block block = b->blocks[i];

		if (block.kind == BLOCK_HEADING && !text[block.level])
			continue;
		if (block.kind == BLOCK_HEADING)
			memset(text + block.level, 0, (size_t)(7 - block.level) * sizeof *text);
		else if (block.kind != BLOCK_IMAGE && block.kind != BLOCK_BREAK)
			memset(text, true, sizeof text);
		b->blocks[--kept] = block;
	}
	memmove(b->blocks + first, b->blocks + kept, (b->count - kept) * sizeof *b->blocks);
	b->count -= kept - first;
}

/* "Heading | Section | Site" becomes "Heading", where that is one; an empty title is none. */
static void shorten_title(struct page_build *b, size_t first)
{
	for (size_t i = first; i < b->count; i++) {
		const char *text = b->blocks[i].text;

		if (b->blocks[i].kind == BLOCK_HEADING && strlen(text) >= TITLE_LEAST &&
			strstr(b->title, text)) {
			b->title = text;
			return;
		}
	}
	if (!*b->title)
		b->title = NULL;
}

static void parser_end(htmlParserCtxtPtr *p)
{
	if (*p)
		htmlFreeParserCtxt(*p);
}

static enum fail read_once(struct html_reader *r, const char *text, size_t len)
{
	__attribute__((cleanup(parser_end))) htmlParserCtxtPtr parser = htmlNewParserCtxt();
	struct call *c = r->b->c;

	if (!parser)
		return fail(c, FAIL_BUG, "libxml2 gave no parser");
	*parser->sax = (htmlSAXHandler){.startElement = on_start, .endElement = on_end,
		.characters = on_text, .ignorableWhitespace = on_text};
	parser->userData = r;
	r->parser = parser;
	/* No tree comes back: the events are ours. */
	(void)htmlCtxtReadMemory(parser, text, (int)len, NULL, "UTF-8",
		HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
		HTML_PARSE_IGNORE_ENC | HTML_PARSE_NOIMPLIED);
	if (r->deep)
		return fail(c, FAIL_INPUT, "the page nests its elements more than %d deep",
			DEPTH_MAX);
	end_block(r);
	if (!r->lenient && r->b->count)
		prune_headings(r->b, r->first_block);
	if (r->title.len && !r->b->title)
		r->b->title = build_clean(c, r->title.data, r->title.len, false);
	if (r->b->title)
		shorten_title(r->b, r->first_block);
	return FAIL_NONE;
}

static enum fail read_lenient(struct page_build *b, const char *text, size_t len, int first_line,
	bool lenient)
{
	struct html_reader r = {.b = b, .first_line = first_line, .lenient = lenient,
		.first_block = b->count, .title = buf_in(&b->c->arena)};

	return read_once(&r, text, len);
}

enum fail html_read(struct page_build *b, const char *text, size_t len, int first_line)
{
	TRY(read_lenient(b, text, len, first_line, false));
	return b->count ? FAIL_NONE : read_lenient(b, text, len, first_line, true);
}

enum fail html_read_piece(struct page_build *b, const char *text, size_t len, int first_line)
{
	return read_lenient(b, text, len, first_line, true);
}
