/* A slot of the pool: one worker process and the tasks it was given. */
#include "lib/work/slot.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/work/worker.h"

struct job *job_new(const struct task *t)
{
	struct job *job = xmalloc(sizeof *job);
	struct call own = {0};
	JSON_AUTO line = json_pack("{s:s,s:s,s:s,s:s,s:s?,s:s?,s:s?}", "id", t->id, "operation",
		t->operation, "arguments", t->arguments, "channel", t->channel, "folder", t->folder,
		"caller", t->caller, "traceparent", t->traceparent);

	*job = (struct job){.attempt = t->attempt, .timeout_ms = t->timeout_s * 1000};
	job->id = arena_strdup(&job->arena, t->id);
	job->operation = arena_strdup(&job->arena, t->operation);
	job->resource = arena_strdup(&job->arena, t->resource);
	job->line = arena_printf(&job->arena, "%s\n", json_text(&own, line, false));
	call_release(&own);
	return job;
}

void job_free(struct job *job)
{
	json_decref(job->end);
	arena_release(&job->arena);
	free(job);
}

void slot_init(struct slot *s, const char *resource)
{
	*s = (struct slot){.resource = resource, .child = {.in = -1, .out = -1}};
	s->last = &s->first;
	s->said = buf_in(&s->arena);
	s->unsent = buf_in(&s->arena);
}

void slot_release(struct slot *s)
{
	while (s->first) {
		struct job *job = s->first;

		s->first = job->next;
		job_free(job);
	}
	child_stop(&s->child);
	arena_release(&s->arena);
}

/* A worker that is gone leaves nothing half said or half heard behind. */
static void forget_worker(struct slot *s)
{
	child_stop(&s->child);
	s->kill_at_boot_ms = 0;
	arena_release(&s->arena);
	s->said = buf_in(&s->arena);
	s->unsent = buf_in(&s->arena);
}

enum fail slot_give(struct call *c, struct slot *s, struct job *job)
{
	static const char *const argv[] = {"/proc/self/exe", WORKER_WORD, NULL};

	if (s->child.pid <= 0)
		TRY(child_start(c, argv, child_env_whole(c), &s->child));
	job->next = NULL;
	*s->last = job;
	s->last = &job->next;
	if (!s->count++)
		job->began_boot_ms = clock_boot_ms();
	buf_adds(&s->unsent, job->line);
	slot_send(s);
	return FAIL_NONE;
}

void slot_send(struct slot *s)
{
	ssize_t put;

	if (!s->unsent.len || s->child.in < 0)
		return;
	put = write(s->child.in, s->unsent.data, s->unsent.len);
	if (put <= 0)
		return; /* it is full, or the worker is gone, which slot_hear() finds out */
	memmove(s->unsent.data, s->unsent.data + put, s->unsent.len - (size_t)put);
	buf_cut(&s->unsent, s->unsent.len - (size_t)put);
}

static struct job *take_first(struct slot *s)
{
	struct job *job = s->first;

	s->first = job->next;
	if (!s->first)
		s->last = &s->first;
	else
		s->first->began_boot_ms = clock_boot_ms();
	s->count--;
	if (!s->count)
		s->idle_since_boot_ms = clock_boot_ms();
	job->next = NULL;
	return job;
}

static void append(struct job ***list, struct job *job)
{
	**list = job;
	*list = &job->next;
}

static void take_line(struct slot *s, const char *text, size_t len, struct job ***ended)
{
	struct call own = {0};
	struct job *job = s->first;
	json_t *said, *end;

	if (job && json_parse(&own, text, len, &said) == FAIL_NONE) {
		json_keep(&own, said);
		end = json_object_get(said, "end");
		if (strcmp(json_member_text(said, "id", ""), job->id)) {
			kill(s->child.pid, SIGKILL); /* it talks of what nobody asked */
		} else if (json_is_integer(end)) {
			job->end = json_incref(said);
			append(ended, take_first(s));
		} else {
			const char *stage = json_member_text(said, "stage", "");

			job->progress = json_number_value(json_object_get(said, "progress"));
			if (!job->stage || strcmp(job->stage, stage))
				job->stage = arena_strdup(&job->arena, stage);
		}
	}
	call_release(&own);
}

static void take_lines(struct slot *s, struct job ***ended)
{
	char *at = s->said.data, *end = at + s->said.len, *newline;
	size_t left;

	while ((newline = memchr(at, '\n', (size_t)(end - at)))) {
		take_line(s, at, (size_t)(newline - at), ended);
		at = newline + 1;
	}
	left = (size_t)(end - at);
	memmove(s->said.data, at, left);
	buf_cut(&s->said, left);
}

/* The first task is what the worker died of, the others it had not begun. */
static void bury(struct slot *s, struct job ***ended, struct job ***orphans)
{
	int status = 0;

	/* Its pipe is closed, so it is ending or has ended. */
	kill(s->child.pid, SIGKILL);
	for (int i = 0; i < 1000 && !child_ended(&s->child, &status); i++)
		usleep(1000);
	if (s->first) {
		struct job *job = take_first(s);

		if (!job->verdict) {
			job->verdict = FAIL_TASK;
			job->why = arena_printf(&job->arena, status > 128
				? "its worker was killed by signal %d" : "its worker ended with "
					"status %d",
				status > 128 ? status - 128 : status);
		}
		append(ended, job);
	}
	while (s->first)
		append(orphans, take_first(s));
	forget_worker(s);
}

void slot_hear(struct slot *s, struct job ***ended, struct job ***orphans)
{
	while (s->child.out >= 0) {
		ssize_t got = read(s->child.out, buf_room(&s->said, 65536), 65536);

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			bury(s, ended, orphans);
			return;
		}
		s->said.len += (size_t)got;
		s->said.data[s->said.len] = '\0';
		take_lines(s, ended);
	}
}

void slot_stop(struct slot *s, int64_t grace_ms)
{
	if (s->child.pid <= 0 || s->kill_at_boot_ms)
		return;
	kill(s->child.pid, SIGTERM);
	s->kill_at_boot_ms = clock_boot_ms() + grace_ms;
}

void slot_tick(struct slot *s)
{
	if (s->kill_at_boot_ms && s->child.pid > 0 && clock_boot_ms() >= s->kill_at_boot_ms)
		kill(s->child.pid, SIGKILL);
}
