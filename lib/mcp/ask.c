/* Questions to whoever is behind a client. Modern: the call ends with what is asked
 * ("input_required") and comes again with the answers, and with a signed state that holds those of
 * earlier rounds. Legacy: a request of ours, on the stream of the call. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/mcp/state.h"
#include "lib/policy/policy.h"

#define PURPOSE "mcp state"
#define STATE_MS 900000
#define ANSWER_MS 120000
#define LOOK_MS 250

/* A request of ours that a client has yet to answer. */
struct mcp_pending {
	struct mcp_pending *next;
	const char *id, *caller;
	char *text; /* the answer, of malloc; NULL: not yet */
};

static const struct {
	const char *method, *capability;
	unsigned can;
} kinds[] = {
	{"elicitation/create", "elicitation", MCP_CAN_ELICIT},
	{"sampling/createMessage", "sampling", MCP_CAN_SAMPLE},
	{"roots/list", "roots", MCP_CAN_ROOTS},
	{"tasks/get", "extensions", MCP_CAN_TASKS},
};
#define KINDS (sizeof kinds / sizeof *kinds)

/* What the state is bound to: the method, what it names, and its arguments. */
static const char *subject(struct mcp_exchange *x)
{
	JSON_AUTO j = json_pack("{s:s,s:O?,s:O?}", "method", x->method, "name",
		json_object_get(x->params, "name"), "arguments",
		json_object_get(x->params, "arguments"));

	return json_canonical(x->call, j);
}

/* The number of a new state. */
static uint64_t note_state(struct mcp *m)
{
	uint64_t n;

	pthread_mutex_lock(&m->lock);
	n = ++m->last_state;
	m->states[n % MCP_STATES_MAX] = n;
	pthread_mutex_unlock(&m->lock);
	return n;
}

/* Each is good once: an answer to a question is not one to the same question asked later. */
static bool take_state(struct mcp *m, const json_t *state)
{
	uint64_t n = (uint64_t)json_integer_value(json_object_get(state, "number"));
	uint64_t *at = &m->states[n % MCP_STATES_MAX];
	bool good;

	if (strcmp(json_member_text(state, "run", ""), m->run))
		return false;
	pthread_mutex_lock(&m->lock);
	good = n && *at == n;
	if (good)
		*at = 0;
	pthread_mutex_unlock(&m->lock);
	return good;
}

static enum fail read_state(struct mcp_exchange *x, const char *text)
{
	const char *dot = strrchr(text, '.'), *said;
	struct call *c = x->call;
	json_t *j;

	if (!dot)
		return FAIL_MISSING;
	said = arena_memdup(&c->arena, text, (size_t)(dot - text));
	TRY(policy_verify(c, PURPOSE, said, dot + 1));
	TRY(json_parse(c, said, strlen(said), &j));
	json_keep(c, j);
	if (strcmp(json_member_text(j, "caller", ""), caller_id(c)) ||
		strcmp(json_member_text(j, "subject", ""), subject(x)) ||
		json_integer_value(json_object_get(j, "until")) < clock_now_ms() ||
		!take_state(x->mcp, j))
		return FAIL_MISSING;
	x->asked_before = json_object_get(j, "asked");
	json_object_update(x->answers, json_object_get(j, "answers"));
	return FAIL_NONE;
}

static bool read_responses(struct mcp_exchange *x)
{
	json_t *responses = json_object_get(x->params, "inputResponses"), *response;
	const char *key;

	if (responses && !json_is_object(responses)) {
		mcp_error(x, MCP_PARAMS, NULL, "inputResponses: an object is needed");
		return false;
	}
	json_object_foreach(responses, key, response) {
		if (!json_is_object(response)) {
			mcp_error(x, MCP_PARAMS, NULL, "inputResponses.%s: an object is needed", key);
			return false;
		}
		json_object_set(x->answers, key, response);
	}
	return true;
}

bool mcp_ask_begin(struct mcp_exchange *x)
{
	json_t *state = json_object_get(x->params, "requestState");

	x->asked = json_keep(x->call, json_object());
	x->answers = json_keep(x->call, json_object());
	if (state && (!json_is_string(state) || read_state(x, json_string_value(state)) != FAIL_NONE)) {
		fail_forget(x->call);
		mcp_error(x, MCP_PARAMS, NULL, "requestState is none that was given to this call, or "
			"it is too old or came before: call again without it");
		return false;
	}
	return read_responses(x);
}

json_t *mcp_ask_result(struct mcp_exchange *x)
{
	struct call *c = x->call;
	JSON_AUTO state = json_pack("{s:s,s:s,s:I,s:s,s:I,s:O,s:o}", "caller", caller_id(c), "subject",
		subject(x), "until", clock_now_ms() + STATE_MS, "run", x->mcp->run, "number",
		(json_int_t)note_state(x->mcp), "answers", x->answers, "asked", json_object());
	const char *said, *mac, *key;
	json_t *question;

	json_object_foreach(x->asked, key, question)
		json_object_set_new(json_object_get(state, "asked"), key, json_true());
	said = json_text(c, state, false);
	if (policy_sign(c, PURPOSE, said, &mac) != FAIL_NONE)
		return mcp_error(x, MCP_INTERNAL, NULL, "nothing can be asked: %s", c->why);
	return json_pack("{s:s,s:O,s:o}", "resultType", "input_required", "inputRequests", x->asked,
		"requestState", json_sprintf("%s.%s", said, mac));
}

