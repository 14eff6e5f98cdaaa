/* Subscriptions: a stream of how the tasks go that a client names, as long as it listens. */
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/mcp/state.h"
#include "lib/model/task.h"
#include "lib/store/store.h"

#define WATCHED_MAX 64
#define LOOK_US 250000
#define SIGN_MS 15000

/* A task that is watched: by its URI as a resource, or by its id as a task. */
struct watch {
	const char *id, *uri; /* uri: NULL for one watched as a task */
	const char *state, *stage;
};

struct listener {
	struct mcp_exchange *x;
	struct watch watches[WATCHED_MAX];
	size_t count;
	json_t *uris, *tasks; /* what was agreed to */
};

/* As a task only one of the caller's own, as a resource any that it may read. */
static bool may_see(struct mcp_exchange *x, const char *id, bool own)
{
	struct call *c = x->call;
	struct mcp_run run;
	struct task t;
	enum fail f = own ? mcp_task_own(x, id, &t) : mcp_dispatch(x, "task show",
		json_keep(c, json_pack("{s:s}", "task_id", id)), &run);

	c->serves = NULL;
	fail_forget(c);
	return f == FAIL_NONE;
}

static void add(struct listener *l, const char *uri, const char *id)
{
	if (l->count == WATCHED_MAX || !may_see(l->x, id, !uri))
		return;
	json_array_append_new(uri ? l->uris : l->tasks, json_string(uri ? uri : id));
	l->watches[l->count++] = (struct watch){.id = id, .uri = uri, .state = "", .stage = ""};
}

static void add_all(struct listener *l, const json_t *filter)
{
	size_t head = strlen(MCP_TASK_URI), i;
	json_t *one;

	json_array_foreach(json_object_get(filter, "resourceSubscriptions"), i, one) {
		const char *uri = json_string_value(one);

		if (uri && !strncmp(uri, MCP_TASK_URI, head))
			add(l, uri, uri + head);
	}
	json_array_foreach(json_object_get(filter, "taskIds"), i, one)
		if (json_is_string(one))
			add(l, NULL, json_string_value(one));
}

static bool send(struct listener *l, const char *method, json_t *params)
{
	json_object_set_new(params, "_meta", json_pack("{s:O}", MCP_META "subscriptionId", l->x->id));
	return mcp_notify(l->x, method, params);
}

static bool acknowledge(struct listener *l)
{
	json_t *agreed = json_object();

	if (json_array_size(l->uris))
		json_object_set(agreed, "resourceSubscriptions", l->uris);
	if (json_array_size(l->tasks))
		json_object_set(agreed, "taskIds", l->tasks);
	return send(l, "notifications/subscriptions/acknowledged", json_pack("{s:o}", "notifications",
		agreed));
}

/* A call on the store of C, so that a stream's memory does not grow with time. */
static struct call call_beside(const struct call *c)
{
	return (struct call){.channel = c->channel, .far = c->far, .caller = c->caller,
		.store_path = c->store_path, .store = c->store, .policy = c->policy};
}

/* Tells of W when it has changed; false when the client has gone. */
static bool tell(struct listener *l, struct watch *w)
{
	struct mcp_exchange *x = l->x;
	struct call own = call_beside(x->call), *c = x->call;
	const char *stage;
	bool here = true;
	struct task t;

	if (task_find(&own, w->id, &t) == FAIL_NONE) {
		stage = t.stage ? t.stage : "";
		if (strcmp(w->state, t.state) || strcmp(w->stage, stage)) {
			w->state = arena_strdup(&c->arena, t.state);
			w->stage = arena_strdup(&c->arena, stage);
			x->call = &own;
			here = w->uri ? send(l, "notifications/resources/updated",
				json_pack("{s:s}", "uri", w->uri))
				: send(l, "notifications/tasks", mcp_task_detail(x, &t));
			x->call = c;
		}
	}
	own.store = NULL;
	call_release(&own);
	return here;
}

/* A key that was revoked hears nothing more, nor does a token past its end. */
static bool still_valid(struct mcp_exchange *x)
{
	const struct caller *asked = x->call->caller, *who;
	struct call own = call_beside(x->call);
	bool good = !asked || ((!asked->expires_at || clock_now_ms() < asked->expires_at) &&
		caller_from_id(&own, asked->id, &who) == FAIL_NONE);

	own.store = NULL;
	call_release(&own);
	return good;
}

static void watch(struct listener *l)
{
	struct mcp_exchange *x = l->x;
	int64_t sign = clock_boot_ms() + SIGN_MS;

	while (!x->mcp->closing && !x->out->gone(x->out->to) && still_valid(x)) {
		for (size_t i = 0; i < l->count; i++)
			if (!tell(l, &l->watches[i]))
				return;
		if (clock_boot_ms() >= sign) {
			sign = clock_boot_ms() + SIGN_MS;
			if (!x->out->send(x->out->to, NULL))
				return;
		}
		usleep(LOOK_US);
	}
}

json_t *mcp_listen(struct mcp_exchange *x)
{
	json_t *filter = json_object_get(x->params, "notifications");
	struct listener l = {.x = x, .uris = json_keep(x->call, json_array()),
		.tasks = json_keep(x->call, json_array())};

	if (!json_is_object(filter))
		return mcp_error(x, MCP_PARAMS, NULL, "notifications: an object is needed");
	if (json_object_get(filter, "taskIds") && !(x->client.can & MCP_CAN_TASKS)) {
		x->missing = MCP_CAN_TASKS;
		return mcp_ask_missing(x);
	}
	add_all(&l, filter);
	if (store_open(x->call) != FAIL_NONE)
		return mcp_error(x, MCP_INTERNAL, NULL, "%s", x->call->why);
	if (acknowledge(&l))
		watch(&l);
	return json_pack("{s:s,s:{s:O}}", "resultType", "complete", "_meta", MCP_META "subscriptionId",
		x->id);
}
