/* Page: what the readers of HTML, Markdown and plain text make of documents. */
#include "lib/page/page.h"

#include "lib/base/buf.h"
#include "tests/unit/unit.h"

/* A page as text: one line a block, "kind[level] text -> target". */
static const char *dump(struct call *c, const struct page *page)
{
	static const char *const names[] = {"h", "p", "item", "quote", "code", "table", "image",
		"break"};
	struct buf b = buf_in(&c->arena);

	for (size_t i = 0; i < page->count; i++) {
		const struct block *k = &page->blocks[i];

		buf_addf(&b, "%s", names[k->kind]);
		if (k->level)
			buf_addf(&b, "%d", k->level);
		buf_addf(&b, " %s", k->text);
		if (k->target)
			buf_addf(&b, " -> %s", k->target);
		buf_addc(&b, '\n');
	}
	return b.data;
}

static const char *read_as(struct call *c, enum page_format format, const char *text)
{
	struct page page = {0};

	CHECK_OK(page_read(c, format, text, strlen(text), NULL, &page));
	return dump(c, &page);
}

TEST(markdown_blocks)
{
	static const char text[] = "# Title\n\nA *first* line\nand `code` &amp; &eacute;&#x41;.\n\n"
		"- one\n- two\n  - inner\n\n  still two\n\n1. num\n\n> said\n\n```c\nint x;\n\n  "
		"y;\n```\n\n"
		"![alt *text*](a%20b.jpg \"t\") after\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n---\n\n"
		"<p>Raw <b>html</b></p>\n\n<!-- gone -->\n\n[x](http://e.org) [pause 2s]\n";

	CHECK_TEXT(read_as(c, PAGE_MARKDOWN, text),
		"h1 Title\np A first line and code & \u00e9A.\nitem1 one\nitem1 two\nitem2 inner\n"
		"p still two\nitem1 num\nquote said\ncode int x;\n\n  y;\nimage alt text -> "
		"a%20b.jpg\n"
		"p after\ntable a | b\n1 | 2\nbreak \np Raw html\np x [pause 2s]\n");
}

/* Pages laid out by a table: what stands in its rows keeps its own level. */
TEST(html_headings_and_items_in_rows)
{
	struct buf text = buf_in(&c->arena), want = buf_in(&c->arena);

	buf_adds(&text, "<html><body><table>");
	for (int i = 0; i < 9; i++) {
		buf_addf(&text, "<tr><td><h2>Row %d</h2><p>Some words.</p><ul><li>one</ul></td></tr>", i);
		buf_addf(&want, "h2 Row %d\np Some words.\nitem1 one\n", i);
	}
	buf_adds(&text, "</table></body></html>");
	CHECK_TEXT(read_as(c, PAGE_HTML, text.data), want.data);
	CHECK_TEXT(read_as(c, PAGE_HTML, "<table><tr><th>a<th><h3>b</h3><tr><td>1<td>2</table>"),
		"table a | b\n1 | 2\n");
}

TEST(markdown_lines_and_title)
{
	static const char text[] = "---\ntitle: \"A \\\"b\\\"\"\nother: 1\n---\n\nOne\ntwo.\n\n## "
		"H\n";
	struct page page;

	CHECK_OK(page_read(c, PAGE_MARKDOWN, text, sizeof text - 1, NULL, &page));
	CHECK_TEXT(page.title, "A \"b\"");
	CHECK(page.count == 2 && page.blocks[0].line == 6 && page.blocks[1].line == 9);
	CHECK_OK(page_read(c, PAGE_MARKDOWN, "x\n\n## H\n", 8, NULL, &page));
	CHECK_TEXT(page.title, "H");
	/* A break at the top is no front matter. */
	CHECK_TEXT(read_as(c, PAGE_MARKDOWN, "---\n\nx\n\n---\n"), "break \np x\nbreak \n");
}

