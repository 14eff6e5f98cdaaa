/* One request: what the web room has of it becomes the arguments of an operation. */
#include <string.h>
#include <strings.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/front/http_state.h"
#include "lib/op/kind.h"
#include "lib/policy/policy.h"
#include "lib/policy/token.h"
#include "lib/text/utf8.h"
#include "lib/web/target.h"

#define REQUEST_ID_MAX 128

static void note_warning(void *to, const char *text)
{
	struct request *r = to;

	json_array_append_new(request_list(r, &r->warnings), json_lossy(&r->call, text));
}

static bool printable(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x21 || text[i] > 0x7e)
			return false;
	return len > 0 && len <= REQUEST_ID_MAX;
}

/* A proxy on this machine speaks for others, and says so, or asks by the name that they use. */
static bool is_near(const struct request *r)
{
	static const char *const of_proxy[] = {"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"};

	for (size_t i = 0; i < sizeof of_proxy / sizeof *of_proxy; i++)
		if (web_header(r->x, of_proxy[i]))
			return false;
	return web_peer_loopback(r->x) && origin_names_loopback(web_header(r->x, "Host"));
}

enum fail request_caller(struct request *r, const char *what)
{
	struct call *c = &r->call;
	const char *key = web_header(r->x, "Authorization");

	c->path = web_path(r->x);
	if (key && !strncasecmp(key, "Bearer ", 7))
		return caller_from_key(c, key + 7, c->peer, &c->caller);
	key = web_header(r->x, "X-API-Key");
	if (key)
		return caller_from_key(c, key, c->peer, &c->caller);
	c->near = r->route && (r->route->op->flags & OP_NEAR) && is_near(r);
	if (c->near)
		return FAIL_NONE;
	policy_unknown(c, what);
	return fail(c, FAIL_AUTH, "a key is needed: Authorization: Bearer KEY");
}

/* Puts NAME=VALUE where it belongs: given twice it could be read in two ways. */
static enum fail take_parameter(struct request *r, const char *name, const char *value)
{
	if (json_object_get(r->args, name))
		return fail(&r->call, FAIL_USAGE, "%s is given twice", name);
	return route_parameter(&r->call, r->route->op, name, value,
		dialect_lenient(r->route->dialect), r->args);
}

/* A client's own name and secret (RFC 6749 2.3.1), of characters that no encoding changes. */
static enum fail read_basic(struct request *r)
{
	const char *header = web_header(r->x, "Authorization"), *user, *password;

	if (!(r->route->op->flags & OP_BASIC) || !header || strncasecmp(header, "Basic ", 6))
		return FAIL_NONE;
	if (!basic_read(&r->call, header + 6, &user, &password))
		return fail(&r->call, FAIL_AUTH, "Authorization: Basic holds no name and password");
	/* Many say their name in the body as well. */
	if (strcmp(json_member_text(r->args, "client_id", ""), user))
		TRY(take_parameter(r, "client_id", user));
	return take_parameter(r, "client_secret", password);
}

static enum fail read_query(struct request *r, int64_t *wait_s)
{
	const char *name, *value;

	for (size_t i = 0; web_query_at(r->x, i, &name, &value); i++) {
		static const struct field wait = {.name = "wait", .type = FIELD_INT, .max = OP_WAIT_MAX_S};
		const struct field *f = field_find(r->route->op->args, name);
		json_t *j = NULL;

		/* Servers and browsers keep what stands in a URL (RFC 6749 2.3.1). */
		if (f && f->secret)
			return fail(&r->call, FAIL_USAGE, "%s is secret: send it in the body", name);
		if (r->actions && !strcmp(name, "cursor")) {
			r->cursor = arena_strdup(&r->call.arena, value);
			continue;
		}
		if (strcmp(name, "wait") || !(r->route->op->flags & (OP_LONG | OP_WAIT))) {
			TRY(take_parameter(r, name, value));
			continue;
		}
		TRY(field_from_text(&r->call, &wait, value, &j));
		*wait_s = json_integer_value(j);
		json_decref(j);
	}
	return FAIL_NONE;
}

static enum fail read_form(struct request *r, const char *text, size_t len)
{
	struct call *c = &r->call;
	char *copy = arena_memdup(&c->arena, text, len);
	struct web_target *form = ARENA_NEW(&c->arena, struct web_target, 1);
	struct web_verdict v;

