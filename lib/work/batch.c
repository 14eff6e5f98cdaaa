/* Batches: many tasks put on the queue in one transaction, all or none. */
#include "lib/work/batch.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/os/file.h"
#include "lib/store/store.h"
#include "lib/work/batch_read.h"
#include "lib/work/submit.h"

#define BATCH_BYTES (32 << 20)
#define ERRORS_MAX 1000

struct row {
	struct submission s;
	const char *step_id;
};

const struct field batch_task_fields[] = {
	SUBMISSION_FIELD(struct row, s, task_type, "Kind of work", .required = true),
	FIELD(struct row, step_id, "Name of the task within its batch"),
	SUBMISSION_FIELDS(struct row, s),
	{.name = NULL},
};

/* One task of the batch while the order is found in which all can be put. */
struct node {
	struct batch_item *item;
	struct row row;
	struct task_ask ask;
	size_t waits;               /* for so many others of the batch */
	struct follower *followers; /* that wait for this one */
	const char *id;             /* once put */
	bool placed;
};

struct follower {
	struct node *node;
	struct follower *next;
};

struct batch {
	struct node *nodes, **order;
	size_t n, ordered;
	json_t *names; /* step_id or task_id: index */
	const char *id;
	bool keep_going;
	int64_t refused;
};

static void refuse(struct call *c, struct batch *b, struct node *node, const char *why)
{
	node->item->error = why;
	fail_forget(c);
	b->refused++;
}

/* What the task says, checked against its operation. */
static void check(struct call *c, struct batch *b, struct node *node)
{
	const char *name;

	if (node->item->error) {
		b->refused++;
		return;
	}
	if (field_bind(c, batch_task_fields, node->item->task, false, &node->row) ||
		submission_ask(c, &node->row.s, &node->ask)) {
		refuse(c, b, node, c->why);
		return;
	}
	name = node->row.step_id ? node->row.step_id : node->row.s.task_id;
	if (name && json_object_get(b->names, name))
		refuse(c, b, node, arena_printf(&c->arena, "%s stands twice in the batch", name));
	else if (name)
		json_object_set_new(b->names, name, json_integer(node - b->nodes));
}

static struct node *named(const struct batch *b, const char *name)
{
	json_t *at = json_object_get(b->names, name);

	return at ? &b->nodes[json_integer_value(at)] : NULL;
}

static void link_needs(struct call *c, struct batch *b, struct node *node)
{
	for (const char *const *need = node->ask.needs; need && *need; need++) {
		struct node *other = named(b, *need);
		struct follower *f;

		if (!other)
			continue;
		f = ARENA_NEW(&c->arena, struct follower, 1);
		*f = (struct follower){node, other->followers};
		other->followers = f;
		node->waits++;
	}
}

/* Kahn's order: each task behind those of the batch that it needs. What is left needs itself. */
static void put_in_order(struct call *c, struct batch *b)
{
	b->order = ARENA_NEW(&c->arena, struct node *, b->n);
	for (size_t i = 0; i < b->n; i++)
		if (!b->nodes[i].item->error)
			link_needs(c, b, &b->nodes[i]);
	for (size_t i = 0; i < b->n; i++)
		if (!b->nodes[i].waits)
			b->order[b->ordered++] = &b->nodes[i];
	for (size_t i = 0; i < b->ordered; i++) {
		b->order[i]->placed = true;
		for (struct follower *f = b->order[i]->followers; f; f = f->next)
			if (!--f->node->waits)
				b->order[b->ordered++] = f->node;
	}
	for (size_t i = 0; i < b->n; i++)
		if (!b->nodes[i].placed)
			refuse(c, b, &b->nodes[i], "it needs itself, through the tasks it "
				"depends on");
}

/* Names of the batch as the ids that these tasks got. */
static enum fail resolve_needs(struct call *c, const struct batch *b, struct node *node)
{
	size_t count = 0;
	const char **ids;

	while (node->ask.needs && node->ask.needs[count])
		count++;
	ids = ARENA_NEW(&c->arena, const char *, count + 1);
	for (size_t i = 0; i < count; i++) {
		const struct node *other = named(b, node->ask.needs[i]);

		if (other && !other->id)
			return fail(c, FAIL_INPUT, "it needs %s, which was refused",
				node->ask.needs[i]);
		ids[i] = other ? other->id : node->ask.needs[i];
	}
	node->ask.needs = ids;
	return FAIL_NONE;
}

static enum fail put_one(struct call *c, struct batch *b, struct node *node)
{
	struct task t;

	TRY(resolve_needs(c, b, node));
	node->ask.parent = b->id;
	TRY(submission_fits(c, &node->ask));
	TRY(task_put(c, &node->ask, &t, NULL));
	node->id = t.id;
	return FAIL_NONE;
}

/* Whether F is the fault of the task rather than of the store. */
static bool own_fault(enum fail f)
{
	return f == FAIL_INPUT || f == FAIL_USAGE || f == FAIL_MISSING || f == FAIL_CONFLICT ||
	       f == FAIL_REUSED || f == FAIL_LIMIT;
}

