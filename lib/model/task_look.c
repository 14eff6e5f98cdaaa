/* Tasks looked at: one, pages of them, their logs. */
#include <string.h>

#include "lib/model/task_row.h"

#define LOG_MAX 1000

enum fail task_find(struct call *c, const char *id, struct task *out)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select" TASK_COLUMNS "from task where id = $1"), PARAMS(id), &q));
	if (query_next(c, &q, &f)) {
		*out = task_read(c, &q);
		return FAIL_NONE;
	}
	TRY(f);
	return fail(c, FAIL_MISSING, "no task %s", id);
}

/* Reads at most LIMIT rows of Q, and ends it. */
static enum fail read_all(struct call *c, struct query *q, int64_t limit, struct task **out,
	size_t *n)
{
	struct task *rows = ARENA_NEW(&c->arena, struct task, (size_t)limit);
	size_t count = 0;
	enum fail f;

	while (query_next(c, q, &f))
		rows[count++] = task_read(c, q);
	TRY(f);
	*out = rows;
	*n = count;
	return FAIL_NONE;
}

enum fail task_list(struct call *c, int limit, const char *after, const char *state,
	struct task **out, size_t *n)
{
	QUERY_AUTO q;

	if (after)
		TRY(query_start(c, SQL("select" TASK_COLUMNS "from task where"
			" (cast($1 as text) is null or state = $1)"
			" and (created_at, id) < (select created_at, id from task where id = $2)"
			" order by created_at desc, id desc limit $3"),
			PARAMS(state, after, limit), &q));
	else
		TRY(query_start(c, SQL("select" TASK_COLUMNS "from task where"
			" (cast($1 as text) is null or state = $1)"
			" order by created_at desc, id desc limit $2"), PARAMS(state, limit), &q));
	return read_all(c, &q, limit, out, n);
}

/* Each kind of page has its own query, so that an index serves it however many tasks there are. */
#define PAGE_END                                                                                   \
	" and created_at > $2 and created_at < $3 order by created_at desc, id desc"               \
	" limit $4 offset $5"
#define PAGE_COUNT " and created_at > $2 and created_at < $3 limit 10001) as counted"

static enum fail start_page(struct call *c, const struct task_filter *f, int64_t before,
	struct query *q)
{
	int64_t after = f->created_after, limit = f->limit, offset = f->offset;

	if (f->parent)
		return query_start(c, SQL("select" TASK_COLUMNS "from task where parent = $1"
			" and (cast($6 as text) is null or status = $6)"
			" and (cast($7 as text) is null or operation = $7)" PAGE_END),
			PARAMS(f->parent, after, before, limit, offset, f->status,
				f->operation), q);
	if (f->operation)
		return query_start(c, SQL("select" TASK_COLUMNS "from task where operation = $1"
			" and (cast($6 as text) is null or status = $6)" PAGE_END),
			PARAMS(f->operation, after, before, limit, offset, f->status), q);
	if (f->status)
		return query_start(c, SQL("select" TASK_COLUMNS "from task where status = $1"
			PAGE_END), PARAMS(f->status, after, before, limit, offset), q);
	return query_start(c, SQL("select" TASK_COLUMNS "from task where created_at > $1"
		" and created_at < $2 order by created_at desc, id desc limit $3 offset $4"),
		PARAMS(after, before, limit, offset), q);
}

