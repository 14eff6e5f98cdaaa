/* What an operation says, on standard output: tables, TSV, JSON, templates, documents. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/front/shell.h"
#include "lib/os/file.h"
#include "lib/text/utf8.h"

#define COLUMNS_MAX 32

/* Why standard output was first refused: by the time somebody asks, errno is another's. */
static int refused;

void output_text(const char *text)
{
	if (fputs(text, stdout) == EOF && !refused)
		refused = errno;
}

enum fail output_flush(struct call *c)
{
	if (fflush(stdout) && !refused)
		refused = errno;
	if (refused)
		return fail_errno(c, refused, "cannot write standard output");
	return FAIL_NONE;
}

bool output_abandoned(void)
{
	return refused == EPIPE;
}

static bool on_terminal(void)
{
	return isatty(STDOUT_FILENO);
}

/* Fields shown: those selected, or all that are not hidden. */
static enum fail columns(struct shell *s, const struct field **out, size_t *count)
{
	const char *p = s->general.select;
	size_t n = 0;

	for (const struct field *f = s->op->reply; !p && f->name && n < COLUMNS_MAX; f++)
		if (!f->hidden)
			out[n++] = f;
	while (p && *p && n < COLUMNS_MAX) {
		size_t len = strcspn(p, ",");
		const char *name = arena_memdup(&s->call.arena, p, len);
		const struct field *f = field_find(s->op->reply, name);

		if (!f)
			return fail(&s->call, FAIL_USAGE, "--select: %s has no member %s", s->op->name,
				name);
		out[n++] = f;
		p += len + (p[len] == ',');
	}
	*count = n;
	return FAIL_NONE;
}

static const char *cell(struct shell *s, const struct field *f, const json_t *row)
{
	const json_t *j = json_object_get(row, f->name);
	const char *text = j ? field_to_text(&s->call, f, j) : "";

	return utf8_plain(&s->call.arena, text, strlen(text), false);
}

static void add_spaces(struct buf *b, size_t count)
{
	while (count--)
		buf_addc(b, ' ');
}

/* A record: one member a line, names aligned on a terminal. */
static void print_record(struct shell *s, const struct field **f, size_t count, const json_t *row)
{
	bool tsv = s->general.output == OUTPUT_PLAIN || !on_terminal();
	struct buf b = buf_in(&s->call.arena);
	size_t width = 0;

	for (size_t i = 0; i < count; i++)
		if (strlen(f[i]->name) > width)
			width = strlen(f[i]->name);
	for (size_t i = 0; i < count; i++) {
		buf_adds(&b, f[i]->name);
		if (tsv)
			buf_addc(&b, '\t');
		else
			add_spaces(&b, width + 2 - strlen(f[i]->name));
		buf_adds(&b, cell(s, f[i], row));
		buf_addc(&b, '\n');
	}
	output_text(b.data);
}

static void print_tsv(struct shell *s, const struct field **f, size_t count, const json_t *row)
{
	for (size_t i = 0; i < count; i++) {
		output_text(i ? "\t" : "");
		output_text(cell(s, f[i], row));
	}
	output_text("\n");
}

static void print_table(struct shell *s, const struct field **f, size_t count)
{
	size_t widths[COLUMNS_MAX], at;
	bool colored = talk_colored(s, STDOUT_FILENO);
	struct buf b = buf_in(&s->call.arena);
	const json_t *row;

	for (size_t i = 0; i < count; i++) {
		widths[i] = strlen(f[i]->name);
		json_array_foreach(s->rows, at, row) {
			size_t width = utf8_width(cell(s, f[i], row));

			if (width > widths[i])
				widths[i] = width;
		}
	}
	buf_adds(&b, colored ? "\033[1m" : "");
	for (size_t i = 0; i < count; i++) {
		buf_adds(&b, f[i]->name);
		if (i + 1 < count)
			add_spaces(&b, widths[i] + 2 - strlen(f[i]->name));
	}
	buf_adds(&b, colored ? "\033[0m\n" : "\n");
	json_array_foreach(s->rows, at, row) {
		for (size_t i = 0; i < count; i++) {
			const char *text = cell(s, f[i], row);

			buf_adds(&b, text);
			if (i + 1 < count)
				add_spaces(&b, widths[i] + 2 - utf8_width(text));
		}
		buf_addc(&b, '\n');
	}
	output_text(b.data);
}

