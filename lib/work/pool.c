/* The pool: claims tasks, has workers run them, and records how they end. */
#include "lib/work/pool_state.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/meter.h"
#include "lib/model/agent.h"
#include "lib/os/file.h"
#include "lib/store/store.h"

/* How often is looked for tasks that other processes put. */
#define LOOK_EVERY_MS 100

void job_list_init(struct job_list *l)
{
	l->first = NULL;
	l->last = &l->first;
}

struct job *job_list_take(struct job_list *l)
{
	struct job *job = l->first;

	if (!job)
		return NULL;
	l->first = job->next;
	if (!l->first)
		l->last = &l->first;
	job->next = NULL;
	return job;
}

void job_list_add(struct job_list *l, struct job *job)
{
	*l->last = job;
	l->last = &job->next;
}

/* Of the pool that this process started last; 0: none. */
static _Atomic int64_t jobs_here;

static int64_t jobs_of(int64_t asked)
{
	int64_t jobs = asked ? asked : sysconf(_SC_NPROCESSORS_ONLN);

	return jobs > POOL_JOBS_MAX ? POOL_JOBS_MAX : jobs < 1 ? 1 : jobs;
}

/* Each kind of work has slots of its own: a render never starves research. */
static int64_t slots_of(const char *resource, int64_t jobs)
{
	return strcmp(resource, "render") ? jobs : jobs / 2 ? jobs / 2 : 1;
}

int64_t pool_slots(const char *resource)
{
	return slots_of(resource, jobs_of(jobs_here));
}

static void make_slots(struct pool *p, int64_t jobs)
{
	static const char *const kinds[] = {"light", "net", "render"};

	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		for (int64_t i = 0; i < slots_of(kinds[k], jobs); i++)
			slot_init(&p->slots[p->n++], kinds[k]);
}

enum fail pool_start(struct call *c, const struct pool_options *options, struct pool **out)
{
	struct pool *p = xmalloc(sizeof *p);
	enum fail f;

	*p = (struct pool){.options = *options, .present = -1,
		.owner = {.lock = -1}, .mean_ms = 1000};
	p->own.store_path = arena_strdup(&p->own.arena, store_path(c));
	job_list_init(&p->ended);
	job_list_init(&p->orphans);
	p->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	jobs_here = jobs_of(options->jobs);
	make_slots(p, jobs_here);
	f = p->wake < 0 ? fail_errno(c, errno, "cannot make an event descriptor") : FAIL_NONE;
	if (!f)
		f = keep_read(&p->own, &p->keep);
	if (!f)
		f = store_open(&p->own);
	if (!f)
		f = store_sync_apart(&p->own);
	if (!f)
		f = task_owner_take(&p->own, "pool", options->lease_ms ? options->lease_ms
									: TASK_LEASE_MS, &p->owner);
	if (!f)
		f = agent_register(&p->own);
	if (!f)
		f = worker_announce(&p->own, &p->present);
	if (f) {
		if (p->own.why)
			f = fail(c, f, "%s", p->own.why);
		pool_free(p);
		return f;
	}
	*out = p;
	return FAIL_NONE;
}

void pool_wake(struct pool *p)
{
	uint64_t one = 1;

	while (write(p->wake, &one, sizeof one) < 0 && errno == EINTR)
		;
}

struct pool_facts pool_facts(const struct pool *p)
{
	struct pool_facts facts = p->facts;

	facts.running = facts.workers = 0;
	for (size_t i = 0; i < p->n; i++) {
		facts.running += (int64_t)p->slots[i].count;
		facts.workers += p->slots[i].child.pid > 0;
	}
	facts.idle = facts.idle && !facts.running && !p->ended.first && !p->orphans.first;
	return facts;
}

void pool_free(struct pool *p)
{
	struct job *job;

	for (size_t i = 0; i < p->n; i++)
		slot_release(&p->slots[i]);
	while ((job = job_list_take(&p->ended)))
		job_free(job);
	while ((job = job_list_take(&p->orphans)))
		job_free(job);
	task_owner_release(&p->owner);
	file_close(&p->present);
	file_close(&p->wake);
	call_release(&p->own);
	free(p);
}