static enum fail count_page(struct call *c, const struct task_filter *f, int64_t before,
	int64_t *out)
{
	int64_t after = f->created_after;
	QUERY_AUTO q;
	enum fail failed;

	if (f->parent)
		TRY(query_start(c, SQL("select count(*) from (select 1 as one from task"
			" where parent = $1 and (cast($4 as text) is null or status = $4)"
			" and (cast($5 as text) is null or operation = $5)" PAGE_COUNT),
			PARAMS(f->parent, after, before, f->status, f->operation), &q));
	else if (f->operation)
		TRY(query_start(c, SQL("select count(*) from (select 1 as one from task"
			" where operation = $1 and (cast($4 as text) is null or status = $4)"
			PAGE_COUNT), PARAMS(f->operation, after, before, f->status), &q));
	else if (f->status)
		TRY(query_start(c, SQL("select count(*) from (select 1 as one from task"
			" where status = $1" PAGE_COUNT), PARAMS(f->status, after, before), &q));
	else
		TRY(query_start(c, SQL("select count(*) from (select 1 as one from task"
			" where created_at > $1 and created_at < $2 limit 10001) as counted"),
			PARAMS(after, before), &q));
	if (query_next(c, &q, &failed))
		*out = query_int(&q, 0);
	return failed;
}

enum fail task_page(struct call *c, const struct task_filter *filter, struct task **out, size_t *n,
	int64_t *total)
{
	int64_t before = filter->created_before ? filter->created_before : INT64_MAX;
	QUERY_AUTO q;

	if (total)
		TRY(count_page(c, filter, before, total));
	TRY(start_page(c, filter, before, &q));
	return read_all(c, &q, filter->limit, out, n);
}

enum fail task_logs(struct call *c, const char *id, int64_t after, struct task_log **out, size_t *n)
{
	struct task_log *lines = ARENA_NEW(&c->arena, struct task_log, LOG_MAX);
	size_t count = 0;
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select at, action, detail from"
		" (select seq, at, action, detail from task_log where task_id = $1"
		" union all select 0, created_at, 'created', cast(null as text) from task t where id = $1"
		" and run_at is not null and not exists (select 1 from task_log l where"
		" l.task_id = t.id and l.action = 'created')"
		" union all select 1000000, started_at, 'started', cast(null as text) from task t"
		" where id = $1 and state in ('running', 'completed') and not exists (select 1 from"
		" task_log l where l.task_id = t.id and l.action = 'started'"
		" and l.at >= t.started_at)"
		" union all select 1000001, completed_at, 'completed', cast(null as text) from task t"
		" where id = $1 and state = 'completed' and not exists (select 1 from task_log l"
		" where l.task_id = t.id and l.action = 'completed')) as lines"
		" order by at, case when action = 'job_race' then 1000002 else seq end, seq"
		" limit 1000 offset $2"), PARAMS(id, after), &q));
	while (query_next(c, &q, &f))
		lines[count++] = (struct task_log){query_int(&q, 0), query_text(c, &q, 1),
			query_text(c, &q, 2)};
	TRY(f);
	*out = lines;
	*n = count;
	return FAIL_NONE;
}

struct named {
	const char *id;
	struct named *next;
};

/* The first column of Q as a list of texts ended by NULL, and ends it. */
static enum fail read_ids(struct call *c, struct query *q, const char *const **out)
{
	struct named *first = NULL, **last = &first;
	const char **ids;
	size_t count = 0;
	enum fail f;

	for (; query_next(c, q, &f); count++) {
		*last = ARENA_NEW(&c->arena, struct named, 1);
		(*last)->id = query_text(c, q, 0);
		last = &(*last)->next;
	}
	TRY(f);
	ids = ARENA_NEW(&c->arena, const char *, count + 1);
	for (size_t i = 0; first; first = first->next)
		ids[i++] = first->id;
	*out = ids;
	return FAIL_NONE;
}

enum fail task_running(struct call *c, const struct task_owner *owner, const char *const **out)
{
	QUERY_AUTO q;

	TRY(query_start(c, SQL("select id from task where state = 'running' and lease_owner = $1"),
		PARAMS(owner->lock_path), &q));
	return read_ids(c, &q, out);
}

enum fail task_needs(struct call *c, const char *id, const char *const **out)
{
	QUERY_AUTO q;

	TRY(query_start(c, SQL("select needs_id from task_dependency where task_id = $1"
		" order by needs_id"), PARAMS(id), &q));
	return read_ids(c, &q, out);
}
