/* The rounds of the pool: ends, progress and claims in one transaction. */
#include <string.h>

#include "lib/agent/config.h"
#include "lib/base/clock.h"
#include "lib/model/counter.h"
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/pool_state.h"

#define PROGRESS_EVERY_MS 1000

/* --- What ended --- */

/* Whether another attempt might do better. */
static bool worth_again(const struct job *job, enum fail f)
{
	const struct op *op = op_find(job->operation);

	switch (f) {
	case FAIL_LIMIT:
	case FAIL_REMOTE:
	case FAIL_BUSY:
	case FAIL_FULL:
	case FAIL_IO:
	case FAIL_TASK:
	case FAIL_INTERRUPTED:
		return true;
	case FAIL_UNKNOWN:
		/* What may have happened outside is not done again without asking. */
		return op && op->effect <= EFFECT_WRITE;
	default:
		return false;
	}
}

static struct file *files_of(struct call *c, const json_t *list, size_t *n)
{
	struct file *files = ARENA_NEW(&c->arena, struct file, json_array_size(list) + 1);

	*n = json_array_size(list);
	for (size_t i = 0; i < *n; i++) {
		const json_t *j = json_array_get(list, i);

		files[i] = (struct file){.path = json_member_text(j, "path", ""),
			.media_type = json_member_text(j, "media_type", ""),
			.sha256 = json_member_text(j, "sha256", ""),
			.md5 = json_member_text(j, "md5", NULL),
			.operation = json_member_text(j, "operation", NULL),
			.metadata = json_member_text(j, "metadata", NULL),
			.bytes = json_integer_value(json_object_get(j, "bytes"))};
	}
	return files;
}

static enum fail record_end(struct call *c, struct pool *p, const struct job *job)
{
	const json_t *result = json_object_get(job->end, "result");
	struct task_end end = {.ended = job->verdict, .why = job->why};
	bool taken;

	if (!end.ended && job->end) {
		end.ended = (enum fail)json_integer_value(json_object_get(job->end, "end"));
		end.why = json_member_text(job->end, "why", NULL);
		end.files = files_of(c, json_object_get(job->end, "files"), &end.files_count);
		end.spent.cpu_ms = json_integer_value(json_object_get(job->end, "cpu_ms"));
		end.spent.memory_bytes = json_integer_value(json_object_get(job->end,
			"memory_bytes"));
	}
	if (!end.ended && result)
		end.result = json_text(c, result, false);
	end.again = worth_again(job, end.ended);
	TRY(task_finish(c, &p->owner, job->id, job->attempt, &end, &taken));
	p->facts.races += !taken;
	p->facts.completed += taken && !end.ended;
	p->facts.failed += taken && end.ended;
	return FAIL_NONE;
}

static enum fail record_progress(struct call *c, struct pool *p)
{
	if (clock_boot_ms() < p->progress_at)
		return FAIL_NONE;
	p->progress_at = clock_boot_ms() + PROGRESS_EVERY_MS;
	for (size_t i = 0; i < p->n; i++) {
		struct job *job = p->slots[i].first;

		if (!job || !job->stage ||
			(job->stage == job->told_stage && job->progress <= job->told_progress))
			continue;
		TRY(task_advance(c, &p->owner, job->id, job->attempt, job->progress, job->stage));
		job->told_stage = job->stage;
		job->told_progress = job->progress;
	}
	return FAIL_NONE;
}

/* --- What is claimed --- */

/* How many tasks one worker is handed at once: more than one only where each takes less time than
 * the round that hands it out. */
static size_t depth(const struct pool *p, const char *resource)
{
	if (strcmp(resource, "light") || p->mean_ms > 50)
		return 1;
	return p->mean_ms < 5 ? 32 : 4;
}

/* The slot of RESOURCE with the fewest tasks that takes one more, or NULL. */
static struct slot *free_slot(struct pool *p, const char *resource)
{
	struct slot *best = NULL;

	for (size_t i = 0; i < p->n; i++) {
		struct slot *s = &p->slots[i];

		if (strcmp(s->resource, resource) || s->kill_at_boot_ms ||
			s->count >= depth(p, resource))
			continue;
		if (!best || s->count < best->count ||
			(s->count == best->count && s->child.pid > 0 && best->child.pid <= 0))
			best = s;
	}
	return best;
}

static size_t room(const struct pool *p, const char *resource)
{
	size_t sum = 0, limit = depth(p, resource);

	for (size_t i = 0; i < p->n; i++) {
		const struct slot *s = &p->slots[i];

		if (!strcmp(s->resource, resource) && !s->kill_at_boot_ms && s->count < limit)
			sum += limit - s->count;
	}
	return sum;
}

static enum fail claim(struct call *c, struct pool *p, const char *resource, struct job_list *to)
{
	size_t most = room(p, resource), n;
	struct task *tasks;

	if (p->options.most && most > (size_t)(p->options.most - p->claimed))
		most = (size_t)(p->options.most - p->claimed);
	if (!most)
		return FAIL_NONE;
	tasks = ARENA_NEW(&c->arena, struct task, most);
	TRY(task_claim(c, &p->owner, resource, most, tasks, &n));
	for (size_t i = 0; i < n; i++) {
		struct job *job;

		TRY(agent_config_apply(c, tasks[i].operation, &tasks[i].arguments));
		job = job_new(&tasks[i]);
		job->told_stage = job->stage;
		job_list_add(to, job);
	}
	p->claimed += (int64_t)n;
	p->facts.idle = p->facts.idle && !n;
	return FAIL_NONE;
}

static enum fail claim_all(struct call *c, struct pool *p, struct job_list *to)
{
	static const char *const resources[] = {"render", "net", "light"};

	if (p->draining || p->orphans.first)
		return FAIL_NONE;
	p->facts.idle = true;
	for (size_t i = 0; i < sizeof resources / sizeof *resources; i++)
		TRY(claim(c, p, resources[i], to));
	return FAIL_NONE;
}

static enum fail write_round(struct call *c, struct pool *p, struct job_list *claimed)
{
	for (struct job *job = p->ended.first; job; job = job->next)
		if (!job->gone)
			TRY(record_end(c, p, job));
	TRY(record_progress(c, p));
	return claim_all(c, p, claimed);
}

/* All that this round changes, in one transaction: ends, progress, claims. */
enum fail pool_commit(struct call *c, struct pool *p)
{
	struct pool_facts before = p->facts;
	int64_t claimed_before = p->claimed;
	struct job_list claimed;
	struct job *job;
	enum fail f;

	job_list_init(&claimed);
	TRY(store_begin(c));
	counters_hold(c);
	f = write_round(c, p, &claimed);
	f = store_end(c, counters_write(c, f));
	if (f) {
		p->facts = before;
		p->claimed = claimed_before;
		while ((job = job_list_take(&claimed)))
			job_free(job);
		return f;
	}
	while ((job = job_list_take(&p->ended)))
		job_free(job);
	while ((job = job_list_take(&claimed)))
		job_list_add(&p->orphans, job);
	return FAIL_NONE;
}

enum fail pool_place(struct call *c, struct pool *p)
{
	struct job *left = p->orphans.first, *next;
	enum fail f = FAIL_NONE;

	job_list_init(&p->orphans);
	for (; left; left = next) {
		struct slot *s = f ? NULL : free_slot(p, left->resource);

		next = left->next;
		left->next = NULL;
		if (s)
			f = slot_give(c, s, left);
		if (!s || f)
			job_list_add(&p->orphans, left);
	}
	return f;
}
