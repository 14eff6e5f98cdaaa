/* Workers: processes that run tasks for a pool, one after the other. */
#include "lib/work/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/config/config.h"
#include "lib/os/env.h"
#include "lib/os/file.h"
#include "lib/os/spent.h"
#include "lib/policy/policy.h"
#include "lib/secret/secret.h"
#include "lib/store/store.h"

/* Progress is told at most this often, and with each new stage. */
#define TELL_EVERY_MS 500

static volatile sig_atomic_t stopped;

struct work {
	struct call *call;
	const char *id;
	int to;               /* the pool */
	json_t *replies, *files;
	int64_t told_ms;
	const char *stage;
};

static void on_term(int number)
{
	(void)number;
	stopped = 1;
}

static enum fail tell(struct work *w, json_t *message)
{
	struct call *c = w->call;
	const char *line;

	json_object_set_new(message, "id", json_string(w->id));
	line = arena_printf(&c->arena, "%s\n", json_text(c, message, false));
	return file_write_all(c, w->to, "the pool", line, strlen(line));
}

static void on_progress(void *to, double done, double total, const char *stage, const char *text)
{
	struct work *w = to;
	int64_t now = clock_boot_ms();
	bool same = w->stage && !strcmp(w->stage, stage);

	(void)text;
	if (same && now - w->told_ms < TELL_EVERY_MS)
		return;
	JSON_AUTO message = json_pack("{s:f,s:s}", "progress", total > 0 ? done / total : 0.0,
		"stage", stage);
	w->told_ms = now;
	w->stage = same ? w->stage : arena_strdup(&w->call->arena, stage);
	if (tell(w, message) != FAIL_NONE)
		fail_forget(w->call);
}

static enum fail on_reply(void *to, struct call *c, json_t *reply)
{
	struct work *w = to;

	(void)c;
	json_array_append(w->replies, reply);
	return FAIL_NONE;
}

static enum fail on_made(void *to, struct call *c, const struct file *files, size_t n)
{
	struct work *w = to;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(w->files, json_pack("{s:o,s:s,s:s,s:s?,s:s,s:s?,s:I}", "path",
			json_lossy(c, files[i].path), "media_type", files[i].media_type, "sha256",
			files[i].sha256, "md5", files[i].md5, "operation", files[i].operation, "metadata",
			files[i].metadata, "bytes", (json_int_t)files[i].bytes));
	return FAIL_NONE;
}

static const struct op_sink sink = {.reply = on_reply, .made = on_made};

/* The task runs with the rights of whoever put it. */
static enum fail become(struct call *c, const json_t *task)
{
	const char *folder = json_member_text(task, "folder", "/");
	const char *caller = json_member_text(task, "caller", CALLER_OWNER);
	const char *channel = json_member_text(task, "channel", "queue");

	c->channel = strcmp(channel, "shell") ? CHANNEL_QUEUE : CHANNEL_SHELL;
	c->of_task = true;
	c->traceparent = json_member_text(task, "traceparent", NULL);
	if (chdir(folder))
		return fail_errno(c, errno, "cannot work in %s", folder);
	TRY(config_load(c));
	TRY(config_get(c, "store.path", &c->store_path, NULL, NULL));
	return caller_from_id(c, caller, &c->caller);
}

static enum fail perform(struct work *w, const json_t *task, const struct op **op)
{
	const char *name = json_member_text(task, "operation", "");
	const char *arguments = json_member_text(task, "arguments", "");
	struct call *c = w->call;
	json_t *args;

	*op = op_find(name);
	if (!*op)
		return fail(c, FAIL_CONFIG, "this version has no operation %s", name);
	TRY(become(c, task));
	TRY(json_parse(c, arguments, strlen(arguments), &args));
	return op_dispatch(c, *op, json_keep(c, args), &sink, w);
}

/* The store of the task before serves the next one too, where it is the same: opening it takes
 * longer than many a task. */
static void lend_store(struct call *home, struct call *c)
{
	if (config_load(c) || config_get(c, "store.path", &c->store_path, NULL, NULL)) {
		fail_forget(c);
		return;
	}
	if (home->store && strcmp(store_path(home), store_path(c)))
		call_release(home);
	if (!home->store) {
		home->store_path = arena_strdup(&home->arena, store_path(c));
		if (store_open(home) != FAIL_NONE) {
			call_release(home);
			return;
		}
	}
	c->store = home->store;
}

static void take_store_back(struct call *home, struct call *c)
{
	if (c->store == home->store)
		c->store = NULL;
	else
		home->store = NULL; /* the task closed or replaced it */
}

static enum fail run(struct call *home, const char *line, size_t len, int to)
{
	struct call call = {.channel = CHANNEL_QUEUE, .cancelled = &stopped,
		.progress = on_progress};
	struct work w = {.call = &call, .to = to};
	int64_t began_us = clock_boot_us();
	struct spent spent = spent_begin();
	const struct op *op = NULL;
	json_t *task;
	enum fail f = json_parse(&call, line, len, &task);

	if (f == FAIL_NONE) {
		json_keep(&call, task);
		w.id = json_member_text(task, "id", "");
		w.replies = json_keep(&call, json_array());
		w.files = json_keep(&call, json_array());
		call.talk_to = &w;
		lend_store(home, &call);
		f = perform(&w, task, &op);
		take_store_back(home, &call);
		spent = spent_since(spent);
		JSON_AUTO message = json_pack("{s:i,s:o,s:O,s:f,s:I,s:I}", "end", (int)f, "why",
			f == FAIL_NONE ? json_null() : json_lossy(&call, call.why), "files",
			w.files, "ms", (double)(clock_boot_us() - began_us) / 1000,
			"cpu_ms", (json_int_t)spent.cpu_ms, "memory_bytes",
			(json_int_t)spent.memory_bytes);
		if (f == FAIL_NONE)
			json_object_set(message, "result", op_result(&call, op, w.replies));
		f = tell(&w, message);
	}
	call_release(&call);
	return f;
}

int worker_main(void)
{
	struct sigaction on = {.sa_handler = on_term};
	int from = fcntl(0, F_DUPFD_CLOEXEC, 3), to = fcntl(1, F_DUPFD_CLOEXEC, 3);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct call home = {.channel = CHANNEL_QUEUE};
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	FILE *in;

	/* What an operation reads or prints is not meant for the pool. */
	if (from < 0 || to < 0 || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		return 71;
	env_scrub();
	spent_begin();
	secret_guard_process();
	sigaction(SIGTERM, &on, NULL);
	signal(SIGPIPE, SIG_IGN);
	in = fdopen(from, "r");
	while (in && !stopped && (len = getline(&line, &size, in)) > 0)
		if (run(&home, line, (size_t)len, to) != FAIL_NONE)
			break;
	call_release(&home);
	free(line);
	if (in)
		fclose(in);
	return 0;
}