TEST(html_keeps_the_text_and_drops_the_rest)
{
	static const char text[] = "<!doctype html><html><head><title> The\n title </title>"
		"<style>p{}</style><script>var x = '<p>no</p>';</script></head><body>"
		"<nav><a href=/>Home</a></nav><header>Site name</header>"
		"<main><article><header><h1>Heading</h1></header><p>One &amp; "
		"<b>two</b>.<br>Line</p>"
		"<p hidden>no</p><div style='display : none'>no</div><p aria-hidden=true>no</p>"
		"<div role=navigation>no</div><form><p>no</p></form>"
		"<ul><li>item</li><li><a href=x>only a link</a></li></ul><blockquote>q</blockquote>"
		"<pre>a\n  b</pre><figure><img src=p.jpg><figcaption>cap</figcaption></figure>"
		"<img src=dot.gif width=1><table><tr><th>a<th>b<tr><td>1<td>2</table>"
		"<table><tr><td>layout</td></tr></table>bare text<aside>no</aside></article></main>"
		"<footer>no</footer></body></html>";
	struct page page;

	CHECK_OK(page_read(c, PAGE_HTML, text, sizeof text - 1, NULL, &page));
	CHECK_TEXT(page.title, "The title");
	CHECK_TEXT(dump(c, &page), "h1 Heading\np One & two. Line\nitem1 item\nquote q\n"
		"code a\n  b\nimage cap -> p.jpg\ntable a | b\n1 | 2\np layout\np bare text\n");
}

TEST(html_titles_lose_the_name_of_the_site)
{
	static const char text[] = "<title>A long heading | Site</title><h1>Site</h1><p>x."
		"<h2>A long heading</h2><p>Text.";
	struct page page;

	CHECK_OK(page_read(c, PAGE_HTML, text, sizeof text - 1, NULL, &page));
	CHECK_TEXT(page.title, "A long heading");
}

TEST(html_that_is_one_form_or_only_links_is_read_all_the_same)
{
	CHECK_TEXT(read_as(c, PAGE_HTML, "<body><form><p>Text in it.</p></form>"),
		"p Text in it.\n");
	CHECK_TEXT(read_as(c, PAGE_HTML, "<p><a href=x>Only this link.</a>"),
		"p Only this link.\n");
}

static const char *decode(struct call *c, const char *text, size_t len, const char *type)
{
	struct page page = {0};

	CHECK_OK(page_read(c, PAGE_HTML, text, len, type, &page));
	return page.count ? page.blocks[0].text : "";
}

TEST(html_about_the_site_goes)
{
	CHECK_TEXT(read_as(c, PAGE_HTML,
		"<h2>Menu</h2><ul><li><a href=a>A link</a></ul><h1>Title</h1>"
		"<h2>Part</h2><p>Text.</p><h3>Share</h3><div class='x social'>no</div>"
		"<section id=comments><p>no</p></section><h2>More</h2>"),
		"h1 Title\nh2 Part\np Text.\n");
	/* In Markdown its writer meant all of it. */
	CHECK_TEXT(read_as(c, PAGE_MARKDOWN, "<h1>Part</h1>\n\nText.\n"), "h1 Part\np Text.\n");
}

TEST(html_character_sets)
{
	CHECK_TEXT(decode(c, "<p>\xe9t\xe9", 6, NULL), "\u00e9t\u00e9");
	CHECK_TEXT(decode(c, "<p>\xc3\xa9", 5, NULL), "\u00e9");
	CHECK_TEXT(decode(c, "<p>\xcf", 4, "text/html; charset=\"koi8-r\""), "\u043e");
	CHECK_TEXT(decode(c, "<meta charset=shift_jis><p>\x93\xfa", 29, NULL), "\u65e5");
	CHECK_TEXT(decode(c, "\xff\xfe<\0p\0>\0\xe9\0", 10, "text/html; charset=utf-8"), "\u00e9");
	CHECK_TEXT(decode(c, "<meta charset=latin1><p>\x93x\x94", 27, NULL), "\u201cx\u201d");
	CHECK_TEXT(decode(c, "<p>a\0b", 6, NULL), "ab");
}

TEST(html_character_set_unknown)
{
	struct page page;

	CHECK(page_read(c, PAGE_HTML, "<p>x", 4, "text/html; charset=klingon",
		&page) == FAIL_INPUT);
	CHECK(strstr(c->why, "klingon"));
}

TEST(html_bombs)
{
	struct buf b = buf_in(&c->arena);
	struct page page;

	for (int i = 0; i < 100000; i++)
		buf_adds(&b, "<b>");
	CHECK(page_read(c, PAGE_HTML, b.data, b.len, NULL, &page) == FAIL_INPUT);
	CHECK(strstr(c->why, "deep"));
	fail_forget(c);
	/* Entities of a DTD stay what they are. */
	CHECK(strstr(read_as(c, PAGE_HTML, "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">"
		"<!ENTITY f SYSTEM \"file:///etc/passwd\">]><p>&b;&f;</p>"), "p &b;&f;\n"));
}