	if (r->route->op->flags & OP_PAGE)
		TRY(page_came_from_here(r));
	if (strlen(copy) != len)
		return fail(c, FAIL_USAGE, "the form holds a NUL");
	v = target_read_form(copy, form);
	if (v.status)
		return fail(c, FAIL_USAGE, "%s", v.why);
	for (size_t i = 0; i < form->param_count; i++)
		TRY(take_parameter(r, form->params[i].name, form->params[i].value));
	return FAIL_NONE;
}

static bool is_type(const char *type, const char *wanted)
{
	size_t len = strlen(wanted);

	return type && !strncasecmp(type, wanted, len) && (!type[len] || strchr("; ", type[len]));
}

/* Lines, CSV and arrays, for an operation that takes them. */
static bool is_upload(const struct op *op, const char *type, const char *text)
{
	static const char *const types[] = {"application/x-ndjson", "application/jsonl",
		"application/x-jsonlines", "text/csv"};

	for (size_t i = 0; op->upload && i < sizeof types / sizeof *types; i++)
		if (is_type(type, types[i]))
			return true;
	return op->upload && is_type(type, "application/json") &&
		text[strspn(text, " \t\r\n")] == '[';
}

static enum fail read_upload(struct request *r, const char *text, size_t len)
{
	json_t *all = json_stringn(text, len);

	if (!all)
		return fail(&r->call, FAIL_INPUT, "the body is not UTF-8 text");
	json_object_set_new(r->args, r->route->op->upload, all);
	return FAIL_NONE;
}

/* What stands in the path is said there alone, or equally: proxies go by the path. */
static enum fail read_members(struct request *r, const json_t *body)
{
	json_t *in_path = json_object_size(r->args) ? json_keep(&r->call, json_copy(r->args)) : NULL;
	json_t *value;
	const char *name;

	TRY(op_arguments(&r->call, r->route->op, body, false, dialect_lenient(r->route->dialect),
		r->args));
	json_object_foreach(in_path, name, value)
		if (!json_equal(json_object_get(r->args, name), value))
			return fail(&r->call, FAIL_USAGE, "%s is given twice", name);
	return FAIL_NONE;
}

static enum fail read_body(struct request *r)
{
	const struct op *op = r->route->op;
	struct call *c = &r->call;
	const bool form = r->route->op->flags & OP_FORM;
	const char *wanted = form ? "application/x-www-form-urlencoded" : "application/json";
	size_t len;
	const char *text = web_body(r->x, &len);
	json_t *body = NULL;

	if (!len)
		return FAIL_NONE;
	if (is_upload(op, web_header(r->x, "Content-Type"), text))
		return read_upload(r, text, len);
	/* A form that a browser sends across sites without asking is of another type than JSON. */
	if (!is_type(web_header(r->x, "Content-Type"), wanted))
		return fail(c, FAIL_USAGE, "a body has to be %s%s", wanted,
			op->upload ? ", application/x-ndjson or text/csv" : "");
	if (form)
		return read_form(r, text, len);
	if (r->actions && utf8_count(text, len) >= ACTIONS_CHARACTERS) {
		r->status = 413;
		return fail(c, FAIL_INPUT, "an Action may send fewer than %d characters",
			ACTIONS_CHARACTERS);
	}
	TRY(json_parse(c, text, len, &body));
	json_keep(c, body);
	if (!json_is_object(body))
		return fail(c, FAIL_INPUT, "the body has to be a JSON object");
	return read_members(r, body);
}

/* A long operation becomes a submission of itself. */
static void make_submission(struct request *r)
{
	struct call *c = &r->call;
	json_t *submission = json_keep(c, json_object());

	for (const char *const *name = kind_members; *name; name++) {
		json_t *value = json_object_get(r->args, *name);

		if (!value || field_find(r->route->op->args, *name))
			continue;
		json_object_set(submission, *name, value);
		json_object_del(r->args, *name);
	}
	c->serves = r->route->op->name;
	json_object_set_new(submission, "task_type", json_string(r->route->op->name));
	json_object_set(submission, "parameters", r->args);
	r->args = submission;
	r->task_id = "";
}

/* The writing lane does what needs the store, and no more: all others wait for it. */
static void write_later(struct request *r)
{
	request_prepare(r);
	lanes_write(r->http->lanes, r);
}

