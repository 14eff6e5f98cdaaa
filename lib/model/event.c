/* Events: what others may ask to be told of as it happens, and who asked. */
#include "lib/model/event.h"

#include <sodium.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/model/callback.h"
#include "lib/model/callback_secret.h"
#include "lib/model/task.h"
#include "lib/store/store.h"

#define KEEP_MS (7 * INT64_C(86400000))
#define OVER_MAX 20

struct task_payload {
	const char *task_id, *operation, *status, *state, *error;
	double execution_time_seconds;
};

struct agent_payload {
	const char *agent, *status;
};

struct event_arguments {
	const char *operation, *agent;
};

#define NARROW_TASK                                                                                \
	FIELDS(FIELD(struct event_arguments, operation, "Only tasks of this operation"))
#define TASK_PAYLOAD                                                                               \
	FIELDS(FIELD(struct task_payload, task_id, "Identifier", .required = true),                \
		FIELD(struct task_payload, operation, "What it ran", .required = true),            \
		FIELD(struct task_payload, status, "completed or failed", .required = true),       \
		FIELD(struct task_payload, state, "The exact state", .required = true),            \
		FIELD(struct task_payload, error, "Why it failed"),                                \
		FIELD(struct task_payload, execution_time_seconds, "How long its last attempt ran"))

const struct event_kind event_kinds[] = {
	{"task.completed", "A task has completed; task_show has its result", NARROW_TASK, TASK_PAYLOAD},
	{"task.failed", "A task has failed for good", NARROW_TASK, TASK_PAYLOAD},
	{"agent.status.changed", "An agent takes tasks, drains or is paused",
		FIELDS(FIELD(struct event_arguments, agent, "Only this agent")),
		FIELDS(FIELD(struct agent_payload, agent, "Its name", .required = true),
			FIELD(struct agent_payload, status, "active, draining or paused",
				.required = true))},
	{.name = NULL},
};

void event_identify(struct call *c, struct subscription *s)
{
	const char *all = arena_printf(&c->arena, "%s\n%s\n%s\n%s", s->caller, s->event, s->arguments,
		s->url);
	unsigned char digest[16];
	char hex[2 * sizeof digest + 1];

	crypto_generichash(digest, sizeof digest, (const unsigned char *)all, strlen(all), NULL, 0);
	sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
	s->id = arena_printf(&c->arena, "sub_%s", hex);
}

static const char *secret_name(struct call *c, const char *id)
{
	return arena_printf(&c->arena, "event.%s", id);
}

enum fail event_find(struct call *c, const char *id, struct subscription *out)
{
	QUERY_AUTO q;
	enum fail f;

	TRY(query_start(c, SQL("select id, caller, event, arguments, url, created_at, expires_at"
		" from subscription where id = $1 and expires_at > $2"), PARAMS(id, clock_now_ms()), &q));
	if (!query_next(c, &q, &f))
		return f ? f : fail(c, FAIL_MISSING, "no subscription %s", id);
	*out = (struct subscription){query_text(c, &q, 0), query_text(c, &q, 1), query_text(c, &q, 2),
		query_text(c, &q, 3), query_text(c, &q, 4), query_int(&q, 5), query_int(&q, 6)};
	return FAIL_NONE;
}

enum fail event_secret(struct call *c, const char *id, struct secret **out)
{
	return secret_get(c, secret_name(c, id), out);
}

static enum fail forget_secret(struct call *c, const char *id)
{
	const char *backend;
	enum fail f = secret_delete(c, secret_name(c, id), &backend);

	if (f == FAIL_MISSING) {
		fail_forget(c);
		f = FAIL_NONE;
	}
	return f;
}

/* Subscriptions that are over for long, and their secrets. */
static enum fail forget_over(struct call *c)
{
	const char *ids[OVER_MAX];
	size_t n = 0;
	enum fail f;

	{
		QUERY_AUTO q;

		TRY(query_start(c, SQL("select id from subscription where expires_at < $1"
			" order by expires_at limit $2"), PARAMS(clock_now_ms() - KEEP_MS, OVER_MAX), &q));
		while (query_next(c, &q, &f))
			ids[n++] = query_text(c, &q, 0);
		TRY(f);
	}
	for (size_t i = 0; i < n; i++) {
		TRY(forget_secret(c, ids[i]));
		TRY(store_run(c, SQL("delete from subscription where id = $1"), PARAMS(ids[i]), NULL));
	}
	return FAIL_NONE;
}

