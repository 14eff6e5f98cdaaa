/* Lanes: the threads that do what must not stop the server's own. */
#include <pthread.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/meter.h"
#include "lib/front/http_state.h"
#include "lib/store/store.h"

#define SLOW_LANES 4
/* More than this in one transaction makes the first of them wait for little gain. */
#define GROUP_MAX 256

struct line {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct request *first, **last;
	bool ended;
};

struct lanes {
	struct line write, slow;
	pthread_t writer, workers[SLOW_LANES];
	struct call *shared;
};

static void line_make(struct line *l)
{
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->more, NULL);
	l->last = &l->first;
}

static void line_add(struct line *l, struct request *r)
{
	r->next = NULL;
	pthread_mutex_lock(&l->lock);
	*l->last = r;
	l->last = &r->next;
	pthread_cond_signal(&l->more);
	pthread_mutex_unlock(&l->lock);
}

/* Up to MAX requests as a list, waiting for the first; NULL when the line has ended and is empty. */
static struct request *line_take(struct line *l, int max)
{
	struct request *list, **at;

	pthread_mutex_lock(&l->lock);
	while (!l->first && !l->ended)
		pthread_cond_wait(&l->more, &l->lock);
	list = l->first;
	at = &list;
	while (*at && max--)
		at = &(*at)->next;
	l->first = *at;
	if (!l->first)
		l->last = &l->first;
	*at = NULL;
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

/* Whether all of the list may be run once more when that turns out to be necessary. */
static bool runs_again(const struct request *list)
{
	for (const struct request *r = list; r; r = r->next)
		if (!(op_of(r)->flags & OP_STORE))
			return false;
	return true;
}

/* Runs the list in one transaction: when one request fails, it takes nothing of the others along.
 * FLAT: because all of them are rewound then, and *SPOILED; else by a savepoint for each. */
static enum fail run_list(struct call *lane, struct request *list, bool flat, enum fail *results,
	bool *spoiled)
{
	size_t n = 0;

	*spoiled = false;
	TRY(store_begin(lane));
	if (flat)
		store_flatten(lane);
	for (struct request *r = list; r; r = r->next) {
		results[n++] = request_run_with(r, lane);
		if (!store_in_transaction(lane)) {
			lane->why = r->call.why ? arena_strdup(&lane->arena, r->call.why) : NULL;
			return results[n - 1] != FAIL_NONE ? results[n - 1] :
				fail(lane, FAIL_IO, "a transaction of the store was lost");
		}
		*spoiled = store_spoiled(lane);
		if (*spoiled)
			break;
	}
	if (!*spoiled)
		return store_commit(lane);
	store_rollback(lane);
	for (size_t i = 0; i < n; i++, list = list->next)
		request_rewind(list, results[i]);
	return FAIL_NONE;
}

/* None is answered before the commit. */
static void run_group(struct call *lane, struct request *list)
{
	enum fail results[GROUP_MAX], committed;
	struct request *next;
	bool told = false, spoiled;
	size_t n = 0;

	committed = run_list(lane, list, runs_again(list), results, &spoiled);
	if (spoiled)
		committed = run_list(lane, list, false, results, &spoiled);
	meter_add(METER_GROUPS, 1);
	for (struct request *r = list; r; r = next, n++) {
		enum fail f = committed != FAIL_NONE ? committed : results[n];

		next = r->next;
		if (!f && !told && (op_of(r)->flags & OP_LATER)) {
			told = true;
			if (r->http->queued)
				r->http->queued(r->http->queued_to);
		}
		if (committed != FAIL_NONE)
			request_failed(r, lane);
		if (f != FAIL_NONE)
			answer_failure(r, f);
		else if (r->task_id && r->wait_until_ms)
			http_wait(r);
		else if (r->task_id)
			answer_accepted(r);
		else
			answer_replies(r);
	}
	meter_add(METER_GROUPED, (int64_t)n);
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

	run_group(&turn, list);
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

static void *write_lane(void *to)
{
	struct lanes *l = to;
	struct request *list;
	struct call lane = lane_call(l, NULL);

	while ((list = line_take(&l->write, GROUP_MAX))) {
		enum fail f = lane.store ? FAIL_NONE : store_open(&lane);

		if (f == FAIL_NONE) {
			run_beside(l, lane.store, list);
			continue;
		}
		refuse_all(&lane, list, f);
		call_release(&lane);
		lane = lane_call(l, NULL);
	}
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
	if (pthread_create(&l->writer, NULL, write_lane, l))
		return fail(c, FAIL_BUSY, "cannot start a thread");
	for (int i = 0; i < SLOW_LANES; i++)
		if (pthread_create(&l->workers[i], NULL, slow_lane, l))
			return fail(c, FAIL_BUSY, "cannot start a thread");
	*out = l;
	return FAIL_NONE;
}

void lanes_stop(struct lanes *l)
{
	line_end(&l->slow);
	for (int i = 0; i < SLOW_LANES; i++)
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
