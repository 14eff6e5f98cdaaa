/* Rounds: what agents do of themselves. */
#include "lib/work/rounds.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/model/agent.h"
#include "lib/store/store.h"

/* Intervals are whole seconds; asking whether one has passed is one small write. */
#define LOOK_EVERY_S 5

struct rounds {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t stop;
	volatile sig_atomic_t stopped;
	void (*failed)(void *to, const char *agent, const char *why);
	void *to;
	char *store_path;
};

static enum fail go(struct call *c, const struct agent *agent)
{
	const char *done;

	TRY(store_open(c));
	return agent_round(c, agent, false, &done);
}

static void go_all(struct rounds *r)
{
	for (size_t i = 0; agent_table[i] && !r->stopped; i++) {
		struct call c = {.channel = CHANNEL_QUEUE, .store_path = r->store_path,
			.cancelled = &r->stopped};
		enum fail f = agent_table[i]->round ? go(&c, agent_table[i]) : FAIL_NONE;

		if (f != FAIL_NONE && f != FAIL_INTERRUPTED && r->failed)
			r->failed(r->to, agent_table[i]->name, c.why ? c.why : fail_kind(f)->word);
		call_release(&c);
	}
}

static void *live(void *data)
{
	struct rounds *r = data;
	struct timespec until;

	while (!r->stopped) {
		go_all(r);
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += LOOK_EVERY_S;
		pthread_mutex_lock(&r->mutex);
		while (!r->stopped && !pthread_cond_timedwait(&r->stop, &r->mutex, &until))
			;
		pthread_mutex_unlock(&r->mutex);
	}
	return NULL;
}

static void rounds_free(struct rounds *r)
{
	pthread_cond_destroy(&r->stop);
	pthread_mutex_destroy(&r->mutex);
	free(r->store_path);
	free(r);
}

enum fail rounds_start(struct call *c, void (*failed)(void *to, const char *agent, const char *why),
	void *to, struct rounds **out)
{
	struct rounds *r = xmalloc(sizeof *r);
	pthread_condattr_t monotonic;
	sigset_t all, old;
	int err;

	*r = (struct rounds){.failed = failed, .to = to, .store_path = xstrdup(store_path(c))};
	pthread_mutex_init(&r->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&r->stop, &monotonic);
	pthread_condattr_destroy(&monotonic);
	/* Signals are for the thread that started this one. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&r->thread, NULL, live, r);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (err) {
		rounds_free(r);
		return fail_errno(c, err, "cannot start a thread");
	}
	*out = r;
	return FAIL_NONE;
}

void rounds_stop(struct rounds *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->mutex);
	r->stopped = 1;
	pthread_cond_signal(&r->stop);
	pthread_mutex_unlock(&r->mutex);
	pthread_join(r->thread, NULL);
	rounds_free(r);
}
