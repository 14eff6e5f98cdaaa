/* Lanes: the threads that do what must not stop the server's own. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/meter.h"
#include "lib/front/http_state.h"
#include "lib/model/counter.h"
#include "lib/store/store.h"

#define SLOW_LANES 4
/* More than this at once makes the first of them wait for little gain. */
#define GROUP_MAX 256
/* So long a group takes in what comes while it is run: more share one commit and its sync, and the
 * threads that take requests do not run dry. */
#define GROUP_US 150

/* A disk that answers sooner is waited for at once: another thread would not be awake before. */
#define QUICK_US 300

struct line {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct request *first, **last;
	size_t count, enough; /* so many are needed before the first is taken */
	bool ended;
};

struct lanes {
	struct line write, slow;
	struct line written; /* committed, not on disk yet */
	struct store *store; /* that the writer writes to */
	_Atomic int64_t sync_us; /* how long the disk takes, on average */
	pthread_t writer, syncer, workers[SLOW_LANES];
	size_t count; /* of the workers that were started */
	struct call *shared;
};

static void line_make(struct line *l)
{
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->more, NULL);
	l->last = &l->first;
}

static void line_add_list(struct line *l, struct request *first, struct request **last, size_t n)
{
	pthread_mutex_lock(&l->lock);
	*l->last = first;
	l->last = last;
	l->count += n;
	if (l->count >= l->enough)
		pthread_cond_signal(&l->more);
	pthread_mutex_unlock(&l->lock);
}

static size_t line_count(struct line *l)
{
	size_t n;

	pthread_mutex_lock(&l->lock);
	n = l->count;
	pthread_mutex_unlock(&l->lock);
	return n;
}

static void line_need(struct line *l, size_t enough)
{
	pthread_mutex_lock(&l->lock);
	l->enough = enough;
	pthread_cond_signal(&l->more);
	pthread_mutex_unlock(&l->lock);
}

static void line_add(struct line *l, struct request *r)
{
	r->next = NULL;
	line_add_list(l, r, &r->next, 1);
}

/* Under the lock: up to MAX requests from the front of the line, as far as they FIT. */
static struct request *cut(struct line *l, size_t max, bool (*fit)(const struct request *r))
{
	struct request *list = l->first, **at = &list;

	for (; *at && max && (!fit || fit(*at)); max--, l->count--)
		at = &(*at)->next;
	l->first = *at;
	if (!l->first)
		l->last = &l->first;
	*at = NULL;
	return list;
}

/* Up to MAX requests as a list, waiting for enough; NULL when the line has ended and is empty. */
static struct request *line_take(struct line *l, size_t max)
{
	struct request *list;

	pthread_mutex_lock(&l->lock);
	while ((!l->first || l->count < l->enough) && !l->ended)
		pthread_cond_wait(&l->more, &l->lock);
	list = cut(l, max, NULL);
	pthread_mutex_unlock(&l->lock);
	return list;
}

/* The same of what is there already and FITs. */
static struct request *line_take_more(struct line *l, size_t max,
	bool (*fit)(const struct request *r))
{
	struct request *list;

	pthread_mutex_lock(&l->lock);
	list = cut(l, max, fit);
	pthread_mutex_unlock(&l->lock);
	return list;
}

/* Whoever asked waits no longer, or not long enough for what has not begun yet. */
static bool is_late(const struct request *r)
{
	return web_gone(r->x) || clock_boot_us() - r->queued_us >= OP_WAIT_MAX_S * INT64_C(1000000);
}

/* Takes those out of the line that are late, as a list. */
static struct request *line_take_late(struct line *l)
{
	struct request *late = NULL, **last = &late, **at = &l->first;

	pthread_mutex_lock(&l->lock);
	while (*at) {
		struct request *r = *at;

		if (!is_late(r)) {
			at = &r->next;
			continue;
		}
		*at = r->next;
		*last = r;
		last = &r->next;
		r->next = NULL;
		l->count--;
	}
	l->last = at;
	pthread_mutex_unlock(&l->lock);
	return late;
}

static void line_end(struct line *l)
{
	pthread_mutex_lock(&l->lock);
	l->ended = true;
	pthread_cond_broadcast(&l->more);
	pthread_mutex_unlock(&l->lock);
}

