/* Completion for every shell: candidates out of the table. */
#include <string.h>

#include "lib/config/config.h"
#include "lib/front/shell.h"

static void offer(struct buf *b, const char *word, const char *about, const char *begun)
{
	if (!strncmp(word, begun, strlen(begun)))
		buf_addf(b, "%s\t%s\n", word, about);
}

/* What can follow the words SAID of a name. */
static void offer_names(struct call *c, struct buf *b, const char *said, const char *begun)
{
	size_t len = strlen(said);
	const char *last = "";

	for (size_t i = 0; op_table[i]; i++) {
		const char *rest = op_table[i]->name, *gap, *word;

		if (len && (strncmp(rest, said, len) || rest[len] != ' '))
			continue;
		rest += len ? len + 1 : 0;
		gap = strchr(rest, ' ');
		word = gap ? arena_memdup(&c->arena, rest, (size_t)(gap - rest)) : rest;
		if (strcmp(word, last))
			offer(b, word, gap ? "" : op_table[i]->summary, begun);
		last = word;
	}
	if (!len)
		offer(b, "help", "Help for a command", begun);
}

static enum fail keep_row(void *to, struct call *c, json_t *row)
{
	(void)c;
	json_array_append(to, row);
	return FAIL_NONE;
}

/* Values that another operation lists: the first member of its rows. */
static void offer_rows(struct call *c, struct buf *b, const struct op *op, const char *begun)
{
	json_t *rows = json_keep(c, json_array()), *row;
	JSON_AUTO args = json_object();
	const struct op_sink sink = {.reply = keep_row};
	size_t i;

	if (op_dispatch(c, op, args, &sink, rows) != FAIL_NONE)
		return;
	json_array_foreach(rows, i, row) {
		const char *word = json_member_text(row, op->reply[0].name, "");

		offer(b, word, "", begun);
	}
}

/* GIVEN: the words in front that this field has already. */
static void offer_values(struct call *c, struct buf *b, const struct field *f, const char *given,
	const char *begun)
{
	for (size_t i = 0; f->oneof && f->oneof[i]; i++)
		offer(b, f->oneof[i], "", begun);
	if (f->type == FIELD_PATH || f->type == FIELD_PATHS)
		buf_adds(b, ":file\n");
	else if (f->complete && !strcmp(f->complete, "setting"))
		for (const struct setting *s = settings; s->field.name; s++)
			offer(b, s->field.name, s->field.help, begun);
	else if (f->complete && !strcmp(f->complete, "command"))
		offer_names(c, b, given, begun);
	else if (f->complete && op_find(f->complete))
		offer_rows(c, b, op_find(f->complete), begun);
}

/* Options of every command; VALUES where there are few. */
static const struct {
	const char *flag;
	const char *const *values;
} general[] = {
	{"--help"}, {"--json"}, {"--jsonl"}, {"--plain"}, {"--format"}, {"--select"}, {"--dry-run"},
	{"--progress", ONEOF("auto", "bar", "plain", "json", "none")}, {"--quiet"},
	{"--color", ONEOF("auto", "always", "never")}, {"--yes"}, {"--queue"},
	{"--idempotency-key"},
};

/* Whether the word BEFORE is a general option whose value comes next. */
static bool offer_general(struct buf *b, const char *before, const char *begun)
{
	for (size_t i = 0; i < sizeof general / sizeof *general; i++) {
		const char *const *value = general[i].values;

		if (!value || strcmp(general[i].flag, before))
			continue;
		for (; *value; value++)
			offer(b, *value, "", begun);
		return true;
	}
	return false;
}

static void offer_flags(struct call *c, struct buf *b, const struct op *op, const char *begun)
{
	for (const struct field *f = op->args; f->name; f++)
		if (!f->word)
			offer(b, field_flag(c, f), f->help, begun);
	for (size_t i = 0; i < sizeof general / sizeof *general; i++)
		offer(b, general[i].flag, "", begun);
}

const char *complete_words(struct call *c, int count, char **words)
{
	struct buf b = buf_in(&c->arena);
	const char *begun = count ? words[count - 1] : "", *before = count > 1 ? words[count - 2] : "";
	const struct op *op = NULL;
	struct buf said = buf_in(&c->arena);
	int named = count > 1 && !strcmp(words[0], "help"), help = named;

	for (; named < count - 1 && !op; named++) {
		if (words[named][0] == '-')
			continue;
		buf_addf(&said, "%s%s", said.len ? " " : "", words[named]);
		op = help ? NULL : op_find(said.data);
	}
	if (!op) {
		offer_names(c, &b, said.data, begun);
		return b.data;
	}
	for (const struct field *f = op->args; f->name; f++)
		if (!f->word && f->type != FIELD_BOOL && count - 1 > named &&
			(!strcmp(before, field_flag(c, f)) ||
				(f->letter && before[0] == '-' && before[1] == f->letter && !before[2]))) {
			offer_values(c, &b, f, "", begun);
			return b.data;
		}
	if (offer_general(&b, before, begun))
		return b.data;
	if (*begun == '-')
		offer_flags(c, &b, op, begun);
	else
		for (const struct field *f = op->args; f->name; f++)
			if (f->word)
				offer_values(c, &b, f,
					words_join(c, words + named, count - 1 - named), begun);
	return b.data;
}
