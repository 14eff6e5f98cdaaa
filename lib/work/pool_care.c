/* What the pool looks after: timeouts, cancelled tasks, leases, the dead, what is due. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/model/agent.h"
#include "lib/work/pool_state.h"
#include "lib/work/schedule.h"

/* How often is looked for cancelled tasks and for the dead. */
#define CHECK_EVERY_MS 250
#define REAP_EVERY_MS 500
/* How often is removed what is kept no longer. */
#define KEEP_EVERY_MS 3600000
/* A worker that had nothing to do for so long is ended. */
#define IDLE_MS 60000

static void stop_late(struct pool *p)
{
	int64_t now = clock_boot_ms();

	for (size_t i = 0; i < p->n; i++) {
		struct slot *s = &p->slots[i];
		struct job *job = s->first;

		if (job && job->timeout_ms && !job->verdict &&
			now - job->began_boot_ms > job->timeout_ms) {
			job->verdict = FAIL_TASK;
			job->why = arena_printf(&job->arena,
				"it took longer than its timeout of %lld s",
				(long long)job->timeout_ms / 1000);
			slot_stop(s, POOL_STOP_MS);
		}
		if (!s->count && s->child.pid > 0 && now - s->idle_since_boot_ms > IDLE_MS)
			slot_stop(s, POOL_STOP_MS);
		slot_tick(s);
	}
}

static bool listed(const char *const *ids, const char *id)
{
	for (; *ids; ids++)
		if (!strcmp(*ids, id))
			return true;
	return false;
}

static bool ours(const struct pool *p, const char *id)
{
	const struct job *const lists[] = {p->ended.first, p->orphans.first};

	for (size_t i = 0; i < p->n; i++)
		for (const struct job *job = p->slots[i].first; job; job = job->next)
			if (!strcmp(job->id, id))
				return true;
	for (size_t i = 0; i < 2; i++)
		for (const struct job *job = lists[i]; job; job = job->next)
			if (!strcmp(job->id, id))
				return true;
	return false;
}

/* Compares what workers run with what the store says that this pool runs: a task that somebody
 * cancelled is stopped; one that a commit claimed whose success was not known is given back. */
static enum fail compare(struct call *c, struct pool *p)
{
	const char *const *ids;

	TRY(task_running(c, &p->owner, &ids));
	for (size_t i = 0; i < p->n; i++) {
		struct slot *s = &p->slots[i];

		for (struct job *job = s->first; job; job = job->next) {
			job->gone = job->gone || !listed(ids, job->id);
			if (job->gone && job == s->first && !job->verdict) {
				job->verdict = FAIL_INTERRUPTED;
				slot_stop(s, POOL_STOP_MS);
			}
		}
	}
	for (; *ids; ids++)
		if (!ours(p, *ids)) {
			struct task t;

			TRY(task_find(c, *ids, &t));
			TRY(task_give_back(c, &p->owner, t.id, t.attempt));
		}
	return FAIL_NONE;
}

enum fail pool_care(struct call *c, struct pool *p)
{
	int64_t now = clock_boot_ms(), next_at, wall = clock_now_ms();

	stop_late(p);
	if (now >= p->check_at) {
		p->check_at = now + CHECK_EVERY_MS;
		TRY(compare(c, p));
	}
	if (now >= p->reap_at) {
		p->reap_at = now + REAP_EVERY_MS;
		TRY(task_reap(c, NULL));
		TRY(agent_beat(c, &p->agent_beat));
	}
	if (now >= p->promote_at) {
		TRY(schedule_run(c));
		TRY(task_promote(c, &next_at));
		p->promote_at = now + 1000;
		if (next_at && next_at - wall < 1000)
			p->promote_at = now + (next_at > wall ? next_at - wall : 0);
	}
	if (now >= p->keep_at) {
		p->keep_at = now + KEEP_EVERY_MS;
		TRY(keep_run(c, &p->keep));
	}
	if (now >= p->beat_at) {
		p->beat_at = now + p->owner.lease_ms / 3;
		TRY(task_heartbeat(c, &p->owner));
	}
	return FAIL_NONE;
}