static void send_on(struct request *r)
{
	const struct op *op = r->route->op;

	if ((op->flags & OP_WAIT) && r->wait_until_ms && op_allowed(&r->call, op)) {
		http_wait(r);
	} else if (op->flags & OP_LONG) {
		make_submission(r);
		write_later(r);
	} else if (!(op->flags & OP_QUICK)) {
		lanes_slow(r->http->lanes, r);
	} else if (op->effect == EFFECT_READ) {
		request_look(r);
	} else {
		write_later(r);
	}
}

/* What the route itself says: "as=actions". */
static void preset(struct request *r)
{
	const char *text = r->route->alias ? r->route->alias->preset : NULL;
	size_t len = text ? strcspn(text, "=") : 0;

	if (text)
		json_object_set_new(r->args, arena_memdup(&r->call.arena, text, len),
			json_string(text + len + 1));
}

void request_context(struct request *r)
{
	const char *trace = web_header(r->x, "traceparent");
	const char *key = web_header(r->x, "Idempotency-Key");

	if (trace && trace_valid(trace))
		r->call.traceparent = arena_strdup(&r->call.arena, trace);
	if (key)
		r->call.idempotency_key = arena_strdup(&r->call.arena, key);
}

static enum fail read_all(struct request *r, int64_t *wait_s)
{
	if (!(r->route->op->flags & OP_OPEN))
		TRY(request_caller(r, r->route->op->name));
	TRY(read_body(r));
	TRY(read_basic(r));
	TRY(read_query(r, wait_s));
	preset(r);
	request_context(r);
	return FAIL_NONE;
}

/* Below ACTIONS_PATH stand the operations that ChatGPT is given, and nothing else. */
static const struct route *find_route(struct request *r, const char **allow)
{
	const struct http *h = r->http;
	const char *path = web_path(r->x);
	/* The web room sends the headers alone. */
	const char *method = strcmp(web_method(r->x), "HEAD") ? web_method(r->x) : "GET";
	const struct route *route;

	r->actions = !strncmp(path, ACTIONS_PATH "/", sizeof ACTIONS_PATH);
	route = routes_find(&r->call, &h->routes, method,
		path + (r->actions ? strlen(ACTIONS_PATH) : 0), r->args, allow);
	if (!r->actions)
		return route;
	r->call.deadline_boot_ms = clock_boot_ms() + OP_WAIT_MAX_S * 1000;
	if (route && op_in_actions(&r->call, route->op) &&
		!(route->alias && route->alias->media_type))
		return route;
	*allow = "";
	return NULL;
}

void request_take(struct http *h, struct web_exchange *x)
{
	struct request *r = xmalloc(sizeof *r);
	const char *id = web_header(x, "X-Request-ID"), *allow = "";
	int64_t wait_s = -1;
	enum fail f;

	*r = (struct request){.http = h, .x = x, .started_us = clock_boot_us(),
		.call = {.channel = CHANNEL_HTTP, .far = true, .config = h->shared->config,
			.store_path = h->shared->store_path, .policy = h->policy,
			.public_url = h->public_url}};
	r->id = id && printable(id) ? arena_strdup(&r->call.arena, id) : id_new(&r->call.arena);
	if (!web_peer_loopback(x))
		r->call.peer = arena_strdup(&r->call.arena, web_peer(x));
	r->args = json_keep(&r->call, json_object());
	r->call.warn = note_warning;
	r->call.talk_to = r;
	f = origin_check(r);
	if (f != FAIL_NONE) {
		answer_failure(r, f);
		return;
	}
	if (!strcmp(web_path(x), MCP_PATH)) {
		mcp_take(r);
		return;
	}
	r->route = find_route(r, &allow);
	if (!r->route && r->origin && *allow && !strcmp(web_method(x), "OPTIONS")) {
		origin_preflight(r, allow);
		return;
	}
	if (!r->route) {
		answer_no_route(r, allow);
		return;
	}
	f = read_all(r, &wait_s);
	if (f != FAIL_NONE) {
		answer_failure(r, f);
		return;
	}
	r->wait_said = wait_s >= 0;
	r->wait_until_ms = wait_s > 0 ? clock_boot_ms() + wait_s * 1000 : 0;
	send_on(r);
}