static enum fail print_template(struct shell *s, const json_t *row)
{
	const char *p = s->general.template;
	struct buf b = buf_in(&s->call.arena);

	while (*p) {
		const char *end = !strncmp(p, "{{", 2) ? strstr(p, "}}") : NULL;

		if (end) {
			const char *name = arena_memdup(&s->call.arena, p + 2, (size_t)(end - p - 2));
			const struct field *f = field_find(s->op->reply, name);

			if (!f)
				return fail(&s->call, FAIL_USAGE, "--format: %s has no member %s",
					s->op->name, name);
			buf_adds(&b, cell(s, f, row));
			p = end + 2;
		} else if (p[0] == '\\' && (p[1] == 't' || p[1] == 'n')) {
			buf_addc(&b, p[1] == 't' ? '\t' : '\n');
			p += 2;
		} else {
			buf_addc(&b, *p++);
		}
	}
	output_text(b.data);
	output_text("\n");
	return FAIL_NONE;
}

/* ROW with the selected members only; a new reference. */
static json_t *selected(struct shell *s, json_t *row, const struct field **f, size_t count)
{
	json_t *some;

	if (!s->general.select)
		return json_incref(row);
	some = json_object();
	for (size_t i = 0; i < count; i++)
		json_object_set(some, f[i]->name, json_object_get(row, f[i]->name));
	return some;
}

static enum fail print_reply(struct shell *s, json_t *row)
{
	const struct field *f[COLUMNS_MAX];
	size_t count;
	bool json = s->general.output == OUTPUT_JSON || s->general.output == OUTPUT_JSONL;

	TRY(columns(s, f, &count));
	if (json) {
		JSON_AUTO some = selected(s, row, f, count);

		if (s->general.output == OUTPUT_JSON && s->op->rows) {
			json_array_append(s->rows, some);
			return FAIL_NONE;
		}
		output_text(json_text(&s->call, some,
			s->general.output == OUTPUT_JSON && on_terminal()));
		output_text("\n");
		return FAIL_NONE;
	}
	if (s->general.output == OUTPUT_TEMPLATE)
		return print_template(s, row);
	if (s->op->document && !s->general.select) {
		const char *text = json_member_text(row, s->op->document, "");

		output_text(text);
		if (*text && text[strlen(text) - 1] != '\n')
			output_text("\n");
	} else if (!s->op->rows) {
		print_record(s, f, count, row);
	} else if (s->general.output == OUTPUT_PLAIN || !on_terminal()) {
		print_tsv(s, f, count, row);
	} else {
		json_array_append(s->rows, row);
	}
	return FAIL_NONE;
}

static enum fail take_reply(void *to, struct call *c, json_t *row)
{
	struct shell *s = to;

	talk_stop(s);
	if (s->general.quiet && !s->op->rows && !s->op->document &&
		s->op->effect != EFFECT_READ && s->general.output == OUTPUT_AUTO)
		return FAIL_NONE;
	TRY(print_reply(s, row));
	/* Whoever reads along sees what a command says that goes on for long. */
	return s->op->rows ? FAIL_NONE : output_flush(c);
}

static enum fail take_data(void *to, struct call *c, const struct file *file)
{
	const char *path = file->path;
	FILE_AUTO fd = open(path, O_RDONLY | O_CLOEXEC);
	char data[65536];
	ssize_t got;

	(void)to;
	if (fd < 0)
		return fail_errno(c, errno, "cannot read %s", path);
	TRY(output_flush(c));
	while ((got = read(fd, data, sizeof data)) > 0)
		TRY(file_write_all(c, STDOUT_FILENO, "standard output", data, (size_t)got));
	return got < 0 ? fail_errno(c, errno, "cannot read %s", path) : FAIL_NONE;
}

const struct op_sink output_sink = {.reply = take_reply, .data = take_data};

enum fail output_finish(struct shell *s)
{
	const struct field *f[COLUMNS_MAX];
	size_t count;

	if (s->op->rows && s->general.output == OUTPUT_JSON) {
		output_text(json_text(&s->call, op_result(&s->call, s->op, s->rows), on_terminal()));
		output_text("\n");
	} else if (s->op->rows && json_array_size(s->rows)) {
		TRY(columns(s, f, &count));
		print_table(s, f, count);
	}
	return output_flush(&s->call);
}