static enum fail put_all(struct call *c, struct batch *b, int64_t *put)
{
	*put = 0;
	for (size_t i = 0; i < b->ordered; i++) {
		struct node *node = b->order[i];
		enum fail f;

		if (node->item->error)
			continue;
		f = put_one(c, b, node);
		if (f != FAIL_NONE && !own_fault(f))
			return f;
		if (f != FAIL_NONE)
			refuse(c, b, node, c->why);
		else
			++*put;
	}
	if (b->refused && (!b->keep_going || !*put))
		return FAIL_INPUT;
	return store_run(c, SQL("insert into batch (id, created_at, tasks) values ($1, $2, $3)"),
		PARAMS(b->id, clock_now_ms(), *put), NULL);
}

#define TOLD_MAX 20

/* Those that were left out, one by one, to whoever sees no reply as a whole. */
static void tell_left_out(struct call *c, const struct batch *b)
{
	int64_t told = 0;

	for (size_t i = 0; i < b->n && told < TOLD_MAX; i++)
		if (b->nodes[i].item->error) {
			call_warn(c, "line %lld was left out: %s",
				(long long)b->nodes[i].item->line, b->nodes[i].item->error);
			told++;
		}
	if (told < b->refused)
		call_warn(c, "and %lld more", (long long)(b->refused - told));
}

static json_t *errors_of(struct call *c, const struct batch *b)
{
	json_t *errors = json_keep(c, json_array());

	for (size_t i = 0; i < b->n && json_array_size(errors) < ERRORS_MAX; i++)
		if (b->nodes[i].item->error)
			json_array_append_new(errors, json_pack("{s:I,s:o}", "line",
				(json_int_t)b->nodes[i].item->line, "message",
				json_lossy(c, b->nodes[i].item->error)));
	return errors;
}

/* All faults in one text: whoever wrote the batch corrects them in one go. */
static enum fail refuse_all(struct call *c, const struct batch *b)
{
	struct buf text = buf_in(&c->arena);
	size_t shown = 0;

	for (size_t i = 0; i < b->n && shown < TOLD_MAX; i++)
		if (b->nodes[i].item->error) {
			buf_addf(&text, "%sline %lld: %s", shown++ ? "; " : "",
				(long long)b->nodes[i].item->line, b->nodes[i].item->error);
		}
	if ((int64_t)shown < b->refused)
		buf_addf(&text, "; and %lld more", (long long)(b->refused - (int64_t)shown));
	return fail(c, FAIL_INPUT, "nothing was submitted: %s", text.data);
}

static enum fail submit(struct call *c, struct batch_item *items, size_t n, bool keep_going,
	struct batch_made *out)
{
	struct batch b = {.nodes = ARENA_NEW(&c->arena, struct node, n), .n = n,
		.names = json_keep(c, json_object()), .id = id_new(&c->arena),
		.keep_going = keep_going};
	const char **ids = ARENA_NEW(&c->arena, const char *, n + 1);
	int64_t put = 0;
	enum fail f = FAIL_NONE;

	for (size_t i = 0; i < n; i++) {
		b.nodes[i].item = &items[i];
		check(c, &b, &b.nodes[i]);
	}
	put_in_order(c, &b);
	if (b.refused && !keep_going)
		return refuse_all(c, &b);
	if (!c->dry_run) {
		TRY(store_begin(c));
		f = store_end(c, put_all(c, &b, &put));
	}
	if (f == FAIL_INPUT && b.refused)
		return refuse_all(c, &b);
	TRY(f);
	tell_left_out(c, &b);
	for (size_t i = 0, at = 0; i < n; i++)
		if (b.nodes[i].id)
			ids[at++] = b.nodes[i].id;
	*out = (struct batch_made){.id = put ? b.id : NULL, .submitted = put,
		.errors = errors_of(c, &b), .ids = ids};
	return FAIL_NONE;
}

enum fail batch_put(struct call *c, json_t *tasks, bool keep_going, struct batch_made *out)
{
	struct batch_item *items;
	size_t n;

	TRY(batch_elements(c, tasks, &items, &n));
	return submit(c, items, n, keep_going, out);
}

enum fail batch_text(struct call *c, const char *text, bool keep_going, struct batch_made *out)
{
	struct batch_item *items;
	size_t n;

	TRY(batch_items(c, text, strlen(text), &items, &n));
	return submit(c, items, n, keep_going, out);
}

enum fail batch_read(struct call *c, const struct path *from, bool keep_going,
	struct batch_made *out)
{
	const char *path = from->text;
	struct file file;
	char *text;
	size_t len;

	if (from->kind == PATH_URL)
		return fail(c, FAIL_USAGE, "batch: a file or - is needed, not a URL");
	if (from->kind == PATH_FILE_ID) {
		TRY(file_find(c, from->text, &file));
		path = file.path;
	}
	TRY(file_read(c, path, BATCH_BYTES, &text, &len));
	if (strlen(text) != len)
		return fail(c, FAIL_INPUT, "the batch is not UTF-8 text");
	return batch_text(c, text, keep_going, out);
}