json_t *mcp_ask_missing(struct mcp_exchange *x)
{
	json_t *needed = json_object();

	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].can == x->missing)
			json_object_set_new(needed, kinds[i].capability,
				x->missing == MCP_CAN_TASKS ? json_pack("{s:{}}", MCP_TASKS)
							    : json_object());
	return mcp_error(x, MCP_CAPABILITY, json_pack("{s:o}", "requiredCapabilities", needed), "%s",
		x->call->why ? x->call->why : "Missing required client capability");
}

static void put_off(struct mcp *m, struct mcp_pending *p)
{
	pthread_mutex_lock(&m->lock);
	p->next = m->pending;
	m->pending = p;
	pthread_mutex_unlock(&m->lock);
}

static void take_off(struct mcp *m, const struct mcp_pending *p)
{
	struct mcp_pending **at = &m->pending;

	pthread_mutex_lock(&m->lock);
	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	pthread_mutex_unlock(&m->lock);
}

/* Until P is answered or nobody will: the client went, the server ends, or it took too long. */
static void wait_for(struct mcp_exchange *x, const struct mcp_pending *p)
{
	struct mcp *m = x->mcp;
	int64_t until = clock_boot_ms() + ANSWER_MS;
	bool gone = false;

	pthread_mutex_lock(&m->lock);
	while (!p->text && !m->closing && !gone && clock_boot_ms() < until) {
		int64_t at = clock_now_ms() + LOOK_MS;
		struct timespec to = {.tv_sec = at / 1000, .tv_nsec = at % 1000 * 1000000};

		pthread_cond_timedwait(&m->answered, &m->lock, &to);
		pthread_mutex_unlock(&m->lock);
		gone = x->out->gone(x->out->to);
		pthread_mutex_lock(&m->lock);
	}
	pthread_mutex_unlock(&m->lock);
}

static enum fail ask_now(struct mcp_exchange *x, const char *method, json_t *params,
	json_t **answer)
{
	struct call *c = x->call;
	struct mcp_pending p = {.id = id_new(&c->arena), .caller = caller_id(c)};
	JSON_AUTO request = json_pack("{s:s,s:s,s:s,s:O}", "jsonrpc", "2.0", "id", p.id, "method",
		method, "params", params);
	json_t *j = NULL;
	enum fail f;

	put_off(x->mcp, &p);
	if (x->out->send(x->out->to, json_text(c, request, false)))
		wait_for(x, &p);
	take_off(x->mcp, &p);
	if (!p.text)
		return fail(c, FAIL_DENIED, "the client did not answer the question");
	f = json_parse(c, p.text, strlen(p.text), &j);
	free(p.text);
	TRY(f);
	json_keep(c, j);
	*answer = json_object_get(j, "result");
	if (!json_is_object(*answer))
		return fail(c, FAIL_DENIED, "the client could not answer the question: %s",
			json_member_text(json_object_get(j, "error"), "message", "no reason given"));
	return FAIL_NONE;
}

void mcp_ask_take(struct mcp_exchange *x)
{
	struct mcp *m = x->mcp;
	const char *id = x->id && json_is_string(x->id) ? json_string_value(x->id) : "";

	pthread_mutex_lock(&m->lock);
	for (struct mcp_pending *p = m->pending; p; p = p->next)
		if (!p->text && !strcmp(p->id, id) && !strcmp(p->caller, caller_id(x->call)))
			p->text = xstrdup(json_text(x->call, x->message, false));
	pthread_cond_broadcast(&m->answered);
	pthread_mutex_unlock(&m->lock);
}

enum fail mcp_ask(void *to, struct call *c, const char *key, const char *method, json_t *params,
	json_t **answer)
{
	struct mcp_exchange *x = to;
	unsigned can = 0;

	json_keep(c, params);
	for (size_t i = 0; i < KINDS; i++)
		if (!strcmp(kinds[i].method, method))
			can = kinds[i].can;
	*answer = json_object_get(x->answers, key);
	/* Whether to go on is answered only where it was asked. */
	if (*answer && (strcmp(key, OP_CONFIRM) || json_object_get(x->asked_before, key)))
		return FAIL_NONE;
	if (!(x->client.can & can)) {
		x->missing = can;
		return fail(c, FAIL_DENIED, "this needs an answer from a person or program that the "
			"client cannot ask");
	}
	if (!x->client.modern)
		return ask_now(x, method, params, answer);
	json_object_set_new(x->asked, key, json_pack("{s:s,s:O}", "method", method, "params", params));
	*answer = NULL;
	return fail(c, FAIL_APPROVAL, "waits for an answer");
}
