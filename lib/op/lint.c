/* Rules of the table that the compiler cannot check, and the table as text for reviews. */
#include <ctype.h>
#include <string.h>

#include "lib/config/config.h"
#include "lib/op/op.h"
#include "lib/text/utf8.h"

struct lint {
	struct call *c;
	const struct op *op;
	int64_t count;
};

static void report(struct lint *l, bool good, const char *rule)
{
	if (good)
		return;
	l->count++;
	call_warn(l->c, "%s: %s", l->op->name, rule);
}

static void lint_text(struct lint *l, const char *text, size_t max, const char *what)
{
	size_t len = text ? strlen(text) : 0;

	report(l, len > 0, arena_printf(&l->c->arena, "%s is empty", what));
	report(l, !len || utf8_count(text, len) <= max,
		arena_printf(&l->c->arena, "%s is longer than %zu characters", what, max));
}

static void lint_field(struct lint *l, const struct field *f, const struct field *all, bool args)
{
	const char *name = arena_printf(&l->c->arena, "%s %s", args ? "argument" : "reply", f->name);

	lint_text(l, f->help, 200, name);
	report(l, f->help[0] && f->help[strlen(f->help) - 1] != '.',
		arena_printf(&l->c->arena, "%s: help ends with a full stop", name));
	for (const struct field *other = all; other != f; other++) {
		report(l, strcmp(other->name, f->name) != 0,
			arena_printf(&l->c->arena, "%s stands twice", name));
		report(l, !f->letter || f->letter != other->letter,
			arena_printf(&l->c->arena, "letter of %s stands twice", name));
		report(l, !(f->word && f->required && other->word && !other->required),
			arena_printf(&l->c->arena, "%s: required words come first", name));
	}
	if (args && f->initial) {
		json_t *j = NULL;
		enum fail failed = field_from_text(l->c, f, f->initial, &j);

		report(l, failed == FAIL_NONE,
			arena_printf(&l->c->arena, "%s: its default is refused", name));
		fail_forget(l->c);
		json_decref(j);
	}
	if (f->setting) {
		const struct setting *s = setting_find(f->setting);

		report(l, s && s->field.type == f->type,
			arena_printf(&l->c->arena, "%s: no setting %s of its type", name,
				f->setting));
	}
	report(l, f->type != FIELD_JSON || f->of || f->array || f->free,
		arena_printf(&l->c->arena, "%s: an object without members", name));
}

static void lint_route(struct lint *l, const char *p)
{
	while (p && (p = strchr(p, '{'))) {
		const char *end = strchr(p, '}');
		const char *name = arena_memdup(&l->c->arena, p + 1,
			end ? (size_t)(end - p - 1) : 0);

		report(l, field_find(l->op->args, name) != NULL,
			arena_printf(&l->c->arena, "{%s} of a route is no argument", name));
		p++;
	}
}

static bool is_id(const char *text)
{
	return text && *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")];
}

static void lint_aliases(struct lint *l)
{
	for (const struct op_alias *a = l->op->aliases; a && a->route; a++) {
		lint_route(l, a->route);
		report(l, !op_find(a->id), arena_printf(&l->c->arena, "%s is an operation's name", a->id));
		report(l, is_id(a->id), arena_printf(&l->c->arena, "%s has no id", a->route));
		report(l, !a->media_type || l->op->document,
			arena_printf(&l->c->arena, "%s has no document to give", a->route));
	}
}

static void lint_op(struct lint *l, size_t at)
{
	const struct op *op = op_table[at];

	l->op = op;
	lint_text(l, op->summary, 60, "summary");
	lint_text(l, op->about, 300, "about");
	lint_text(l, op->example, 200, "example");
	report(l, !strncmp(op->example, "trae ", 5) || strstr(op->example, "| trae "),
		"example does not run trae");
	report(l, (op->route == NULL) == ((op->flags & OP_SHELL) != 0),
		"has a route exactly when it is not for the shell only");
	lint_route(l, op->route);
	lint_aliases(l);
	for (const struct field *f = op->args; f->name; f++)
		lint_field(l, f, op->args, true);
	for (const struct field *f = op->reply; f->name; f++)
		lint_field(l, f, op->reply, false);
	for (const struct field *f = op->beside; f && f->name; f++)
		lint_field(l, f, op->beside, false);
	report(l, !op->beside || (op->rows && op->effect == EFFECT_READ),
		"stands beside no rows, or beside some that are kept and given again without it");
	report(l, (op->run == NULL) == (op->lacks != NULL), "runs exactly when it lacks nothing");
	report(l, !op->upload || field_find(op->args, op->upload), "upload is no argument");
	report(l, !op->document || field_find(op->reply, op->document), "document is no reply");
	for (size_t i = 0; i < at; i++) {
		report(l, strcmp(op_table[i]->name, op->name) != 0, "name stands twice");
		report(l, !op->route || !op_table[i]->route ||
				strcmp(op_table[i]->route, op->route) != 0,
			"route stands twice");
	}
}

enum fail op_check_table(struct call *c, int64_t *count)
{
	struct lint l = {.c = c};

	for (size_t i = 0; op_table[i]; i++)
		lint_op(&l, i);
	*count = l.count;
	return FAIL_NONE;
}

static void surface_fields(struct call *c, struct buf *b, const char *head, const struct field *f)
{
	static const char *const types[] = {"bool", "int", "num", "text", "list", "json", "path",
		"paths"};

	for (; f->name; f++) {
		buf_addf(b, "  %s %s %s%s%s%s", head, f->name, types[f->type],
			f->required ? " required" : "", f->word ? " word" : "",
			f->secret ? " secret" : "");
		if (f->letter)
			buf_addf(b, " -%c", f->letter);
		if (f->initial)
			buf_addf(b, " =%s", f->initial);
		if (f->setting)
			buf_addf(b, " setting=%s", f->setting);
		if (f->min != 0 || f->max != 0)
			buf_addf(b, " %.10g..%.10g", f->min, f->max);
		for (size_t i = 0; f->oneof && f->oneof[i]; i++)
			buf_addf(b, "%s%s", i ? "|" : " ", f->oneof[i]);
		buf_addf(b, " # %s\n", f->help);
		if (f->of)
			surface_fields(c, b, arena_printf(&c->arena, "%s .%s", head, f->name), f->of);
	}
}

const char *op_to_surface(struct call *c)
{
	struct buf b = buf_in(&c->arena);

	for (size_t i = 0; op_table[i]; i++) {
		const struct op *op = op_table[i];

		buf_addf(&b, "%s [%s%s%s%s] %s # %s\n", op->name, effect_word(op->effect),
			op->flags & OP_LONG ? " long" : "", op->flags & OP_SHELL ? " shell" : "",
			op->flags & OP_DRY ? " dry" : "", op->route ? op->route : "-", op->summary);
		surface_fields(c, &b, "<", op->args);
		surface_fields(c, &b, op->rows ? op->rows : ">", op->reply);
		if (op->beside)
			surface_fields(c, &b, ">", op->beside);
	}
	for (const struct setting *s = settings; s->field.name; s++) {
		buf_addf(&b, "setting %s%s%s", s->field.name, s->env ? " " : "", s->env ? s->env : "");
		if (s->field.initial)
			buf_addf(&b, " =%s", s->field.initial);
		buf_addf(&b, " # %s\n", s->field.help);
	}
	return b.data;
}
