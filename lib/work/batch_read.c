/* The forms in which a batch of tasks is written, read as one list. */
#include "lib/work/batch_read.h"

#include <ctype.h>
#include <string.h>

#include "lib/op/kind.h"
#include "lib/text/csv.h"
#include "lib/text/utf8.h"

struct items {
	struct batch_item *items;
	size_t n, room;
};

static enum fail add(struct call *c, struct items *to, const struct batch_item *item)
{
	if (to->n == BATCH_MAX)
		return fail(c, FAIL_INPUT, "a batch holds at most %d tasks", BATCH_MAX);
	if (to->n == to->room) {
		size_t room = to->room ? to->room * 2 : 64;
		struct batch_item *more = ARENA_NEW(&c->arena, struct batch_item, room);

		if (to->n)
			memcpy(more, to->items, to->n * sizeof *more);
		to->items = more;
		to->room = room;
	}
	to->items[to->n++] = *item;
	return FAIL_NONE;
}

/* Other words for the members of a submission: those of a workflow's steps. */
static void rename_members(json_t *task)
{
	static const struct {
		const char *from, *to;
	} names[] = {{"payload", "parameters"}, {"agent_type", "agent"}, {"type", "task_type"}};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		json_t *j = json_object_get(task, names[i].from);

		if (!j || json_object_get(task, names[i].to))
			continue;
		json_object_set(task, names[i].to, j);
		json_object_del(task, names[i].from);
	}
}

static enum fail add_json(struct call *c, struct items *to, int64_t line, json_t *j)
{
	struct batch_item item = {.line = line, .task = j};

	if (json_is_object(j)) {
		rename_members(j);
	} else {
		item.task = NULL;
		item.error = "a task is an object";
	}
	return add(c, to, &item);
}

static enum fail read_array(struct call *c, json_t *array, struct items *to)
{
	json_t *element;
	size_t i;

	json_array_foreach(array, i, element)
		TRY(add_json(c, to, (int64_t)i + 1, element));
	return FAIL_NONE;
}

static enum fail read_lines(struct call *c, const char *text, size_t len, struct items *to)
{
	const char *end = text + len, *next;

	for (int64_t line = 1; text < end; text = next, line++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t size = newline ? (size_t)(newline - text) : (size_t)(end - text);
		struct batch_item item = {.line = line};
		json_t *j;

		next = text + size + 1;
		while (size && isspace((unsigned char)text[size - 1]))
			size--;
		if (!size)
			continue;
		if (json_parse(c, text, size, &j) == FAIL_NONE) {
			TRY(add_json(c, to, line, json_keep(c, j)));
			continue;
		}
		item.error = c->why;
		fail_forget(c);
		TRY(add(c, to, &item));
	}
	return FAIL_NONE;
}

/* A column that is no member of a submission is an argument of the operation. */
static bool is_member(const char *name)
{
	static const char *const members[] = {"task_type", "type", "step_id", "parameters",
		"payload",
		"priority", "callback_url", "run_at", "depends_on", "timeout", "max_retries",
		"backoff", "retry_delay_s", "task_id", "unique_key", "agent", "agent_type",
		"metadata", "paused"};

	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (!strcmp(members[i], name))
			return true;
	return false;
}

/* The value of a cell as the field NAME of FIELDS wants it; as a text when there is none. */
static enum fail cell_value(struct call *c, const struct field *fields, const char *name,
	const char *cell, json_t **out)
{
	const struct field *f = field_find(fields, name);

	if (f)
		return field_from_text(c, f, cell, out);
	*out = json_lossy(c, cell);
	return FAIL_NONE;
}

/* A column parameters.script is one of script: some spell out where it goes. */
static const char *short_name(const char *name)
{
	static const char prefix[] = "parameters.";

	return strncmp(name, prefix, sizeof prefix - 1) ? name : name + sizeof prefix - 1;
}

static const struct field *arguments_of(struct call *c, char **names, char **cells, size_t n)
{
	static const struct field none[] = {{.name = NULL}};
	json_t *given = json_keep(c, json_object());
	const struct op *op;

	for (size_t i = 0; i < n; i++)
		if (*cells[i])
			json_object_set_new(given, short_name(names[i]), json_true());
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], "task_type") && strcmp(names[i], "type"))
			continue;
		if (kind_find(c, cells[i], given, &op) == FAIL_NONE)
			return op->args;
		fail_forget(c);
	}
	return none;
}

