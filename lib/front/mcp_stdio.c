/* trae mcp: the Model Context Protocol on standard input and output, one message a line. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/front/runner.h"
#include "lib/mcp/mcp.h"
#include "lib/op/op.h"
#include "lib/policy/policy.h"
#include "lib/work/scope.h"

#define LINE_MAX_BYTES (4 << 20)
#define CALLS_MAX 64
/* After the client closed its side, what is under way has so long to end by itself. */
#define GRACE_MS 5000

struct mcp_args {
	const char *role, *tools;
	const char *const *scopes;
};

struct stdio {
	struct call *c;
	struct mcp *mcp;
	const struct caller *caller;
	struct runner *runner;
	bool two_tools;
	struct mcp_client client;  /* legacy: what initialize agreed on */
	char version[16];

	pthread_mutex_t lock;      /* of all below */
	pthread_cond_t ended;
	struct job *jobs;          /* under way */
	size_t count;
	bool broken;               /* nobody reads any more */
};

/* One message on its way. */
struct job {
	struct stdio *s;
	struct call call;
	struct mcp_exchange x;
	struct mcp_out out;
	volatile sig_atomic_t cancelled;
	struct job *next;
};

static bool write_line(struct stdio *s, const char *text)
{
	bool good;

	pthread_mutex_lock(&s->lock);
	good = !s->broken && fputs(text, stdout) >= 0 && putchar('\n') != EOF && !fflush(stdout);
	s->broken = !good;
	pthread_mutex_unlock(&s->lock);
	return good;
}

static bool send_message(void *to, const char *text)
{
	struct job *j = to;

	return !text || write_line(j->s, text);
}

static bool is_gone(void *to)
{
	struct job *j = to;

	return j->cancelled || j->s->broken;
}

static struct job *make_job(struct stdio *s)
{
	struct job *j = xmalloc(sizeof *j);

	*j = (struct job){.s = s, .call = {.channel = CHANNEL_MCP, .config = s->c->config,
		.store_path = s->c->store_path, .policy = s->c->policy, .caller = s->caller}};
	j->call.cancelled = &j->cancelled;
	j->out = (struct mcp_out){.send = send_message, .gone = is_gone, .to = j};
	j->x = (struct mcp_exchange){.mcp = s->mcp, .call = &j->call, .out = &j->out,
		.client = s->client, .two_tools = s->two_tools};
	return j;
}

static void free_job(struct job *j)
{
	call_release(&j->call);
	free(j);
}

/* A cancelled request is not answered. */
static void answer(struct job *j)
{
	if (j->x.answer && *j->x.answer && !j->cancelled)
		write_line(j->s, j->x.answer);
}

static void *run_job(void *to)
{
	struct job *j = to, **at;
	struct stdio *s = j->s;

	mcp_run(&j->x);
	answer(j);
	pthread_mutex_lock(&s->lock);
	for (at = &s->jobs; *at != j; at = &(*at)->next)
		;
	*at = j->next;
	s->count--;
	pthread_cond_broadcast(&s->ended);
	pthread_mutex_unlock(&s->lock);
	free_job(j);
	return NULL;
}

/* In a thread of its own; false when there are too many. */
static bool start_job(struct job *j)
{
	struct stdio *s = j->s;
	pthread_t thread;
	bool room;

	pthread_mutex_lock(&s->lock);
	room = s->count < CALLS_MAX && !pthread_create(&thread, NULL, run_job, j);
	if (room) {
		pthread_detach(thread);
		j->next = s->jobs;
		s->jobs = j;
		s->count++;
	}
	pthread_mutex_unlock(&s->lock);
	return room;
}

static void cancel(struct stdio *s, const json_t *id)
{
	pthread_mutex_lock(&s->lock);
	for (struct job *j = s->jobs; j; j = j->next)
		if (json_equal(j->x.id, id))
			j->cancelled = j->x.cancelled = 1;
	pthread_mutex_unlock(&s->lock);
}

/* What a client that has no request yet to say it in said with initialize. */
static void keep_client(struct stdio *s, const struct job *j)
{
	if (j->x.kind != MCP_REQUEST || j->x.client.modern || strcmp(j->x.method, "initialize"))
		return;
	snprintf(s->version, sizeof s->version, "%s", j->x.client.version);
	s->client = (struct mcp_client){.version = s->version, .can = j->x.client.can};
}

