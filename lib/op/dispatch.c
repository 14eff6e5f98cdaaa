/* Dispatch: the gate between a face and an operation. */
#include <string.h>
#include <sys/stat.h>

#include "lib/base/clock.h"
#include "lib/config/config.h"
#include "lib/model/task.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

#define FILES_MAX 16
#define WARNINGS_MAX 63
#define LOOK_EVERY_MS 500

/* What belongs to one call of an operation. */
struct op_call {
	const struct op *op;
	const struct op_sink *sink;
	void *to;
	json_t *given;   /* the arguments that came from the caller */
	json_t *replies; /* where they are kept: with a task, or under an idempotency key */
	bool held;       /* the caller gets them when the transaction is committed */
	bool as_text;    /* its one reply goes out as it is written, and nobody reads it here */
	const char *text;
	struct policy_ask ask;
	json_t *args;    /* these with those that the configuration gives */
	void *bound;
	enum fail lame;  /* why nothing can be called here, */
	enum fail unfit; /* or this not with such arguments; */
	const char *why; /* and in words */
	struct file *files; /* NULL until there is one: most calls make none */
	size_t files_count;

	/* While a task runs: where its progress goes besides the caller. */
	struct call *call;
	const struct task_run *run;
	const char *stage;
	int64_t look_at_boot_ms; /* when to look again whether somebody cancelled it */
	void (*progress)(void *to, double done, double total, const char *stage, const char *text);
	void (*warn)(void *to, const char *text);
	void *talk_to;
	const char **warnings; /* as files */
	size_t warnings_count;
};

/* Arguments that were not given take their value from the configuration: *ARGS is then another
 * object. */
static enum fail add_settings(struct call *c, const struct op *op, json_t **args)
{
	const json_t *given = *args;

	for (const struct field *f = op->args; f->name; f++) {
		const char *value, *where;
		json_t *j = NULL;
		enum fail failed;

		if (!f->setting || json_object_get(given, f->name))
			continue;
		TRY(config_get(c, f->setting, &value, NULL, &where));
		if (!value)
			continue;
		failed = field_from_text(c, f, value, &j);
		if (failed != FAIL_NONE) {
			fail_context(c, "setting %s (%s)", f->setting, where);
			return FAIL_CONFIG;
		}
		if (*args == given)
			*args = json_keep(c, json_copy(*args));
		json_object_set_new(*args, f->name, j);
	}
	return FAIL_NONE;
}

/* A person who asks another process how far a task is sees its stages; more than one write a stage
 * would cost the disk more than it tells. */
static void note_progress(void *to, double done, double total, const char *stage, const char *text)
{
	struct op_call *o = to;
	struct call *c = o->call;
	enum fail f;
	bool same;

	if (o->progress)
		o->progress(o->talk_to, done, total, stage, text);
	same = o->stage && !strcmp(o->stage, stage);
	if (!o->run || (same && clock_boot_ms() < o->look_at_boot_ms))
		return;
	o->look_at_boot_ms = clock_boot_ms() + LOOK_EVERY_MS;
	if (!same)
		o->stage = arena_strdup(&c->arena, stage);
	f = same ? task_check(c, o->run)
		 : task_progress(c, o->run, total > 0 ? done / total : 0, stage);
	if (f != FAIL_NONE)
		fail_forget(c);
	/* In the shell the flag belongs to this one call. */
	if (f == FAIL_INTERRUPTED && c->channel == CHANNEL_SHELL && c->cancelled)
		*c->cancelled = 1;
}

static const char **warnings_of(struct op_call *o)
{
	if (!o->warnings)
		o->warnings = ARENA_NEW(&o->call->arena, const char *, WARNINGS_MAX + 1);
	return o->warnings;
}

static void note_warning(void *to, const char *text)
{
	struct op_call *o = to;

	if (o->warnings_count < WARNINGS_MAX)
		warnings_of(o)[o->warnings_count++] = text;
	if (o->warn)
		o->warn(o->talk_to, text);
}

