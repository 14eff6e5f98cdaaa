/* Counters: numbers that status shows, kept in the transaction of each change and never counted. */
#include "lib/model/counter.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "lib/store/store.h"

static const struct {
	const char *name;
	size_t offset;
} rows[] = {
	{"files", offsetof(struct counters, files)},
	{"file_bytes", offsetof(struct counters, file_bytes)},
	{"task_running", offsetof(struct counters, tasks_running)},
	{"task_completed", offsetof(struct counters, tasks_completed)},
	{"task_failed", offsetof(struct counters, tasks_failed)},
	{"task_interrupted", offsetof(struct counters, tasks_interrupted)},
	{"task_pending", offsetof(struct counters, tasks_pending)},
	{"task_scheduled", offsetof(struct counters, tasks_scheduled)},
	{"task_blocked", offsetof(struct counters, tasks_blocked)},
	{"task_retrying", offsetof(struct counters, tasks_retrying)},
	{"task_paused", offsetof(struct counters, tasks_paused)},
	{"task_approval_pending", offsetof(struct counters, tasks_approval_pending)},
	{"task_dead_letter", offsetof(struct counters, tasks_dead_letter)},
	{"task_cancelled", offsetof(struct counters, tasks_cancelled)},
	{"callback_pending", offsetof(struct counters, callbacks_pending)},
	{"callback_delivered", offsetof(struct counters, callbacks_delivered)},
	{"callback_failed", offsetof(struct counters, callbacks_failed)},
};

enum fail counters_read(struct call *c, struct counters *out)
{
	struct counters got = {0};
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select name, n from counter"), NO_PARAMS, &q));
	while (query_next(c, &q, &f)) {
		const char *name = query_text(c, &q, 0);

		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
			if (!strcmp(name, rows[i].name))
				*(int64_t *)(void *)((char *)&got + rows[i].offset) =
					query_int(&q, 1);
	}
	TRY(f);
	*out = got;
	return FAIL_NONE;
}

struct tally {
	int64_t n[sizeof rows / sizeof *rows];
};

void counters_hold(struct call *c)
{
	c->tally = ARENA_NEW(&c->arena, struct tally, 1);
}

enum fail counters_write(struct call *c, enum fail f)
{
	const struct tally *t = c->tally;

	c->tally = NULL;
	for (size_t i = 0; !f && i < sizeof rows / sizeof *rows; i++)
		if (t->n[i])
			f = counter_add(c, rows[i].name, t->n[i]);
	return f;
}

int64_t counter_held(const struct call *c, const char *name)
{
	for (size_t i = 0; c->tally && i < sizeof rows / sizeof *rows; i++)
		if (!strcmp(rows[i].name, name))
			return c->tally->n[i];
	return 0;
}

static bool keep_back(struct call *c, const char *name, int64_t n)
{
	for (size_t i = 0; c->tally && i < sizeof rows / sizeof *rows; i++)
		if (!strcmp(rows[i].name, name)) {
			c->tally->n[i] += n;
			store_keep_back(c);
			return true;
		}
	return false;
}

enum fail counter_add(struct call *c, const char *name, int64_t n)
{
	if (keep_back(c, name, n))
		return FAIL_NONE;
	return store_run(c, SQL("insert into counter (name, n) values ($1, $2)"
		" on conflict (name) do update set n = counter.n + excluded.n"),
		PARAMS(name, n), NULL);
}