static void take_line(struct stdio *s, const char *line, size_t len)
{
	struct job *j = make_job(s);

	mcp_read(&j->x, line, len);
	if (!j->x.answer && mcp_cancels(&j->x))
		cancel(s, mcp_cancels(&j->x));
	if (!j->x.answer && !mcp_is_quick(&j->x)) {
		if (start_job(j))
			return;
		mcp_refuse_busy(&j->x);
	}
	mcp_run(&j->x);
	keep_client(s, j);
	answer(j);
	free_job(j);
}

/* The lines of what has come, but for the last, which is not whole yet. */
static void take_lines(struct stdio *s, struct buf *b, bool *skip)
{
	char *start = b->data, *end;

	while ((end = memchr(start, '\n', b->len - (size_t)(start - b->data)))) {
		if (!*skip && end > start)
			take_line(s, start, (size_t)(end - start));
		*skip = false;
		start = end + 1;
	}
	b->len -= (size_t)(start - b->data);
	memmove(b->data, start, b->len);
	if (b->len > LINE_MAX_BYTES) {
		if (!*skip)
			take_line(s, "a line that is too long", 23);
		*skip = true;
		b->len = 0;
	}
}

static enum fail read_all(struct stdio *s)
{
	struct call own = {0};
	struct buf b = buf_in(&own.arena);
	bool skip = false;
	ssize_t n = 1;

	while (n > 0 && call_check(s->c) == FAIL_NONE && !s->broken) {
		char *room = buf_room(&b, 65536);

		n = read(STDIN_FILENO, room, 65536);
		if (n > 0) {
			b.len += (size_t)n;
			take_lines(s, &b, &skip);
		}
	}
	if (b.len && !skip)
		take_line(s, b.data, b.len);
	call_release(&own);
	return n < 0 && errno != EINTR ? fail_errno(s->c, errno, "standard input") : FAIL_NONE;
}

/* Waits for what is under way: all waiting ends at once, then work that lasts is stopped. */
static void finish(struct stdio *s)
{
	int64_t until = clock_now_ms() + GRACE_MS;
	struct timespec at = {.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};
	int late = 0;

	mcp_close(s->mcp);
	pthread_mutex_lock(&s->lock);
	while (s->count && !late)
		late = pthread_cond_timedwait(&s->ended, &s->lock, &at);
	for (struct job *j = s->jobs; j; j = j->next)
		j->cancelled = 1;
	while (s->count)
		pthread_cond_wait(&s->ended, &s->lock);
	pthread_mutex_unlock(&s->lock);
}

static void queued(void *to)
{
	runner_wake(((struct stdio *)to)->runner);
}

static enum fail run(struct call *c, const void *data)
{
	const struct mcp_args *args = data;
	const char *scopes;
	struct stdio s = {.c = c, .two_tools = !strcmp(args->tools, "two"),
		.lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};
	enum fail f;

	policy_of(c);
	TRY(scope_words(c, args->scopes, &scopes));
	TRY(caller_of_assistant(c, role_of(args->role), scopes, &s.caller));
	TRY(mcp_start(c, &s.mcp));
	TRY(runner_make(c, &s.runner));
	mcp_on_task(s.mcp, queued, &s);
	f = read_all(&s);
	finish(&s);
	runner_end(s.runner);
	mcp_free(s.mcp);
	if (policy_flush(c, true) != FAIL_NONE)
		fail_forget(c);
	return f;
}

const struct op op_mcp = {
	.name = "mcp",
	.effect = EFFECT_WRITE,
	.flags = OP_SHELL | OP_NOW,
	.summary = "Serve an assistant on standard input and output",
	.about = "Speaks the Model Context Protocol, for a program that starts this one: Claude, "
		"VS Code, a tunnel. What it may is set here and not by it. Tasks run here when no "
		"server or worker does. Ends when its input does.",
	.example = "trae mcp --role viewer",
	OP_ARGS(struct mcp_args,
		FIELD(struct mcp_args, role, "What the assistant may: look, or also write",
			.initial = "operator", .oneof = ONEOF("viewer", "operator")),
		FIELD(struct mcp_args, scopes,
			"Only these operations, or nouns such as task"),
		FIELD(struct mcp_args, tools, "Every tool, or two that find and call the others",
			.initial = "all", .oneof = ONEOF("all", "two"))),
	OP_NO_REPLY,
	.run = run,
};
