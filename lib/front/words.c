/* The command line, read by the table of the operation that it names. */
#include <string.h>

#include "lib/front/shell.h"
#include "lib/os/file.h"

#define WORDS_MAX_BYTES (16 << 20)

struct words {
	struct shell *s;
	struct call *c;
	int argc, at;
	char **argv;
	bool ended;            /* "--" was seen */
	const struct field *next; /* field that the next plain word belongs to */
};

/* How a general option is kept: a bool of struct general, a form of output, or by set_general(). */
static const struct general_flag {
	const char *flag;
	char letter;
	bool value;         /* needs one */
	bool is_bool;
	size_t offset;      /* of the bool */
	enum output output; /* OUTPUT_AUTO: none */
} general_flags[] = {
	{"--json", .output = OUTPUT_JSON},
	{"--jsonl", .output = OUTPUT_JSONL},
	{"--plain", .output = OUTPUT_PLAIN},
	{"--quiet", 'q', .is_bool = true, .offset = offsetof(struct general, quiet)},
	{"--dry-run", 'n', .is_bool = true, .offset = offsetof(struct general, dry_run)},
	{"--yes", 'y', .is_bool = true, .offset = offsetof(struct general, yes)},
	{"--queue", .is_bool = true, .offset = offsetof(struct general, queue)},
	{"--help", 'h', .is_bool = true, .offset = offsetof(struct general, help)},
	{"--version", 'V', .is_bool = true, .offset = offsetof(struct general, version)},
	{"--format", .value = true},
	{"--select", .value = true},
	{"--color", .value = true},
	{"--progress", .value = true},
	{"--idempotency-key", .value = true},
	{"--install", .value = true},
};
#define GENERAL_COUNT (sizeof general_flags / sizeof *general_flags)