static enum fail read_bomb(struct call *c, const char *head, const char *repeated,
	const char *joint,
	const char *tail)
{
	struct buf b = buf_in(&c->arena);
	struct page page;

	buf_adds(&b, head);
	for (int i = 0; i < 20000; i++)
		buf_adds(&b, repeated);
	buf_adds(&b, joint);
	for (int i = 0; i < 20000; i++)
		buf_adds(&b, tail);
	return page_read(c, PAGE_MARKDOWN, b.data, b.len, NULL, &page);
}

TEST(markdown_bombs)
{
	struct buf table = buf_in(&c->arena);

	buf_adds(&table, "\n");
	for (int i = 0; i < 20000; i++)
		buf_adds(&table, "---|");
	buf_adds(&table, "\n");
	CHECK(read_bomb(c, "", "x|", table.data, "a\n") == FAIL_INPUT);
	CHECK(c->why && strstr(c->why, "proportion"));
	fail_forget(c);
	CHECK(read_bomb(c, "[a]: /", "xxxx", "\n\n", "[a] ") == FAIL_INPUT);
	fail_forget(c);
	CHECK(read_bomb(c, "[a]: /", "xxxx", "\n\n", "![a] ") == FAIL_INPUT);
	fail_forget(c);
	CHECK_OK(read_bomb(c, "", "[a](b) ", "\n\n", "![a](b) "));
}

TEST(text_paragraphs_items_and_breaks)
{
	CHECK_TEXT(read_as(c, PAGE_TEXT, "\xef\xbb\xbfOne\r\n two\r\n\r\n\r\nThree\n- a\n* b\n "
		"c\n\n---\nD\n"),
		"p One two\np Three\nitem1 a\nitem1 b c\nbreak \np D\n");
	CHECK_TEXT(read_as(c, PAGE_TEXT, "\u65e5\u672c\n\u8a9e\u3002\n\ub300\ud55c\n\ubbfc\uad6d"),
		"p \u65e5\u672c\u8a9e\u3002 \ub300\ud55c \ubbfc\uad6d\n");
	CHECK_TEXT(read_as(c, PAGE_TEXT, ""), "");
}

TEST(text_with_long_lines_has_a_paragraph_a_line)
{
	struct buf b = buf_in(&c->arena);
	struct page page;

	for (int i = 0; i < 60; i++)
		buf_adds(&b, "word ");
	buf_adds(&b, "\nnext");
	CHECK_OK(page_read(c, PAGE_TEXT, b.data, b.len, NULL, &page));
	CHECK(page.count == 2);
}

TEST(hidden_characters_go)
{
	CHECK_TEXT(read_as(c, PAGE_TEXT, "a\u200bb\u202ec\x01" "d\te\u00a0f"), "p abcd e f\n");
	CHECK_TEXT(read_as(c, PAGE_MARKDOWN, "a\u200bb&#x202e;c &#0;"), "p abc \ufffd\n");
	CHECK_TEXT(read_as(c, PAGE_HTML, "<p>a\u200bb&#x202e;c"), "p abc\n");
}

TEST(bad_utf8_names_the_line)
{
	struct page page;

	CHECK(page_read(c, PAGE_TEXT, "a\nb\n\xff", 5, NULL, &page) == FAIL_INPUT);
	CHECK(strstr(c->why, "line 3"));
	fail_forget(c);
	CHECK(page_read(c, PAGE_MARKDOWN, "\xff\xfe" "a\0", 4, NULL, &page) == FAIL_INPUT);
	CHECK(strstr(c->why, "UTF-16"));
}

TEST(formats_are_guessed)
{
	CHECK(page_guess("a.md", NULL, "", 0) == PAGE_MARKDOWN);
	CHECK(page_guess("a.TXT", NULL, "# x", 3) == PAGE_TEXT);
	CHECK(page_guess("a.txt", "text/html; charset=x", "", 0) == PAGE_HTML);
	CHECK(page_guess(NULL, NULL, " \n<!DOCTYPE HTML>", 17) == PAGE_HTML);
	CHECK(page_guess(NULL, "text/plain", "# Title\n", 8) == PAGE_MARKDOWN);
	CHECK(page_guess("-", NULL, "Just text.", 10) == PAGE_TEXT);
	CHECK(page_guess("-", NULL, "Text.\n\n## Part\n", 15) == PAGE_MARKDOWN);
	CHECK(page_guess("-", NULL, "We are #1\n#2 is you\n", 20) == PAGE_TEXT);
	CHECK(page_guess("https://e.org/a.md?raw=1", "text/plain", "x", 1) == PAGE_MARKDOWN);
}
