/* Runner: runs the queue in a thread of this process, once there is a task and nobody else who
 * would. */
#include "lib/front/runner.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "lib/model/agent.h"
#include "lib/store/store.h"
#include "lib/work/pool.h"

#define TURN_MS 50
#define GRACE_MS 1000

struct runner {
	struct call *shared;
	pthread_mutex_t lock;
	pthread_t thread;
	bool started;
	atomic_bool ending;
};

static struct call own_call(const struct runner *r)
{
	return (struct call){.channel = CHANNEL_SHELL, .config = r->shared->config,
		.store_path = r->shared->store_path};
}

/* A turn in a call of its own, so that memory does not grow with time. */
static enum fail turn(const struct runner *r, struct call *c, struct pool *p)
{
	struct call t = own_call(r);
	enum fail f;

	t.store = c->store;
	f = pool_step(&t, p, TURN_MS);
	t.store = NULL;
	call_release(&t);
	return f;
}

static void *work(void *to)
{
	struct runner *r = to;
	const struct pool_options options = {.jobs = 0};
	struct call c = own_call(r);
	struct pool *p = NULL;

	if (store_open(&c) == FAIL_NONE && pool_start(&c, &options, &p) == FAIL_NONE) {
		/* A turn that failed (a full disk) has lost nothing: the next one tries again. */
		while (!atomic_load(&r->ending))
			if (turn(r, &c, p) != FAIL_NONE)
				usleep(TURN_MS * 1000);
		(void)pool_drain(&c, p, GRACE_MS);
		pool_free(p);
	}
	call_release(&c);
	return NULL;
}

enum fail runner_make(struct call *c, struct runner **out)
{
	*out = ARENA_NEW(&c->arena, struct runner, 1);
	(*out)->shared = c;
	pthread_mutex_init(&(*out)->lock, NULL);
	return FAIL_NONE;
}

void runner_wake(struct runner *r)
{
	struct call c = own_call(r);

	pthread_mutex_lock(&r->lock);
	if (!r->started && !worker_present(&c))
		r->started = !pthread_create(&r->thread, NULL, work, r);
	pthread_mutex_unlock(&r->lock);
	call_release(&c);
}

void runner_end(struct runner *r)
{
	atomic_store(&r->ending, true);
	if (r->started)
		pthread_join(r->thread, NULL);
	pthread_mutex_destroy(&r->lock);
}
