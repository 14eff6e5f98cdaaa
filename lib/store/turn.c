/* Turns: the threads of one process write one after another, in the order in which they came.
 * SQLite would have each ask again and again, asleep in between, until the other happens to pause. */
#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "lib/store/handle.h"

#define LOOK_EVERY_MS 100

struct waiter {
	struct waiter *next;
	pthread_cond_t ready;
	bool first; /* it is this one's turn */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct waiter *line;
static bool taken;
/* A thread that writes to one store and then to another, as a restored copy, holds one turn. */
static _Thread_local int held;

static void leave(struct waiter *w)
{
	struct waiter **at = &line;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
}

static void add(struct waiter *w)
{
	struct waiter **at = &line;

	while (*at)
		at = &(*at)->next;
	*at = w;
}

static void wait_for(struct waiter *w, const volatile sig_atomic_t *cancelled)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	for (int ms = 0; !w->first && ms < STORE_WAIT_MS && !(cancelled && *cancelled);
		ms += LOOK_EVERY_MS) {
		until.tv_nsec += LOOK_EVERY_MS * 1000000L;
		if (until.tv_nsec >= 1000000000L) {
			until.tv_nsec -= 1000000000L;
			until.tv_sec++;
		}
		while (!w->first && pthread_cond_timedwait(&w->ready, &lock, &until) != ETIMEDOUT)
			;
	}
}

static bool wait_in_line(const volatile sig_atomic_t *cancelled)
{
	struct waiter w = {0};
	pthread_condattr_t clock;

	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&w.ready, &clock);
	pthread_condattr_destroy(&clock);
	add(&w);
	wait_for(&w, cancelled);
	if (!w.first)
		leave(&w);
	pthread_cond_destroy(&w.ready);
	return w.first;
}

bool turn_take(const volatile sig_atomic_t *cancelled)
{
	bool mine = true;

	if (held++)
		return true;
	pthread_mutex_lock(&lock);
	if (taken)
		mine = wait_in_line(cancelled);
	taken = true;
	pthread_mutex_unlock(&lock);
	held = mine;
	return mine;
}

void turn_end(void)
{
	if (--held)
		return;
	pthread_mutex_lock(&lock);
	if (line) {
		struct waiter *next = line;

		line = next->next;
		next->first = true;
		pthread_cond_signal(&next->ready);
	} else {
		taken = false;
	}
	pthread_mutex_unlock(&lock);
}