struct csv_members {
	int64_t timeout, max_retries, retry_delay_s;
	json_t *parameters, *payload, *metadata;
	const char *const *depends_on;
	bool paused;
};
/* Those members whose cells are more than texts. */
static const struct field csv_fields[] = {
	FIELD(struct csv_members, timeout, ""),
	FIELD(struct csv_members, max_retries, ""),
	FIELD(struct csv_members, retry_delay_s, ""),
	FIELD(struct csv_members, parameters, ""),
	FIELD(struct csv_members, payload, ""),
	FIELD(struct csv_members, metadata, ""),
	FIELD(struct csv_members, depends_on, ""),
	FIELD(struct csv_members, paused, ""),
	{.name = NULL},
};

static enum fail row_task(struct call *c, char **names, char **cells, size_t n, json_t **out)
{
	json_t *task = json_keep(c, json_object()), *parameters = json_keep(c, json_object());
	const struct field *arguments = arguments_of(c, names, cells, n);

	for (size_t i = 0; i < n; i++) {
		const char *name = short_name(names[i]);
		bool member = name == names[i] && is_member(name);
		json_t *j = NULL;

		if (!*cells[i])
			continue;
		TRY(cell_value(c, member ? csv_fields : arguments, name, cells[i], &j));
		json_object_set_new(member ? task : parameters, name, j);
	}
	rename_members(task);
	if (json_object_size(parameters)) {
		json_t *given = json_object_get(task, "parameters");

		if (given)
			json_object_update(given, parameters);
		else
			json_object_set(task, "parameters", parameters);
	}
	*out = task;
	return FAIL_NONE;
}

static enum fail read_csv(struct call *c, const char *text, size_t len, struct items *to)
{
	struct csv csv = csv_of(text, len);
	char **names, **cells;
	size_t columns, n;
	int64_t line;

	TRY(csv_next(c, &csv, &names, &columns, &line));
	if (!columns || !(field_find(csv_fields, names[0]) || is_member(names[0]) || columns > 1))
		return fail(c, FAIL_INPUT, "this is neither JSON lines, a JSON array, steps nor "
			"CSV "
			"with a header such as task_type,priority");
	for (;;) {
		struct batch_item item = {0};
		enum fail f = csv_next(c, &csv, &cells, &n, &item.line);

		if (f == FAIL_NONE && !n)
			return FAIL_NONE;
		if (f == FAIL_NONE && n != columns)
			f = fail(c, FAIL_INPUT, "%zu cells where the header has %zu", n, columns);
		if (f == FAIL_NONE)
			f = row_task(c, names, cells, n, &item.task);
		if (f != FAIL_NONE) {
			item.task = NULL;
			item.error = c->why;
			fail_forget(c);
		}
		TRY(add(c, to, &item));
	}
}

static enum fail read_any(struct call *c, const char *text, size_t len, struct items *to)
{
	size_t at = strspn(text, " \t\r\n");
	json_t *j;

	if (text[at] != '{' && text[at] != '[')
		return read_csv(c, text, len, to);
	if (json_parse(c, text, len, &j) == FAIL_NONE) {
		json_t *steps = json_object_get(json_keep(c, j), "steps");

		if (!steps)
			steps = json_object_get(j, "tasks");
		if (json_is_array(j) || json_is_array(steps))
			return read_array(c, json_is_array(j) ? j : steps, to);
		return add_json(c, to, 1, j);
	} else if (text[at] == '[') {
		return FAIL_INPUT;
	}
	fail_forget(c);
	return read_lines(c, text, len, to);
}

static enum fail done(struct call *c, const struct items *items, struct batch_item **out, size_t *n)
{
	if (!items->n)
		return fail(c, FAIL_INPUT, "the batch holds no task");
	*out = items->items;
	*n = items->n;
	return FAIL_NONE;
}

enum fail batch_items(struct call *c, const char *text, size_t len, struct batch_item **out,
	size_t *n)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct items items = {0};

	if (!strncmp(text, mark, sizeof mark - 1)) {
		text += sizeof mark - 1;
		len -= sizeof mark - 1;
	}
	if (utf8_valid(text, len) != len || strlen(text) != len)
		return fail(c, FAIL_INPUT, "the batch is not UTF-8 text");
	TRY(read_any(c, text, len, &items));
	return done(c, &items, out, n);
}

enum fail batch_elements(struct call *c, json_t *array, struct batch_item **out, size_t *n)
{
	struct items items = {0};

	TRY(read_array(c, array, &items));
	return done(c, &items, out, n);
}
