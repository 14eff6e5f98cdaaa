/* Comma-separated values (RFC 4180). */
#include "lib/text/csv.h"

#include <string.h>

#include "lib/base/buf.h"

struct csv csv_of(const char *text, size_t len)
{
	struct csv csv = {text, text + len, 1};

	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		csv.at += 3;
	return csv;
}

static bool at_line_end(const struct csv *csv)
{
	return csv->at == csv->end || *csv->at == '\n' ||
	       (*csv->at == '\r' && csv->at + 1 < csv->end && csv->at[1] == '\n');
}

static void pass_line_end(struct csv *csv)
{
	if (csv->at < csv->end && *csv->at == '\r')
		csv->at++;
	if (csv->at < csv->end)
		csv->at++;
	csv->line++;
}

static enum fail give_up(struct call *c, struct csv *csv, const char *why)
{
	while (!at_line_end(csv))
		csv->at++;
	pass_line_end(csv);
	return fail(c, FAIL_INPUT, "%s", why);
}

static enum fail read_quoted(struct call *c, struct csv *csv, struct buf *cell)
{
	const char *begin = csv->at++;
	int64_t line = csv->line;

	for (; csv->at < csv->end; csv->at++) {
		if (*csv->at == '"') {
			if (csv->at + 1 == csv->end || csv->at[1] != '"')
				break;
			csv->at++;
		}
		csv->line += *csv->at == '\n';
		buf_addc(cell, *csv->at);
	}
	if (csv->at == csv->end) {
		csv->at = begin;
		csv->line = line;
		return give_up(c, csv, "a quote is not closed");
	}
	csv->at++;
	if (!at_line_end(csv) && *csv->at != ',')
		return give_up(c, csv, "text stands behind a closing quote");
	return FAIL_NONE;
}

static enum fail read_cell(struct call *c, struct csv *csv, char **out)
{
	struct buf cell = buf_in(&c->arena);

	if (csv->at < csv->end && *csv->at == '"') {
		TRY(read_quoted(c, csv, &cell));
	} else {
		for (; !at_line_end(csv) && *csv->at != ','; csv->at++) {
			if (*csv->at == '"')
				return give_up(c, csv, "a quote stands amid a cell");
			buf_addc(&cell, *csv->at);
		}
	}
	*out = cell.data;
	return FAIL_NONE;
}

enum fail csv_next(struct call *c, struct csv *csv, char ***cells, size_t *n, int64_t *line)
{
	size_t count = 0, room = 16;
	char **list = ARENA_NEW(&c->arena, char *, room);

	while (csv->at < csv->end && at_line_end(csv))
		pass_line_end(csv);
	*line = csv->line;
	*n = 0;
	if (csv->at == csv->end)
		return FAIL_NONE;
	for (;;) {
		if (count == room) {
			char **more = ARENA_NEW(&c->arena, char *, room * 2);

			memcpy(more, list, room * sizeof *list);
			list = more;
			room *= 2;
		}
		TRY(read_cell(c, csv, &list[count]));
		count++;
		if (at_line_end(csv))
			break;
		csv->at++;
	}
	pass_line_end(csv);
	*cells = list;
	*n = count;
	return FAIL_NONE;
}