static void hear_all(struct pool *p)
{
	struct job **ended = p->ended.last;

	for (size_t i = 0; i < p->n; i++) {
		struct slot *s = &p->slots[i];

		slot_send(s);
		slot_hear(s, &p->ended.last, &p->orphans.last);
	}
	for (struct job *job = *ended; job; job = job->next)
		if (job->end && !strcmp(job->resource, "light"))
			p->mean_ms += (json_number_value(json_object_get(job->end, "ms")) -
				p->mean_ms) / 8;
}

static void wait_for(struct pool *p, int64_t timeout_ms)
{
	struct pollfd fds[POOL_SLOTS_MAX + 1] = {{p->wake, POLLIN, 0}};
	nfds_t n = 1;
	uint64_t drained;

	for (size_t i = 0; i < p->n; i++) {
		const struct slot *s = &p->slots[i];

		if (s->child.out >= 0)
			fds[n++] = (struct pollfd){s->child.out, POLLIN, 0};
	}
	if (poll(fds, n, (int)timeout_ms) <= 0)
		return;
	if (fds[0].revents && read(p->wake, &drained, sizeof drained) > 0)
		p->look_at = 0;
}

static enum fail change(struct call *c, struct pool *p)
{
	TRY(pool_care(c, p));
	if (!p->ended.first && clock_boot_ms() < p->look_at)
		return FAIL_NONE;
	TRY(pool_commit(c, p));
	p->look_at = clock_boot_ms() + (p->facts.idle ? LOOK_EVERY_MS : 0);
	return FAIL_NONE;
}

/* Nobody is told, and nothing is begun, of what is not on disk yet: also of what was committed
 * before the rest failed. */
static enum fail step(struct call *c, struct pool *p)
{
	enum fail f, synced;

	hear_all(p);
	TRY(store_mend(c));
	f = change(c, p);
	synced = store_sync(c, c->store);
	TRY(f);
	TRY(synced);
	return pool_place(c, p);
}

enum fail pool_step(struct call *c, struct pool *p, int64_t timeout_ms)
{
	struct call own = {.store = p->own.store, .store_path = p->own.store_path};
	enum fail f = step(&own, p);
	int64_t until = p->look_at - clock_boot_ms();

	meter_add(METER_WORKERS, pool_facts(p).workers - meter_get(METER_WORKERS));
	if (f)
		f = fail(c, f, "%s", own.why ? own.why : fail_kind(f)->meaning);
	arena_release(&own.arena);
	if (f)
		return f;
	/* A full pool waits for its workers; a lone claim in vain waits until it looks again. */
	if (p->look_at && until <= 0 && pool_facts(p).running)
		until = LOOK_EVERY_MS;
	if (until > 0 && timeout_ms > 0)
		wait_for(p, until < timeout_ms ? until : timeout_ms);
	return FAIL_NONE;
}

static enum fail give_back_all(struct call *c, struct pool *p)
{
	TRY(store_begin(c));
	for (size_t i = 0; i < p->n; i++)
		for (struct job *job = p->slots[i].first; job; job = job->next) {
			enum fail f = task_give_back(c, &p->owner, job->id, job->attempt);

			if (f)
				return store_end(c, f);
		}
	TRY(store_commit(c));
	return store_sync(c, c->store);
}

enum fail pool_drain(struct call *c, struct pool *p, int64_t grace_ms)
{
	int64_t until = clock_boot_ms() + grace_ms;

	p->draining = true;
	while (pool_facts(p).running || p->ended.first || p->orphans.first) {
		if (clock_boot_ms() >= until)
			return give_back_all(&p->own, p);
		TRY(pool_step(c, p, LOOK_EVERY_MS));
	}
	/* Whoever writes next knows of no failure in here. */
	TRY(store_mend(&p->own));
	return store_sync(&p->own, p->own.store);
}
