/* What the files of the pool share. */
#ifndef WORK_POOL_STATE_H
#define WORK_POOL_STATE_H

#include "lib/work/keep.h"
#include "lib/work/pool.h"
#include "lib/work/slot.h"

#define POOL_JOBS_MAX 64
#define POOL_SLOTS_MAX (3 * POOL_JOBS_MAX)
/* How long a worker that was asked to stop may take. */
#define POOL_STOP_MS 2000

struct job_list {
	struct job *first, **last;
};

struct pool {
	struct call own;         /* its arena holds what lives as long as the pool */
	struct task_owner owner;
	struct pool_options options;
	struct slot slots[POOL_SLOTS_MAX];
	size_t n;
	int wake, present;
	struct job_list ended, orphans;
	struct keep keep;
	struct pool_facts facts;
	bool draining;
	int64_t claimed;
	double mean_ms;          /* of light tasks, lately */
	int64_t look_at, check_at, reap_at, promote_at, beat_at, progress_at, agent_beat, keep_at;
};

/* pool_round.c: what one round writes, and whom it hands work to. */
enum fail pool_commit(struct call *c, struct pool *p);
enum fail pool_place(struct call *c, struct pool *p);

/* pool_care.c: timeouts, cancelled tasks, leases, the dead, delayed tasks, schedules. */
enum fail pool_care(struct call *c, struct pool *p);

void job_list_init(struct job_list *l);
void job_list_add(struct job_list *l, struct job *job);
struct job *job_list_take(struct job_list *l);

#endif