static void listen(struct call *c, struct op_call *o)
{
	o->call = c;
	o->progress = c->progress;
	o->warn = c->warn;
	o->talk_to = c->talk_to;
	c->progress = note_progress;
	c->warn = note_warning;
	c->talk_to = o;
}

static void unlisten(struct call *c, const struct op_call *o)
{
	c->progress = o->progress;
	c->warn = o->warn;
	c->talk_to = o->talk_to;
}

static enum fail run_long(struct call *c, const struct op *op, json_t *args, const void *bound)
{
	struct op_call *o = c->op_call;
	TASK_RUN_AUTO run = TASK_RUN_NONE;
	enum fail f, ended;

	TRY(store_open(c));
	TRY(task_reap(c, NULL));
	TRY(task_begin(c, op->name, json_text(c, args, false), &run));
	o->run = &run;
	f = op->run(c, bound);
	o->run = NULL;
	ended = task_end(c, &run, f, c->why,
		f == FAIL_NONE ? json_text(c, op_result(c, op, o->replies), false) : NULL, o->files,
		o->files_count);
	return f != FAIL_NONE ? f : ended;
}

static enum fail record_files(struct call *c, struct op_call *o)
{
	if (o->sink->made)
		return o->sink->made(o->to, c, o->files, o->files_count);
	if (o->files_count)
		TRY(store_open(c));
	for (size_t i = 0; i < o->files_count; i++)
		TRY(file_record(c, &o->files[i]));
	return FAIL_NONE;
}

static enum fail configure(struct call *c, const struct op *op)
{
	enum fail f = config_get(c, "store.path", &c->store_path, NULL, NULL);

	if (f == FAIL_NONE || !(op->flags & OP_ANYHOW))
		return f;
	fail_forget(c);
	return FAIL_NONE;
}

/* An idempotency key may also stand among the arguments, for clients that cannot send it beside
 * them. */
static void take_key(struct call *c, const struct op *op, json_t *args)
{
	const char *key;

	if (op->effect == EFFECT_READ || field_find(op->args, "idempotency_key"))
		return;
	key = json_member_text(args, "idempotency_key", NULL);
	if (!key)
		return;
	if (!c->idempotency_key)
		c->idempotency_key = arena_strdup(&c->arena, key);
	json_object_del(args, "idempotency_key");
}

/* Before what takes something away the user of an assistant is asked, where it has one that can be;
 * before the transaction of the call is opened, since an answer may take its time. */
static enum fail confirm(struct call *c, const struct op_call *o)
{
	const struct op *op = o->op;
	json_t *answer, *form, *yes;
	enum fail f;

	if (!(op->flags & OP_ASK) || !o->sink->ask || c->dry_run)
		return FAIL_NONE;
	form = json_pack("{s:s,s:s,s:{s:s,s:{s:{s:s,s:s,s:s,s:b}},s:[s]}}", "mode", "form", "message",
		arena_printf(&c->arena, "trae %s: %s. %s", op->name, op->summary,
			json_text(c, o->given, false)),
		"requestedSchema", "type", "object", "properties", OP_CONFIRM, "type", "boolean",
		"title", "Go on", "description", "Do it", "default", 0, "required", OP_CONFIRM);
	f = o->sink->ask(o->to, c, OP_CONFIRM, "elicitation/create", form, &answer);
	if (f == FAIL_DENIED) {
		fail_forget(c);
		return fail(c, FAIL_DENIED, "%s is asked about first, and this client cannot ask: the "
			"owner can run `trae %s` in a shell", op->name, op->name);
	}
	TRY(f);
	yes = json_object_get(json_object_get(answer, "content"), OP_CONFIRM);
	if (strcmp(json_member_text(answer, "action", ""), "accept") || !json_is_true(yes))
		return fail(c, FAIL_DENIED, "the user did not agree: nothing was done");
	return FAIL_NONE;
}

/* The gate: every call passes these steps in this order, whoever makes it; op_dispatch() takes the
 * last, the record, however they end. */