static const struct op *op_of(const struct request *r)
{
	return r->task_id ? r->http->submit : r->route->op;
}

/* Whether it may be run once more when that turns out to be necessary. */
static bool runs_again(const struct request *r)
{
	return op_of(r)->flags & OP_STORE;
}

static bool all_run_again(const struct request *list)
{
	while (list && runs_again(list))
		list = list->next;
	return !list;
}

/* Commits; *QUEUED: how many tasks more are pending, or 1 where that is not known. */
static enum fail end_list(struct call *lane, bool flat, int64_t *queued)
{
	*queued = flat ? counter_held(lane, "task_pending") : 1;
	return flat ? store_end(lane, counters_write(lane, FAIL_NONE)) : store_commit(lane);
}

static void rewind_list(struct call *lane, struct request *list, size_t n)
{
	lane->tally = NULL;
	store_rollback(lane);
	for (; n--; list = list->next)
		request_rewind(list);
}

/* Runs the list in one transaction: when one request fails, it takes nothing of the others along.
 * FLAT: because all of them are rewound then, and *SPOILED; else by a savepoint for each. */
static enum fail run_list(struct lanes *l, struct call *lane, struct request *list, bool flat,
	int64_t *queued, bool *spoiled)
{
	int64_t until_us = clock_boot_us() + GROUP_US;
	size_t n = 0;

	*spoiled = false;
	TRY(store_begin(lane));
	if (flat) {
		store_flatten(lane);
		counters_hold(lane);
	}
	for (struct request *r = list; r; r = r->next) {
		n++;
		r->ended = request_run_with(r, lane);
		if (!store_in_transaction(lane)) {
			lane->why = r->call.why ? arena_strdup(&lane->arena, r->call.why) : NULL;
			return r->ended != FAIL_NONE ? r->ended :
				fail(lane, FAIL_IO, "a transaction of the store was lost");
		}
		*spoiled = store_spoiled(lane);
		if (*spoiled) {
			rewind_list(lane, list, n);
			return FAIL_NONE;
		}
		if (flat && !r->next && n < GROUP_MAX && clock_boot_us() < until_us)
			r->next = line_take_more(&l->write, GROUP_MAX - n, runs_again);
	}
	return end_list(lane, flat, queued);
}

/* In the thread of the server that took the request. */
static void answer(void *to)
{
	struct request *r = to;

	if (r->ended != FAIL_NONE)
		answer_failure(r, r->ended);
	else if (r->task_id)
		answer_accepted(r);
	else
		answer_replies(r);
}

/* Waits for the disk and has the list answered. */
static void finish_list(struct lanes *l, struct request *list)
{
	struct call sync = {0};
	int64_t begun_us = clock_boot_us(), mean_us = atomic_load(&l->sync_us);
	enum fail f = store_sync(&sync, l->store);
	struct request *next;

	atomic_store(&l->sync_us, mean_us + (clock_boot_us() - begun_us - mean_us) / 8);
	for (; list; list = next) {
		next = list->next;
		if (f != FAIL_NONE && list->ended == FAIL_NONE) {
			request_failed(list, &sync);
			list->ended = f;
		}
		if (list->ended == FAIL_NONE && list->task_id && list->wait_until_ms)
			http_wait(list);
		else
			web_resume(list->x, answer, list);
	}
	call_release(&sync);
}

static void *sync_lane(void *to)
{
	struct lanes *l = to;
	struct request *list;

	while ((list = line_take(&l->written, GROUP_MAX))) {
		finish_list(l, list);
		line_need(&l->write, line_count(&l->written));
	}
	return NULL;
}

/* What was committed is answered when it is on disk. */
static void run_group(struct lanes *l, struct call *lane, struct request *list)
{
	struct request **last = &list;
	int64_t queued = 0;
	enum fail committed;
	bool spoiled;
	size_t n = 0;

	committed = run_list(l, lane, list, all_run_again(list), &queued, &spoiled);
	if (spoiled)
		committed = run_list(l, lane, list, false, &queued, &spoiled);
	if (queued > 0 && list->http->queued)
		list->http->queued(list->http->queued_to);
	for (; *last; last = &(*last)->next, n++)
		if (committed != FAIL_NONE) {
			request_failed(*last, lane);
			(*last)->ended = committed;
		}
	meter_add(METER_GROUPS, 1);
	meter_add(METER_GROUPED, (int64_t)n);
	if (atomic_load(&l->sync_us) < QUICK_US) {
		finish_list(l, list);
		return;
	}
	line_need(&l->write, n);
	line_add_list(&l->written, list, last, n);
}

