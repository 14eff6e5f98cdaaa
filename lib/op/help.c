/* Help for the shell, out of the table. */
#include <string.h>

#include "lib/op/op.h"

static const char *placeholder(struct call *c, const struct field *f)
{
	char *name = arena_strdup(&c->arena, f->name);

	for (char *p = name; *p; p++)
		*p = *p == '_' ? '-' : (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
	if (f->type == FIELD_PATHS && strlen(name) > 1 && name[strlen(name) - 1] == 'S')
		name[strlen(name) - 1] = '\0';
	return name;
}

const char *op_to_usage(struct call *c, const struct op *op)
{
	struct buf b = buf_in(&c->arena);
	bool options = false;

	buf_addf(&b, "trae %s", op->name);
	for (const struct field *f = op->args; f->name; f++) {
		const char *name = placeholder(c, f);
		const char *more = f->type == FIELD_PATHS || f->type == FIELD_LIST ? "..." : "";

		if (!f->word)
			options = true;
		else
			buf_addf(&b, f->required ? " %s%s" : " [%s%s]", name, more);
	}
	if (options)
		buf_adds(&b, " [OPTION...]");
	return b.data;
}

static void add_wrapped(struct buf *b, const char *text, size_t indent, size_t width)
{
	size_t column = indent;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column > indent && column + 1 + len > width) {
			buf_addf(b, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			buf_addc(b, ' ');
			column++;
		}
		buf_add(b, text, len);
		column += len;
		text += len;
		text += strspn(text, " ");
	}
	buf_addc(b, '\n');
}

static const char *left_side(struct call *c, const struct field *f)
{
	static const char *const values[] = {[FIELD_BOOL] = "", [FIELD_INT] = " N",
		[FIELD_NUM] = " N", [FIELD_TEXT] = " TEXT", [FIELD_LIST] = " LIST",
		[FIELD_JSON] = " JSON", [FIELD_PATH] = " FILE", [FIELD_PATHS] = " FILE|URL"};

	if (f->word)
		return arena_printf(&c->arena, "  %s", placeholder(c, f));
	if (f->letter)
		return arena_printf(&c->arena, "  -%c, %s%s", f->letter, field_flag(c, f),
			values[f->type]);
	return arena_printf(&c->arena, "      %s%s", field_flag(c, f), values[f->type]);
}

static const char *right_side(struct call *c, const struct field *f)
{
	struct buf b = buf_in(&c->arena);

	buf_adds(&b, f->help);
	for (size_t i = 0; f->oneof && f->oneof[i]; i++)
		buf_addf(&b, "%s%s", i ? ", " : ": ", f->oneof[i]);
	if (f->min != 0 || f->max != 0)
		buf_addf(&b, f->type == FIELD_TEXT ? " (%.10g to %.10g characters)" : " (%.10g to %.10g)",
			f->min, f->max);
	if (f->setting)
		buf_addf(&b, " [setting %s]", f->setting);
	else if (f->initial)
		buf_addf(&b, " [%s]", f->initial);
	return b.data;
}

const char *op_to_help(struct call *c, const struct op *op)
{
	struct buf b = buf_in(&c->arena);

	buf_addf(&b, "Usage: %s\n%s.\n\n", op_to_usage(c, op), op->summary);
	add_wrapped(&b, op->about, 0, 80);
	if (op->args->name)
		buf_adds(&b, "\n");
	for (const struct field *f = op->args; f->name; f++) {
		const char *left = left_side(c, f);

		buf_adds(&b, left);
		if (strlen(left) < 27)
			buf_addf(&b, "%*s", (int)(28 - strlen(left)), "");
		else
			buf_addf(&b, "\n%28s", "");
		add_wrapped(&b, right_side(c, f), 28, 80);
	}
	buf_addf(&b, "\nExample:\n  %s\n\n"
		"Options of every command: trae help. The whole page: man trae-%s\n",
		op->example, op_name(c, op, '-'));
	return b.data;
}
