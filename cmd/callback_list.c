/* trae callback list: what was told to whom, and how it went. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/model/callback.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct callback_list_args {
	int64_t limit;
	const char *after, *state, *task_id;
};

struct callback_list_reply {
	const char *id, *task_id, *event, *url, *state, *error, *created_at, *next_at, *done_at;
	int64_t attempt, http_status, response_ms;
};

/* Callers put keys in the query of a URL. */
static const char *url_without_query(struct call *c, const char *url)
{
	size_t len = strcspn(url, "?#");

	return url[len] ? arena_printf(&c->arena, "%.*s?...", (int)len, url) : url;
}

static const char *time_or_null(struct call *c, int64_t at)
{
	return at ? clock_text(&c->arena, at) : NULL;
}

static enum fail run(struct call *c, const void *data)
{
	const struct callback_list_args *args = data;
	struct callback *rows;
	size_t n;

	TRY(store_open(c));
	TRY(callback_list(c, (int)args->limit, args->after, args->state, args->task_id, &rows, &n));
	for (size_t i = 0; i < n; i++) {
		const struct callback *k = &rows[i];
		bool waits = !strcmp(k->state, "pending");
		struct callback_list_reply reply = {.id = k->id, .task_id = k->task_id,
			.event = k->event, .url = url_without_query(c, k->url), .state = k->state,
			.error = k->error, .created_at = clock_text(&c->arena, k->created_at),
			.next_at = waits ? time_or_null(c, k->next_at) : NULL,
			.done_at = time_or_null(c, k->done_at), .attempt = k->attempt,
			.http_status = k->http_status ? k->http_status : INT_NULL,
			.response_ms = k->sent_at ? k->response_ms : INT_NULL};

		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_callback_list = {
	.name = "callback list",
	.route = "GET /api/v1/callbacks",
	.effect = EFFECT_READ,
	.summary = "List callbacks and how their delivery went",
	.about = "Newest first. One that fails is sent again nine times within four days, "
		"with the same id; callback redeliver starts that over.",
	.example = "trae callback list --state failed",
	.rows = "callbacks",
	OP_ARGS(struct callback_list_args,
		FIELD(struct callback_list_args, limit, "Most callbacks shown", .initial = "50",
			.min = 1, .max = 200),
		FIELD(struct callback_list_args, after,
			"Only those older than the callback with this id",
			.complete = "callback list"),
		FIELD(struct callback_list_args, state, "Only those in this state",
			.oneof = ONEOF("pending", "delivered", "failed")),
		FIELD(struct callback_list_args, task_id, "Only those of this task",
			.complete = "task list")),
	OP_REPLY(struct callback_list_reply,
		FIELD(struct callback_list_reply, id,
			"Identifier: X-TRAE-Delivery and webhook-id of the request",
			.required = true),
		FIELD(struct callback_list_reply, event, "What is told", .required = true),
		FIELD(struct callback_list_reply, task_id, "The task it is about"),
		FIELD(struct callback_list_reply, state, "pending, delivered or failed",
			.required = true),
		FIELD(struct callback_list_reply, attempt, "How often it was sent",
			.required = true),
		FIELD(struct callback_list_reply, http_status, "The last answer"),
		FIELD(struct callback_list_reply, next_at, "When it is sent next"),
		FIELD(struct callback_list_reply, url, "Where to, without the query",
			.required = true),
		FIELD(struct callback_list_reply, error, "Why the last attempt failed"),
		FIELD(struct callback_list_reply, created_at, "When it was put in the outbox",
			.required = true, .hidden = true),
		FIELD(struct callback_list_reply, done_at, "When it was delivered or given up",
			.hidden = true),
		FIELD(struct callback_list_reply, response_ms,
			"Milliseconds until the last answer", .hidden = true)),
	.run = run,
};
