/* Page: choosing the reader, and what all formats need before it. */
#include "lib/page/page.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "lib/os/module.h"
#include "lib/page/page_module.h"
#include "lib/page/plain.h"
#include "lib/text/charset.h"
#include "lib/text/utf8.h"

static enum fail check_utf8(struct call *c, const char *text, size_t len)
{
	size_t bad = utf8_valid(text, len);
	int line = 1;

	if (bad == len)
		return FAIL_NONE;
	if (len > 1 && (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2)))
		return fail(c, FAIL_INPUT,
			"the text is UTF-16, not UTF-8: convert it with iconv -f UTF-16 -t UTF-8");
	for (size_t i = 0; i < bad; i++)
		line += text[i] == '\n';
	return fail(c, FAIL_INPUT, "line %d: the text is not UTF-8 (byte 0x%02x)", line,
		(unsigned char)text[bad]);
}

/* The value of a YAML line "title: ...", without quotes and comments; NULL for another line. */
static const char *title_value(struct call *c, const char *line, size_t len)
{
	struct buf b = buf_in(&c->arena);
	char quote = '\0';
	size_t i = 6;

	if (len < 6 || strncasecmp(line, "title:", 6))
		return NULL;
	while (i < len && (line[i] == ' ' || line[i] == '\t'))
		i++;
	if (i < len && (line[i] == '"' || line[i] == '\''))
		quote = line[i++];
	for (; i < len && !(quote && line[i] == quote); i++) {
		if (quote == '"' && line[i] == '\\' && i + 1 < len)
			i++;
		else if (!quote && line[i] == '#' && line[i - 1] == ' ')
			break;
		buf_addc(&b, line[i]);
	}
	return *b.data ? build_clean(c, b.data, b.len, false) : NULL;
}

static bool is_line(const char *line, size_t len, const char *word)
{
	while (len && strchr(" \t\r", line[len - 1]) && line[len - 1])
		len--;
	return len == strlen(word) && !memcmp(line, word, len);
}

/* Skips front matter: "---", lines of which the first is "key: value", "---" or "...". */
static size_t front_matter(struct page_build *b, const char *text, size_t len, int *first_line)
{
	const char *title = NULL;
	size_t at = 0;

	for (int line = 1; at < len && line < 200; line++) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end ? (size_t)(end - text) - at : len - at;

		if (line == 1 && !is_line(text, n, "---"))
			return 0;
		if (line == 2 && (!memchr(text + at, ':', n) || !isalpha((unsigned char)text[at])))
			return 0;
		if (line > 2 && (is_line(text + at, n, "---") || is_line(text + at, n, "..."))) {
			b->title = title;
			*first_line = line + 1;
			return end ? at + n + 1 : len;
		}
		if (!title)
			title = title_value(b->c, text + at, n);
		at += n + 1;
	}
	return 0;
}

static enum fail read_markup(struct page_build *b, enum page_format format, const char *text,
	size_t len, const char *content_type)
{
	const struct page_module *module;
	const void *table;
	int first_line = 1;
	size_t skip;

	TRY(module_load(b->c, "page", &table));
	module = table;
	if (format == PAGE_HTML) {
		TRY(charset_decode(b->c, charset_guess(b->c, text, len, content_type), text, len,
			&text, &len));
		return module->html(b, text, len, 1);
	}
	skip = front_matter(b, text, len, &first_line);
	return module->markdown(b, text + skip, len - skip, first_line);
}

enum fail page_read(struct call *c, enum page_format format, const char *text, size_t len,
	const char *content_type, struct page *out)
{
	struct page_build b = build_start(c);

	if (len > PAGE_BYTES_MAX)
		return fail(c, FAIL_INPUT, "the document is larger than %u MiB",
			PAGE_BYTES_MAX >> 20);
	if (format != PAGE_HTML) {
		TRY(check_utf8(c, text, len));
		if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
			text += 3;
			len -= 3;
		}
	}
	if (format == PAGE_TEXT)
		plain_read(&b, text, len);
	else
		TRY(read_markup(&b, format, text, len, content_type));
	build_finish(&b, out);
	return FAIL_NONE;
}

static bool ends(const char *name, const char *end)
{
	size_t n = strstr(name, "://") ? strcspn(name, "?#") : strlen(name), m = strlen(end);

	return n >= m && !strncasecmp(name + n - m, end, m);
}

static bool starts(const char *s, size_t len, const char *with)
{
	size_t n = strlen(with);

	return len >= n && !strncasecmp(s, with, n);
}

/* A line that begins a heading, a code fence or a picture. */
static bool is_markdown_line(const char *s, size_t len)
{
	size_t marks = 0;

	while (marks < len && s[marks] == '#')
		marks++;
	return (marks && marks < 7 && marks + 1 < len && s[marks] == ' ') ||
		starts(s, len, "```") || starts(s, len, "![");
}

static bool is_markdown(const char *text, size_t len)
{
	if (starts(text, len, "---\n"))
		return true;
	for (size_t at = 0, n; at < len; at += n + 1) {
		const char *end = memchr(text + at, '\n', len - at);

		n = end ? (size_t)(end - text) - at : len - at;
		if (is_markdown_line(text + at, n))
			return true;
	}
	return false;
}

enum page_format page_guess(const char *name, const char *content_type, const char *text,
	size_t len)
{
	static const struct {
		const char *word;
		enum page_format format;
	} types[] = {{"text/html", PAGE_HTML}, {"application/xhtml+xml", PAGE_HTML},
		{"text/markdown", PAGE_MARKDOWN}, {"text/x-markdown", PAGE_MARKDOWN}},
	  endings[] = {{".html", PAGE_HTML}, {".htm", PAGE_HTML}, {".xhtml", PAGE_HTML},
		{".md", PAGE_MARKDOWN}, {".markdown", PAGE_MARKDOWN}, {".mkd", PAGE_MARKDOWN},
		{".txt", PAGE_TEXT}, {".text", PAGE_TEXT}};

	for (size_t i = 0; content_type && i < sizeof types / sizeof *types; i++)
		if (starts(content_type, strlen(content_type), types[i].word))
			return types[i].format;
	for (size_t i = 0; name && i < sizeof endings / sizeof *endings; i++)
		if (ends(name, endings[i].word))
			return endings[i].format;
	while (len && strchr(" \t\r\n\xef\xbb\xbf", *text)) {
		text++;
		len--;
	}
	if (starts(text, len, "<!doctype html") || starts(text, len, "<html") ||
		starts(text, len, "<head") || starts(text, len, "<body"))
		return PAGE_HTML;
	return is_markdown(text, len) ? PAGE_MARKDOWN : PAGE_TEXT;
}
