/* Manual pages, out of the table: man(7) macros. */
#include <string.h>

#include "lib/op/op.h"

/* TEXT with what roff would take as its own made plain. */
static void add_roff(struct buf *b, const char *text)
{
	if (*text == '.' || *text == '\'')
		buf_adds(b, "\\&");
	for (; *text; text++) {
		if (*text == '\\')
			buf_adds(b, "\\e");
		else if (*text == '-')
			buf_adds(b, "\\-");
		else
			buf_addc(b, *text);
	}
}

static void add_field(struct call *c, struct buf *b, const struct field *f)
{
	buf_adds(b, ".TP\n");
	if (f->word) {
		buf_addf(b, ".I %s\n", f->name);
	} else {
		buf_adds(b, ".B ");
		if (f->letter)
			buf_addf(b, "\\-%c, ", f->letter);
		add_roff(b, field_flag(c, f));
		buf_addc(b, '\n');
	}
	add_roff(b, f->help);
	buf_adds(b, ".\n");
	if (f->oneof) {
		buf_adds(b, "One of ");
		for (size_t i = 0; f->oneof[i]; i++) {
			buf_adds(b, i ? ", " : "");
			add_roff(b, f->oneof[i]);
		}
		buf_adds(b, ".\n");
	}
	if (f->setting) {
		buf_adds(b, "The default is the setting\n.BR ");
		add_roff(b, f->setting);
		buf_adds(b, " .\n");
	} else if (f->initial) {
		buf_adds(b, "The default is ");
		add_roff(b, f->initial);
		buf_adds(b, ".\n");
	}
}

const char *op_to_man(struct call *c, const struct op *op)
{
	struct buf b = buf_in(&c->arena);
	char *title = arena_strdup(&c->arena, op_name(c, op, '-'));

	for (char *p = title; *p; p++)
		*p = (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
	buf_addf(&b, ".TH TRAE-%s 1 \"" TRAE_DATE "\" \"trae " TRAE_VERSION "\" \"trae manual\"\n.SH NAME\ntrae\\-",
		title);
	add_roff(&b, op_name(c, op, '-'));
	buf_adds(&b, " \\- ");
	add_roff(&b, op->summary);
	buf_adds(&b, "\n.SH SYNOPSIS\n.B ");
	add_roff(&b, op_to_usage(c, op));
	buf_adds(&b, "\n.SH DESCRIPTION\n");
	add_roff(&b, op->about);
	buf_addf(&b, "\n.PP\nIts effect class is\n.BR %s .\n", effect_word(op->effect));
	if (op->args->name)
		buf_adds(&b, ".SH OPTIONS\n");
	for (const struct field *f = op->args; f->name; f++)
		add_field(c, &b, f);
	buf_adds(&b, ".SH REPLY\n");
	for (const struct field *f = op->reply; f->name; f++) {
		buf_addf(&b, ".TP\n.B %s\n", f->name);
		add_roff(&b, f->help);
		buf_adds(&b, ".\n");
	}
	buf_adds(&b, ".SH EXAMPLES\n.EX\n");
	add_roff(&b, op->example);
	buf_adds(&b, "\n.EE\n.SH EXIT STATUS\nSee\n.BR trae\\-exit\\-codes (1).\n"
		".SH SEE ALSO\n.BR trae (1),\n.BR trae.conf (5)\n");
	return b.data;
}