enum fail event_subscribe(struct call *c, const struct subscription *s, const struct secret *secret)
{
	const char *backend;
	SECRET_AUTO *both = NULL;

	TRY(callback_secret_over(c, secret_name(c, s->id), secret, EVENT_OVERLAP_MS, &both));
	TRY(secret_set(c, secret_name(c, s->id), both, &backend));
	TRY(forget_over(c));
	return store_run(c, SQL("insert into subscription (id, caller, event, arguments, url,"
		" created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)"
		" on conflict (id) do update set expires_at = excluded.expires_at"),
		PARAMS(s->id, s->caller, s->event, s->arguments, s->url, s->created_at,
			s->expires_at), NULL);
}

enum fail event_unsubscribe(struct call *c, const char *id)
{
	int64_t rows;

	TRY(store_run(c, SQL("delete from subscription where id = $1"), PARAMS(id), &rows));
	if (!rows)
		return fail(c, FAIL_MISSING, "no subscription %s", id);
	return forget_secret(c, id);
}

/* Does what a subscriber narrowed the event to hold for DATA? */
static bool fits(struct call *c, const char *arguments, const json_t *data)
{
	json_t *j = NULL, *value;
	const char *name;

	if (json_parse(c, arguments, strlen(arguments), &j) != FAIL_NONE)
		return false;
	json_keep(c, j);
	json_object_foreach(j, name, value)
		if (!json_equal(value, json_object_get(data, name)))
			return false;
	return true;
}

static enum fail tell(struct call *c, const struct subscription *s, const json_t *data)
{
	struct callback k = {.id = id_new(&c->arena), .event = s->event, .url = s->url,
		.subscription_id = s->id,
		.task_id = json_member_text(data, "task_id", NULL)};
	JSON_AUTO body = json_pack("{s:s,s:s,s:s,s:O,s:n}", "eventId", k.id, "name", s->event,
		"timestamp", clock_text(&c->arena, clock_now_ms()), "data", data, "cursor");

	k.body = json_text(c, body, false);
	return callback_add(c, &k);
}

enum fail event_publish(struct call *c, const char *event, const json_t *data)
{
	struct subscription list[EVENT_MOST];
	size_t n = 0;
	enum fail f;

	{
		QUERY_AUTO q;

		TRY(query_start(c, SQL("select id, arguments, url from subscription where event = $1"
			" and expires_at > $2 order by expires_at limit $3"),
			PARAMS(event, clock_now_ms(), EVENT_MOST), &q));
		while (query_next(c, &q, &f)) {
			list[n] = (struct subscription){.event = event, .id = query_text(c, &q, 0),
				.arguments = query_text(c, &q, 1), .url = query_text(c, &q, 2)};
			n += fits(c, list[n].arguments, data);
		}
		TRY(f);
	}
	for (size_t i = 0; i < n; i++)
		TRY(tell(c, &list[i], data));
	return FAIL_NONE;
}

static const struct event_kind *kind_of(const char *name)
{
	const struct event_kind *k = event_kinds;

	while (k->name && strcmp(k->name, name))
		k++;
	return k->name ? k : NULL;
}

enum fail event_of_task(struct call *c, const struct task *t)
{
	const char *status = task_status(t->state);
	struct task_payload p = {.task_id = t->id, .operation = t->operation, .status = status,
		.state = t->state, .error = t->error_text,
		.execution_time_seconds = t->started_at && t->completed_at
			? (double)(t->completed_at - t->started_at) / 1000 : NUM_NULL};
	const struct event_kind *k = kind_of(arena_printf(&c->arena, "task.%s", status));
	JSON_AUTO data = NULL;

	if (!k)
		return FAIL_NONE;
	data = field_emit(c, k->payload, &p);
	return event_publish(c, k->name, data);
}

enum fail event_of_agent(struct call *c, const char *name, const char *state)
{
	const struct agent_payload p = {.agent = name, .status = state};
	JSON_AUTO data = field_emit(c, kind_of("agent.status.changed")->payload, &p);

	return event_publish(c, "agent.status.changed", data);
}