static enum fail gate(struct call *c, struct op_call *o)
{
	struct policy_ask *ask = &o->ask;

	TRY(policy_who(c, ask));
	TRY(policy_effect(c, ask));
	TRY(policy_dry_run(c, ask));
	TRY(confirm(c, o));
	TRY(policy_key(c, ask));
	return policy_rate(c, ask);
}

static struct policy_ask ask_of(struct call *c, const struct op *op, const struct op_call *o)
{
	struct policy_ask ask = {.operation = op->name, .effect = op->effect,
		.shell_only = op->flags & OP_SHELL, .http_only = op->flags & OP_PROTOCOL,
		.shows = op->flags & OP_DRY, .atomic = op->flags & OP_QUICK, .lock = -1,
		.open = (op->flags & OP_OPEN) || ((op->flags & OP_NEAR) && c->near),
		.args = o->given};

	for (const struct field *f = op->args; f->name; f++) {
		if (!f->secret || !json_object_get(ask.args, f->name))
			continue;
		if (ask.args == o->given)
			ask.args = json_keep(c, json_copy(o->given));
		json_object_del(ask.args, f->name);
	}
	for (const struct field *f = op->reply; f && f->name; f++)
		ask.secret |= f->secret;
	return ask;
}

static enum fail run(struct call *c, struct op_call *o)
{
	const struct op *op = o->op;
	enum fail f;

	if (op->lacks)
		return fail(c, FAIL_CONFIG, "%s", op->lacks);
	if (o->unfit != FAIL_NONE) {
		c->why = o->why;
		return o->unfit;
	}
	c->op_call = o;
	listen(c, o);
	if ((op->flags & OP_LONG) && !c->dry_run && !o->sink->made) {
		f = run_long(c, op, o->args, o->bound);
	} else {
		f = op->run(c, o->bound);
		if (f == FAIL_NONE)
			f = record_files(c, o);
	}
	unlisten(c, o);
	c->op_call = NULL;
	return f;
}

/* Gives the replies that were kept: those held back until the commit, or those of an earlier
 * call. */
static enum fail give(struct call *c, const struct op_call *o)
{
	json_t *replies = o->ask.replies ? o->ask.replies : o->replies;
	json_t *reply;
	size_t i;

	if (o->text)
		return o->sink->text(o->to, c, o->text);
	c->replayed = o->ask.replies != NULL;
	json_array_foreach(replies, i, reply) {
		if (o->ask.deduplicated)
			json_object_set_new(reply, "deduplicated", json_true());
		TRY(o->sink->reply(o->to, c, reply));
	}
	return FAIL_NONE;
}

