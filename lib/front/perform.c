/* The operation of a request is run: in the thread that took it, or in a lane. */
#include <pthread.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/front/http_state.h"
#include "lib/store/store.h"

/* A result that is expected within so long is waited for. */
#define NEAR_S 30

json_t *request_list(struct request *r, json_t **list)
{
	if (!*list)
		*list = json_keep(&r->call, json_array());
	return *list;
}

static enum fail take_reply(void *to, struct call *c, json_t *reply)
{
	struct request *r = to;

	(void)c;
	json_array_append(request_list(r, &r->replies), reply);
	return FAIL_NONE;
}

static enum fail take_text(void *to, struct call *c, const char *json)
{
	struct request *r = to;

	(void)c;
	r->said = json;
	return FAIL_NONE;
}

static enum fail take_file(void *to, struct call *c, const struct file *file)
{
	struct request *r = to;

	(void)c;
	r->file = *file;
	return FAIL_NONE;
}

static bool fresh_enough(void *to, struct call *c)
{
	(void)c;
	return fresh_find(to);
}

/* A caller who did not say how long to wait is answered with the result where it is near. */
static void take_task(struct request *r, const json_t *put)
{
	const json_t *seconds = json_object_get(put, "estimated_seconds");

	r->task_id = arena_strdup(&r->call.arena, json_member_text(put, "task_id", ""));
	if (!r->wait_said && json_is_number(seconds) && json_number_value(seconds) < NEAR_S)
		r->wait_until_ms = clock_boot_ms() + OP_WAIT_MAX_S * 1000;
}

/* Whether the one reply goes out as the operation makes it. */
static bool is_plain(const struct request *r)
{
	const struct route *route = r->route;

	return !r->task_id && !r->actions && !route->op->rows && !(route->op->flags & OP_PAGE) &&
		!(route->alias && route->alias->media_type) && !dialect_sparse(route->dialect);
}

void request_prepare(struct request *r)
{
	static const struct op_sink plain = {.reply = take_reply, .text = take_text,
		.again = fresh_enough, .data = take_file};
	static const struct op_sink sink = {.reply = take_reply, .again = fresh_enough,
		.data = take_file};

	r->prepared = op_prepare(&r->call, r->task_id ? r->http->submit : r->route->op, r->args,
		is_plain(r) ? &plain : &sink, r);
	r->warned = json_array_size(r->warnings);
}

enum fail request_run(struct request *r)
{
	enum fail f;

	if (!r->prepared)
		request_prepare(r);
	f = op_perform(&r->call, r->prepared);
	if (f == FAIL_NONE && r->task_id)
		take_task(r, json_array_get(r->replies, 0));
	return f;
}

enum fail request_run_with(struct request *r, struct call *lane)
{
	enum fail f;

	r->call.store = lane->store;
	r->call.tally = lane->tally;
	f = request_run(r);
	r->call.store = NULL;
	r->call.tally = NULL;
	return f;
}

void request_rewind(struct request *r)
{
	json_array_clear(r->replies);
	r->said = NULL;
	while (json_array_size(r->warnings) > r->warned)
		json_array_remove(r->warnings, r->warned);
	r->call.why = r->call.error = NULL;
	r->call.rated = r->ended != FAIL_LIMIT;
}

void request_failed(struct request *r, const struct call *by)
{
	r->call.why = arena_strdup(&r->call.arena, by->why ? by->why : "");
}

void request_free(struct request *r)
{
	call_release(&r->call);
	free(r);
}

/* The store that a thread of the server reads with; opened once a thread. */
static pthread_key_t reader_key;
static pthread_once_t reader_once = PTHREAD_ONCE_INIT;

static void reader_end(void *lane)
{
	call_release(lane);
	free(lane);
}

static void reader_make(void)
{
	pthread_key_create(&reader_key, reader_end);
}

enum fail request_store(struct request *r)
{
	struct call *lane;
	enum fail f;

	pthread_once(&reader_once, reader_make);
	lane = pthread_getspecific(reader_key);
	if (!lane) {
		lane = calloc(1, sizeof *lane);
		if (!lane)
			return fail(&r->call, FAIL_BUSY, "out of memory");
		lane->store_path = r->call.store_path;
		pthread_setspecific(reader_key, lane);
	}
	f = lane->store ? FAIL_NONE : store_open(lane);
	if (f != FAIL_NONE) {
		request_failed(r, lane);
		call_release(lane);
		return f;
	}
	r->call.store = lane->store;
	return FAIL_NONE;
}

void request_look(struct request *r)
{
	enum fail f = request_store(r);

	if (f == FAIL_NONE)
		f = request_run(r);
	r->call.store = NULL;
	if (f != FAIL_NONE)
		answer_failure(r, f);
	else
		answer_replies(r);
}
