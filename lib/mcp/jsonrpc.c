/* JSON-RPC 2.0: the envelope of every message, and answers. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/id.h"
#include "lib/mcp/state.h"
#include "lib/os/dirs.h"

enum fail mcp_start(struct call *c, struct mcp **out)
{
	struct mcp *m = ARENA_NEW(&c->arena, struct mcp, 1);
	size_t count = 0;

	while (op_table[count])
		count++;
	pthread_mutex_init(&m->lock, NULL);
	pthread_cond_init(&m->answered, NULL);
	m->run = id_new(&c->arena);
	m->tools = ARENA_NEW(&c->arena, char *, count);
	m->fresh = ARENA_NEW(&c->arena, struct mcp_fresh, count);
	*out = m;
	return FAIL_NONE;
}

void mcp_free(struct mcp *m)
{
	for (size_t i = 0; op_table[i]; i++) {
		free(m->tools[i]);
		free(m->fresh[i].text);
	}
	pthread_cond_destroy(&m->answered);
	pthread_mutex_destroy(&m->lock);
}

void mcp_on_task(struct mcp *m, void (*queued)(void *to), void *to)
{
	m->queued = queued;
	m->queued_to = to;
}

void mcp_close(struct mcp *m)
{
	pthread_mutex_lock(&m->lock);
	m->closing = true;
	pthread_cond_broadcast(&m->answered);
	pthread_mutex_unlock(&m->lock);
}

void mcp_answer_text(struct mcp_exchange *x, const char *result)
{
	x->answer = arena_printf(&x->call->arena, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}",
		json_text(x->call, x->id, false), result);
	x->status = 200;
}

void mcp_answer(struct mcp_exchange *x, json_t *result)
{
	if (x->client.modern && !json_object_get(result, "resultType"))
		json_object_set_new(result, "resultType", json_string("complete"));
	mcp_answer_text(x, json_text(x->call, json_keep(x->call, result), false));
}

/* The revision binds these errors to a status; the others are told in the body alone. */
static int status_of(const struct mcp_exchange *x, enum mcp_code code)
{
	switch (code) {
	case MCP_PARSE:
	case MCP_INVALID:
	case MCP_HEADERS:
	case MCP_CAPABILITY:
	case MCP_VERSION:
		return 400;
	case MCP_METHOD:
		return x->client.modern ? 404 : 200;
	default:
		return 200;
	}
}

json_t *mcp_error(struct mcp_exchange *x, enum mcp_code code, json_t *data, const char *format, ...)
{
	struct call *c = x->call;
	va_list list;
	json_t *j;

	va_start(list, format);
	j = json_keep(c, json_pack("{s:s,s:{s:i,s:o}}", "jsonrpc", "2.0", "error", "code", (int)code,
		"message", json_lossy(c, dir_told(c, arena_vprintf(&c->arena, format, list)))));
	va_end(list);
	if (data)
		json_object_set_new(json_object_get(j, "error"), "data", data);
	/* Only the newest revision's schema lets an error do without an id. */
	if (x->id)
		json_object_set(j, "id", x->id);
	else if (!x->client.modern)
		json_object_set_new(j, "id", json_null());
	x->answer = json_text(c, j, false);
	x->status = status_of(x, code);
	return NULL;
}

bool mcp_notify(struct mcp_exchange *x, const char *method, json_t *params)
{
	JSON_AUTO j = json_pack("{s:s,s:s,s:o}", "jsonrpc", "2.0", "method", method, "params", params);

	return x->out->send(x->out->to, json_text(x->call, j, false));
}

const char *mcp_text_param(struct mcp_exchange *x, const char *name)
{
	const char *text = json_member_text(x->params, name, NULL);

	if (!text)
		mcp_error(x, MCP_PARAMS, NULL, "%s: a text is needed", name);
	return text;
}

static bool is_id(const json_t *id)
{
	return json_is_string(id) || json_is_integer(id);
}

/* What kind of message X is; false when it is none. */
static bool classify(struct mcp_exchange *x)
{
	json_t *id = json_object_get(x->message, "id");
	json_t *params = json_object_get(x->message, "params");
	bool answer = json_object_get(x->message, "result") || json_object_get(x->message, "error");

	x->method = json_member_text(x->message, "method", NULL);
	if (strcmp(json_member_text(x->message, "jsonrpc", ""), "2.0") || !x->method == !answer)
		return false;
	if (id && is_id(id))
		x->id = id;
	if ((id && !x->id) || (answer && !id) || (params && !json_is_object(params)))
		return false;
	x->params = params;
	x->meta = json_object_get(params, "_meta");
	x->kind = answer ? MCP_RESPONSE : id ? MCP_REQUEST : MCP_NOTIFICATION;
	return !x->meta || json_is_object(x->meta);
}

bool mcp_envelope(struct mcp_exchange *x, const char *text, size_t len)
{
	struct call *c = x->call;
	json_t *j = NULL;

	if (json_parse(c, text, len, &j) != FAIL_NONE) {
		mcp_error(x, MCP_PARSE, NULL, "the message is not JSON: %s", c->why);
		fail_forget(c);
		return false;
	}
	x->message = json_keep(c, j);
	if (json_is_array(j)) {
		mcp_error(x, MCP_INVALID, NULL, "send messages one by one, not as a batch");
		return false;
	}
	if (!json_is_object(j) || !classify(x)) {
		mcp_error(x, MCP_INVALID, NULL, "the message is none of JSON-RPC 2.0");
		return false;
	}
	return true;
}