static bool same_file(const struct path *a, const struct path *b)
{
	struct stat x, y;

	return a->kind == PATH_LOCAL && b->kind == PATH_LOCAL && !stat(a->text, &x) &&
		!stat(b->text, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* What is read is not written over. */
static enum fail check_output(struct call *c, const struct op_call *o, const struct field *output)
{
	const char *args = o->bound;
	const struct path *out = (const void *)(args + output->offset);

	for (const struct field *f = o->op->args; f->name; f++) {
		const struct path *in = (const void *)(args + f->offset);

		if (f == output || (f->type != FIELD_PATH && f->type != FIELD_PATHS))
			continue;
		if (f->type == FIELD_PATHS)
			in = *(const struct path *const *)(const void *)in;
		for (; in && in->kind != PATH_NONE; in = f->type == FIELD_PATHS ? in + 1 : NULL)
			if (same_file(out, in))
				return fail(c, FAIL_USAGE, "%s and %s are one file: %s", output->name,
					f->name, in->text);
	}
	return FAIL_NONE;
}

static enum fail bind(struct call *c, struct op_call *o)
{
	TRY(add_settings(c, o->op, &o->args));
	TRY(field_bind(c, o->op->args, o->args, false, o->bound));
	for (const struct field *f = o->op->args; f->name; f++)
		if (f->output)
			TRY(check_output(c, o, f));
	return FAIL_NONE;
}

struct op_call *op_prepare(struct call *c, const struct op *op, json_t *args,
	const struct op_sink *sink, void *to)
{
	struct op_call *o = ARENA_NEW(&c->arena, struct op_call, 1);

	take_key(c, op, args);
	*o = (struct op_call){.op = op, .sink = sink, .to = to, .args = args, .given = args,
		.bound = arena_alloc(&c->arena, 1, op->args_size)};
	o->ask = ask_of(c, op, o);
	policy_look(c, &o->ask);
	o->lame = configure(c, op);
	/* Said behind the gate: of what the caller may not do nothing else is told. */
	if (o->lame == FAIL_NONE)
		o->unfit = bind(c, o);
	o->why = c->why;
	fail_forget(c);
	return o;
}

enum fail op_perform(struct call *c, const struct op_call *prepared)
{
	struct op_call o = *prepared;
	enum fail f;

	if (o.lame != FAIL_NONE) {
		c->why = o.why;
		return o.lame;
	}
	f = gate(c, &o);
	o.held = o.ask.opened;
	o.as_text = o.sink->text && !o.ask.key && !(o.op->flags & OP_LONG);
	if (o.ask.key || (o.op->flags & OP_LONG) || o.held)
		o.replies = json_keep(c, json_array());
	if (f == FAIL_NONE && !o.ask.replies && !(o.sink->again && o.sink->again(o.to, c)))
		f = run(c, &o);
	TRY(policy_audit(c, &o.ask, f, o.replies));
	return o.held || o.ask.replies ? give(c, &o) : FAIL_NONE;
}

enum fail op_dispatch(struct call *c, const struct op *op, json_t *args, const struct op_sink *sink,
	void *to)
{
	return op_perform(c, op_prepare(c, op, args, sink, to));
}

bool op_allowed(struct call *c, const struct op *op)
{
	bool may = policy_allow(c, op->effect, op->name) == FAIL_NONE;

	fail_forget(c);
	return may;
}

enum fail op_emit(struct call *c, const void *reply)
{
	struct op_call *o = c->op_call;
	JSON_AUTO j = NULL;

	if (o->as_text && o->text)
		return FAIL_NONE;
	if (o->as_text) {
		o->text = op_reply_text(c, o->op, reply);
		return o->held ? FAIL_NONE : o->sink->text(o->to, c, o->text);
	}
	j = field_emit(c, o->op->reply, reply);
	op_hide_places(c, o->op, j);
	if (o->replies)
		json_array_append(o->replies, j);
	return o->held ? FAIL_NONE : o->sink->reply(o->to, c, j);
}

void op_beside(struct call *c, const void *members)
{
	c->beside = json_keep(c, field_emit(c, c->op_call->op->beside, members));
}

enum fail op_data(struct call *c, const struct file *file)
{
	struct op_call *o = c->op_call;

	if (!o->sink->data)
		return fail(c, FAIL_USAGE, "this channel has no standard output");
	return o->sink->data(o->to, c, file);
}

enum fail op_ask(struct call *c, const char *key, const char *method, json_t *params,
	json_t **answer)
{
	struct op_call *o = c->op_call;

	if (o->sink->ask)
		return o->sink->ask(o->to, c, key, method, params, answer);
	json_decref(params);
	return fail(c, FAIL_DENIED, "nobody can be asked here");
}

bool op_given(struct call *c, const char *name)
{
	return json_object_get(c->op_call->given, name) != NULL;
}

void op_made(struct call *c, const struct file *file)
{
	struct op_call *o = c->op_call;

	if (!o->files)
		o->files = ARENA_NEW(&c->arena, struct file, FILES_MAX);
	if (o->files_count == FILES_MAX)
		return;
	o->files[o->files_count] = *file;
	o->files[o->files_count++].operation = o->op->name;
}

const char *const *op_warnings(struct call *c)
{
	return warnings_of(c->op_call);
}
