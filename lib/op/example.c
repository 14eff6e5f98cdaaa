/* Examples: the shell line of an operation as the JSON that a program sends. */
#include <string.h>

#include "lib/op/document.h"

/* The next word of the shell line *LINE, without its quotes; NULL at its end, a pipe or a
 * redirection. */
static const char *next_word(struct call *c, const char **line)
{
	struct buf b = buf_in(&c->arena);
	const char *p = *line + strspn(*line, " ");
	char quote = 0;

	if (!*p || strchr("|<>", *p))
		return NULL;
	for (; *p && (quote || *p != ' '); p++) {
		if (*p == '\\' && quote != '\'' && p[1])
			buf_addc(&b, *++p);
		else if (quote ? *p == quote : *p == '\'' || *p == '"')
			quote = quote ? 0 : *p;
		else
			buf_addc(&b, *p);
	}
	*line = p;
	return b.len ? b.data : "";
}

static const struct field *by_flag(struct call *c, const struct op *op, const char *word)
{
	for (const struct field *f = op->args; f->name; f++)
		if (word[1] == '-' ? !strcmp(field_flag(c, f), word) : f->letter == word[1])
			return f;
	return NULL;
}

/* Programs name documents by URL. */
static const char *as_sent(struct call *c, const struct field *f, const char *text)
{
	bool path = f->type == FIELD_PATH || f->type == FIELD_PATHS;

	return path && !strstr(text, "://")
		? arena_printf(&c->arena, "https://example.org/%s", strcmp(text, "-") ? text : "text.md")
		: text;
}

static void add(struct call *c, json_t *args, const struct field *f, const char *text)
{
	json_t *value = NULL, *old = json_object_get(args, f->name);

	if (f->output || field_from_text(c, f, as_sent(c, f, text), &value) != FAIL_NONE)
		fail_forget(c);
	else if (json_is_array(old))
		json_array_extend(old, value);
	else
		json_object_set(args, f->name, value);
	json_decref(value);
}

json_t *document_example(struct call *c, const struct op *op)
{
	const char *line = strstr(op->example, "trae "), *word;
	json_t *args = json_object();
	const struct field *next = op->args;

	if (!line)
		return args;
	line += strlen("trae ") + strlen(op->name);
	while ((word = next_word(c, &line))) {
		if (word[0] == '-' && word[1]) {
			const struct field *f = by_flag(c, op, word);

			/* An option of every command takes its value along, if it has one. */
			if (f && f->type == FIELD_BOOL)
				add(c, args, f, "true");
			else if (f || !strcmp(word, "--format"))
				word = next_word(c, &line);
			if (f && f->type != FIELD_BOOL && word)
				add(c, args, f, word);
			continue;
		}
		while (next->name && !next->word)
			next++;
		if (next->name)
			add(c, args, next, word);
		if (next->name && next->type != FIELD_LIST && next->type != FIELD_PATHS)
			next++;
	}
	return args;
}