static struct call lane_call(const struct lanes *l, struct store *store)
{
	return (struct call){.channel = CHANNEL_HTTP, .config = l->shared->config,
		.store_path = l->shared->store_path, .store = store};
}

/* In a call of its own, so that the lane's memory does not grow with what fails. */
static void run_beside(struct lanes *l, struct store *store, struct request *list)
{
	struct call turn = lane_call(l, store);

	run_group(l, &turn, list);
	turn.store = NULL;
	call_release(&turn);
}

static void refuse_all(struct call *lane, struct request *list, enum fail f)
{
	for (struct request *next; list; list = next) {
		next = list->next;
		request_failed(list, lane);
		answer_failure(list, f);
	}
}

static enum fail open_lane(struct lanes *l, struct call *lane)
{
	TRY(store_open(lane));
	l->store = lane->store;
	return store_sync_apart(lane);
}

static void *write_lane(void *to)
{
	struct lanes *l = to;
	struct request *list;
	struct call lane = lane_call(l, NULL);

	while ((list = line_take(&l->write, GROUP_MAX))) {
		enum fail f = lane.store ? FAIL_NONE : open_lane(l, &lane);

		if (f == FAIL_NONE) {
			run_beside(l, lane.store, list);
			continue;
		}
		refuse_all(&lane, list, f);
		call_release(&lane);
		lane = lane_call(l, NULL);
	}
	line_end(&l->written);
	pthread_join(l->syncer, NULL);
	call_release(&lane);
	return NULL;
}

static void turn_away(struct request *r)
{
	answer_failure(r, fail(&r->call, FAIL_BUSY, "others were busy here for %d seconds, and this "
		"was not begun: ask again later", OP_WAIT_MAX_S));
}

static void *slow_lane(void *to)
{
	struct lanes *l = to;
	struct request *r;

	while ((r = line_take(&l->slow, 1))) {
		enum fail f;

		if (is_late(r)) {
			turn_away(r);
			continue;
		}
		f = request_run(r);
		if (f != FAIL_NONE)
			answer_failure(r, f);
		else
			answer_replies(r);
	}
	return NULL;
}

enum fail lanes_start(struct call *c, struct lanes **out)
{
	struct lanes *l = ARENA_NEW(&c->arena, struct lanes, 1);

	l->shared = c;
	line_make(&l->write);
	line_make(&l->slow);
	line_make(&l->written);
	if (pthread_create(&l->syncer, NULL, sync_lane, l))
		return fail(c, FAIL_BUSY, "cannot start a thread");
	if (pthread_create(&l->writer, NULL, write_lane, l)) {
		line_end(&l->written);
		pthread_join(l->syncer, NULL);
		return fail(c, FAIL_BUSY, "cannot start a thread");
	}
	for (; l->count < SLOW_LANES; l->count++)
		if (pthread_create(&l->workers[l->count], NULL, slow_lane, l)) {
			lanes_stop(l);
			return fail(c, FAIL_BUSY, "cannot start a thread");
		}
	*out = l;
	return FAIL_NONE;
}

void lanes_stop(struct lanes *l)
{
	line_end(&l->slow);
	for (size_t i = 0; i < l->count; i++)
		pthread_join(l->workers[i], NULL);
	line_end(&l->write);
	pthread_join(l->writer, NULL);
}

void lanes_write(struct lanes *l, struct request *r)
{
	line_add(&l->write, r);
}

void lanes_slow(struct lanes *l, struct request *r)
{
	r->queued_us = clock_boot_us();
	line_add(&l->slow, r);
}

void lanes_step(struct lanes *l)
{
	struct request *late = line_take_late(&l->slow), *next;

	for (; late; late = next) {
		next = late->next;
		turn_away(late);
	}
}