static enum fail pick(struct call *c, const char *flag, const char *value,
	const char *const *words, int *out)
{
	size_t count = 0;
	const char *near;

	for (; words[count]; count++)
		if (!strcmp(words[count], value)) {
			*out = (int)count;
			return FAIL_NONE;
		}
	near = field_nearest(value, words, count);
	return fail(c, FAIL_USAGE, "%s: \"%s\" is not known%s%s%s", flag, value,
		near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static enum fail set_general(struct words *w, const struct general_flag *flag, const char *value)
{
	struct general *g = &w->s->general;
	int n;

	if (flag->is_bool) {
		*(bool *)((char *)g + flag->offset) = true;
	} else if (flag->output != OUTPUT_AUTO) {
		g->output = flag->output;
	} else if (!strcmp(flag->flag, "--format")) {
		if (!strstr(value, "{{"))
			return fail(w->c, FAIL_USAGE,
				"--format: a template such as '{{id}}\\t{{state}}' is needed");
		g->output = OUTPUT_TEMPLATE;
		g->template = value;
	} else if (!strcmp(flag->flag, "--color")) {
		TRY(pick(w->c, flag->flag, value, ONEOF("auto", "always", "never"), &n));
		g->color = (enum when)n;
	} else if (!strcmp(flag->flag, "--progress")) {
		TRY(pick(w->c, flag->flag, value, ONEOF("auto", "bar", "plain", "json", "none"), &n));
		g->progress = (enum progress)n;
	} else if (!strcmp(flag->flag, "--select")) {
		g->select = value;
	} else if (!strcmp(flag->flag, "--idempotency-key")) {
		w->c->idempotency_key = value;
	} else {
		g->install = value;
	}
	return FAIL_NONE;
}

/* The value behind flag FLAG: after its '=' or the next word. */
static enum fail take_value(struct words *w, const char *flag, const char *inlined,
	const char **out)
{
	if (inlined) {
		*out = inlined;
		return FAIL_NONE;
	}
	if (w->at >= w->argc)
		return fail(w->c, FAIL_USAGE, "%s needs a value", flag);
	*out = w->argv[w->at++];
	return FAIL_NONE;
}

/* JSON members may come from a file: @FILE, or @- for standard input. */
static enum fail json_operand(struct words *w, const struct field *f, const char **text)
{
	char *data;
	size_t len;

	if (f->type != FIELD_JSON || **text != '@')
		return FAIL_NONE;
	TRY(file_read(w->c, *text + 1, WORDS_MAX_BYTES, &data, &len));
	if (strlen(data) != len)
		return fail(w->c, FAIL_INPUT, "%s holds a NUL byte", *text + 1);
	*text = data;
	return FAIL_NONE;
}

static enum fail set_field(struct words *w, const struct field *f, const char *text)
{
	json_t *j = NULL, *old = json_object_get(w->s->args, f->name);
	bool list = f->type == FIELD_LIST || f->type == FIELD_PATHS;
	enum fail failed;

	if (f->secret)
		return fail(w->c, FAIL_USAGE, "%s is secret and never an argument: other users can "
			"read arguments; give it on standard input", f->name);
	TRY(json_operand(w, f, &text));
	if (f->type == FIELD_LIST && f->word)
		j = json_pack("[s]", text);
	else
		TRY(field_from_text(w->c, f, text, &j));
	if (!j)
		return fail(w->c, FAIL_USAGE, "%s: the text is not UTF-8", f->name);
	failed = field_check(w->c, f, j);
	if (failed == FAIL_NONE && old && list)
		json_array_extend(old, j);
	else if (failed == FAIL_NONE && old)
		failed = fail(w->c, FAIL_USAGE, "%s is given twice", f->name);
	else if (failed == FAIL_NONE)
		json_object_set(w->s->args, f->name, j);
	json_decref(j);
	return failed;
}

static enum fail unknown_flag(struct words *w, const char *flag)
{
	const char *names[96], *near;
	size_t count = 0;

	for (const struct field *f = w->s->op ? w->s->op->args : NULL; f && f->name; f++)
		if (!f->word && count < 64)
			names[count++] = field_flag(w->c, f);
	for (size_t i = 0; i < GENERAL_COUNT; i++)
		names[count++] = general_flags[i].flag;
	near = field_nearest(flag, names, count);
	return fail(w->c, FAIL_USAGE, "unknown option %s%s%s%s", flag, near ? "; did you mean " : "",
		near ? near : "", near ? "?" : "");
}

/* The field of the operation that FLAG names; *NEGATED for --no-FLAG. */
static const struct field *find_flag(struct words *w, const char *flag, bool *negated)
{
	*negated = false;
	for (const struct field *f = w->s->op ? w->s->op->args : NULL; f && f->name; f++) {
		const char *own = field_flag(w->c, f);

		if (!strcmp(own, flag))
			return f;
		if (f->type == FIELD_BOOL && !strncmp(flag, "--no-", 5) &&
			!strcmp(own + 2, flag + 5)) {
			*negated = true;
			return f;
		}
	}
	return NULL;
}

static enum fail read_long(struct words *w, const char *word)
{
	const char *equals = strchr(word, '=');
	const char *flag = equals ? arena_memdup(&w->c->arena, word, (size_t)(equals - word)) : word;
	const char *value = equals ? equals + 1 : NULL;
	bool negated;
	const struct field *f = find_flag(w, flag, &negated);

	/* An operation's own --format takes words; a template is meant for the general one. */
	if (f && !strcmp(flag, "--format")) {
		const char *next = value ? value : w->at < w->argc ? w->argv[w->at] : "";

		if (strstr(next, "{{"))
			f = NULL;
	}
	if (f && f->type == FIELD_BOOL)
		return set_field(w, f, value ? value : negated ? "false" : "true");
	if (f) {
		TRY(take_value(w, flag, value, &value));
		return set_field(w, f, value);
	}
	for (size_t i = 0; i < GENERAL_COUNT; i++) {
		if (strcmp(general_flags[i].flag, flag))
			continue;
		if (general_flags[i].value)
			TRY(take_value(w, flag, value, &value));
		else if (value)
			return fail(w->c, FAIL_USAGE, "%s takes no value", flag);
		return set_general(w, &general_flags[i], value);
	}
	return unknown_flag(w, flag);
}

static enum fail read_letter(struct words *w, const char **letters)
{
	const char letter = *(*letters)++, *value = **letters ? *letters : NULL;
	const char *flag = arena_printf(&w->c->arena, "-%c", letter);

	for (const struct field *f = w->s->op ? w->s->op->args : NULL; f && f->name; f++) {
		if (f->letter != letter)
			continue;
		if (f->type == FIELD_BOOL)
			return set_field(w, f, "true");
		*letters = "";
		TRY(take_value(w, flag, value, &value));
		return set_field(w, f, value);
	}
	for (size_t i = 0; i < GENERAL_COUNT; i++)
		if (general_flags[i].letter == letter)
			return set_general(w, &general_flags[i], NULL);
	return unknown_flag(w, flag);
}

static enum fail read_plain(struct words *w, const char *word)
{
	const struct field *f = w->next;

	while (f->name && !f->word)
		f++;
	w->next = f;
	if (!f->name)
		return fail(w->c, FAIL_USAGE, "\"%s\" is one word too many; usage: %s", word,
			op_to_usage(w->c, w->s->op));
	if (f->type != FIELD_LIST && f->type != FIELD_PATHS)
		w->next++;
	return set_field(w, f, word);
}

static enum fail read_word(struct words *w)
{
	const char *word = w->argv[w->at++];

	if (!w->ended && !strcmp(word, "--")) {
		w->ended = true;
		return FAIL_NONE;
	}
	if (!w->ended && !strncmp(word, "--", 2))
		return read_long(w, word);
	if (!w->ended && word[0] == '-' && word[1]) {
		const char *letters = word + 1;

		while (*letters)
			TRY(read_letter(w, &letters));
		return FAIL_NONE;
	}
	return read_plain(w, word);
}

const char *words_join(struct call *c, char **words, int count)
{
	struct buf b = buf_in(&c->arena);

	for (int i = 0; i < count; i++)
		buf_addf(&b, "%s%s", i ? " " : "", words[i]);
	return b.data;
}

/* Takes the words that name the operation; general options may stand before them. */
static enum fail read_name(struct words *w)
{
	while (w->at < w->argc && w->argv[w->at][0] == '-' && w->argv[w->at][1])
		TRY(read_word(w));
	for (int count = NAME_WORDS; count && !w->s->op; count--) {
		if (w->at + count > w->argc)
			continue;
		w->s->op = op_find(words_join(w->c, w->argv + w->at, count));
		w->at += w->s->op ? count : 0;
	}
	if (w->s->op)
		w->next = w->s->op->args;
	return FAIL_NONE;
}

enum fail words_read(struct shell *s, int argc, char **argv, int *at)
{
	struct words w = {.s = s, .c = &s->call, .argc = argc, .argv = argv, .at = 1};

	s->args = json_keep(&s->call, json_object());
	TRY(read_name(&w));
	*at = w.at;
	if (!s->op) {
		/* For `trae secret --help` and the like. */
		for (int i = w.at; i < argc; i++)
			if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
				s->general.help = true;
		return FAIL_NONE;
	}
	while (w.at < argc)
		TRY(read_word(&w));
	return FAIL_NONE;
}
