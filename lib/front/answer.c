/* Answers: replies, errors and tasks in the form that the guides' clients read. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/base/meter.h"
#include "lib/front/http_state.h"
#include "lib/model/task_result.h"
#include "lib/os/dirs.h"
#include "lib/os/file.h"
#include "lib/policy/policy.h"
#include "lib/text/slug.h"

/* What was busy may be free again behind so many seconds. */
#define BUSY_RETRY_S "10"

static void count(int status, int64_t started_us)
{
	meter_add(METER_REQUESTS, 1);
	meter_add(METER_REQUEST_US, clock_boot_us() - started_us);
	if (status >= 500)
		meter_add(METER_ERRORS, 1);
	else if (status >= 400)
		meter_add(METER_REFUSED, 1);
}

void answer_header(struct request *r, const char *name, const char *value)
{
	if (r->more_count < sizeof r->more / sizeof *r->more)
		r->more[r->more_count++] = (struct web_reply_header){name, value};
}

/* What is left of the caller's rate, as draft-ietf-httpapi-ratelimit-headers-11 and older clients
 * read it. */
static size_t rate_headers(struct call *c, const struct rate *rate, struct web_reply_header *h)
{
	const char *reset = arena_printf(&c->arena, "%lld", (long long)rate->reset_s);
	const char *unit = rate->window_s
		? arena_printf(&c->arena, "w=%lld", (long long)rate->window_s)
		: "qu=\"concurrent-requests\"";
	size_t n = 0;

	h[n++] = (struct web_reply_header){"RateLimit-Policy", arena_printf(&c->arena,
		"\"%s\";q=%lld;%s", rate->name, (long long)rate->limit, unit)};
	h[n++] = (struct web_reply_header){"RateLimit", arena_printf(&c->arena, "\"%s\";r=%lld;t=%s",
		rate->name, (long long)rate->remaining, reset)};
	h[n++] = (struct web_reply_header){"X-RateLimit-Limit",
		arena_printf(&c->arena, "%lld", (long long)rate->limit)};
	h[n++] = (struct web_reply_header){"X-RateLimit-Remaining",
		arena_printf(&c->arena, "%lld", (long long)rate->remaining)};
	h[n++] = (struct web_reply_header){"X-RateLimit-Reset", reset};
	h[n++] = (struct web_reply_header){"X-RateLimit-Window",
		arena_printf(&c->arena, "%lld", (long long)rate->window_s)};
	if (rate->remaining <= 0)
		h[n++] = (struct web_reply_header){"Retry-After", reset};
	return n;
}

/* The headers of every answer: what is left of its caller's rate, and the request's id, which is the
 * last because it is always another. */
static const struct web_reply_header *headers(struct request *r)
{
	struct call *c = &r->call;
	struct web_reply_header *h = ARENA_NEW(&c->arena, struct web_reply_header, 16 + r->more_count);
	size_t n = 0;

	h[n++] = (struct web_reply_header){"Cache-Control", "no-store"};
	h[n++] = (struct web_reply_header){"X-Content-Type-Options", "nosniff"};
	n += origin_headers(r, h + n);
	if (r->session)
		h[n++] = (struct web_reply_header){"Mcp-Session-Id", r->session};
	for (size_t i = 0; i < r->more_count; i++)
		h[n++] = r->more[i];
	if (c->rate)
		n += rate_headers(c, c->rate, h + n);
	h[n] = (struct web_reply_header){"X-Request-ID", r->id};
	return h;
}

static void send_text(struct request *r, int status, const char *type, const char *text)
{
	const struct web_reply reply = {.status = status, .content_type = type,
		.headers = headers(r), .body = text, .len = strlen(text)};

	count(status, r->started_us);
	web_answer(r->x, &reply);
	request_free(r);
}

/* ChatGPT takes answers up to a length. */
static void send_cut(struct request *r, int status, const json_t *j)
{
	JSON_AUTO cut = NULL;
	enum fail f = cut_reply(&r->call, j, r->cursor, ACTIONS_CHARACTERS - 1000, &cut);

	if (f != FAIL_NONE)
		answer_failure(r, f);
	else
		send_text(r, status, "application/json", json_text(&r->call, cut, false));
}

static void send_json(struct request *r, int status, const json_t *j)
{
	if (r->actions)
		send_cut(r, status, j);
	else
		send_text(r, status, "application/json", json_text(&r->call, j, false));
}

static void add_page_headers(struct request *r, const char *rules)
{
	answer_header(r, "Content-Security-Policy", rules);
	answer_header(r, "X-Frame-Options", "DENY");
	answer_header(r, "Referrer-Policy", "same-origin");
}

/* A page (the members html and form_action), or the way to another one (location). */
static void send_page(struct request *r, int status, const json_t *reply)
{
	const char *html = json_member_text(reply, "html", "");
	const char *location = json_member_text(reply, "location", NULL);

	add_page_headers(r, page_rules(&r->call, html, json_member_text(reply, "form_action", "")));
	if (location)
		answer_header(r, "Location", location);
	send_text(r, location ? 303 : status, "text/html; charset=utf-8", html);
}

void answer_text(struct request *r, int status, const char *json)
{
	send_text(r, status, "application/json", json);
}

#define ENDING_MAX 6

/* What a browser calls the file NAME that it saves: its ending says which program opens it. */
static const char *save_name(struct arena *a, const char *name)
{
	const char *dot = strrchr(name, '.');
	size_t len = dot ? strlen(dot) : 0;

	if (!dot || dot == name || len > ENDING_MAX ||
		strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz0123456789") + 1 != len)
		return slug(a, name);
	return arena_printf(a, "%s%s", slug(a, arena_memdup(a, name, (size_t)(dot - name))), dot);
}

/* The bytes of a recorded file, from its place on disk. */
static void send_file(struct request *r)
{
	const struct file *f = &r->file;
	const char *range = web_header(r->x, "Range");
	struct call *c = &r->call;
	struct web_reply_header h[10] = {{"X-Request-ID", r->id}, {"X-File-ID", f->id},
		{"Cache-Control", "private, no-cache"},
		{"X-Generated-At", clock_text(&c->arena, f->created_at)},
		{"X-Content-Type-Options", "nosniff"},
		{"Content-Disposition", arena_printf(&c->arena, "attachment; filename=\"%s\"",
			save_name(&c->arena, f->name))}};
	struct web_reply reply = {.status = 200, .content_type = f->media_type, .headers = h,
		.file = true, .etag = arena_printf(&c->arena, "\"%s\"", f->sha256)};
	enum fail failed = file_open_plain(c, f->path, &reply.fd);

	/* What came into its place since is not given away, nor where that is. */
	if (failed == FAIL_DENIED || failed == FAIL_INPUT || failed == FAIL_MISSING) {
		fail_forget(c);
		failed = fail(c, FAIL_MISSING, "%s is not where it was", f->name);
	}
	if (failed != FAIL_NONE) {
		answer_failure(r, failed);
		return;
	}
	origin_headers(r, h + 6);
	if (range) {
		failed = fail(c, FAIL_INPUT, "the file has no such range");
		reply.body = dialect_refusal(r, failed).text;
		reply.len = strlen(reply.body);
	}
	/* A player that jumps, and a client that has it already, do not fetch it anew. */
	if ((!range || !strncmp(range, "bytes=0-", 8)) && !web_header(r->x, "If-None-Match") &&
		strcmp(web_method(r->x), "HEAD"))
		file_downloaded(f->id);
	count(200, r->started_us);
	web_answer(r->x, &reply);
	request_free(r);
}

static void drop_nulls(json_t *object)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, key, value)
		if (json_is_null(value))
			json_object_del(object, key);
}

/* What a page of documents may do: read what this server gives it, with nothing put around it. */
#define DOCUMENT_RULES "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "     \
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

static void send_document(struct request *r, const char *type, const char *text)
{
	if (!strncmp(type, "text/html", 9)) {
		answer_header(r, "Content-Security-Policy", DOCUMENT_RULES);
		answer_header(r, "Referrer-Policy", "no-referrer");
	}
	send_text(r, 200, type, text);
}

void answer_replies(struct request *r)
{
	const struct op *op = r->route->op;
	const struct op_alias *alias = r->route->alias;
	const char *type = alias && alias->media_type ? alias->media_type : "application/json";
	json_t *first = json_array_get(r->replies, 0);

	if (op->flags & OP_PAGE) {
		send_page(r, 200, first);
	} else if (r->text) {
		send_document(r, type, r->text);
	} else if (r->file.path) {
		send_file(r);
	} else if (r->said) {
		if (op->fresh_ms)
			fresh_keep(r, r->said);
		send_text(r, op->flags & OP_LATER ? 202 : 200, type, r->said);
	} else if (op->rows) {
		send_json(r, 200, op_result(&r->call, op, request_list(r, &r->replies)));
	} else if (alias && alias->media_type) {
		const char *text = json_member_text(first, op->document, "");

		fresh_keep(r, text);
		send_document(r, type, text);
	} else if (first) {
		if (dialect_sparse(r->route->dialect))
			drop_nulls(first);
		if (op->fresh_ms)
			fresh_keep(r, json_text(&r->call, first, false));
		send_json(r, op->flags & OP_LATER ? 202 : 200, first);
	} else {
		JSON_AUTO none = json_object();

		send_json(r, 200, none);
	}
}

static void send_failure(struct request *r, int status, enum fail f)
{
	const struct refusal no = dialect_refusal(r, f);
	const struct rate *rate = r->call.rate;

	challenge_add(r, f);
	if ((f == FAIL_BUSY || f == FAIL_INTERRUPTED) && !(rate && rate->remaining <= 0))
		answer_header(r, "Retry-After", BUSY_RETRY_S);
	if (no.page)
		add_page_headers(r, page_rules(&r->call, no.text, ""));
	send_text(r, status ? status : no.status, no.content_type, no.text);
}

void answer_failure(struct request *r, enum fail f)
{
	/* A page that was said before the failure tells of it. */
	if (r->route && (r->route->op->flags & OP_PAGE) && json_array_size(r->replies))
		send_page(r, fail_kind(f)->http, json_array_get(r->replies, 0));
	else
		send_failure(r, r->status, f);
}

void answer_no_route(struct request *r, const char *allow)
{
	if (*allow) {
		answer_header(r, "Allow", allow);
		send_failure(r, 405, fail(&r->call, FAIL_USAGE, "%s is not a method of this path; it has %s",
			web_method(r->x), allow));
	} else {
		send_failure(r, 404, fail(&r->call, FAIL_MISSING, "no such path"));
	}
}

void answer_refusal(struct web_exchange *x, int status, enum fail f, const char *why)
{
	struct request r = {.x = x, .call = {.channel = CHANNEL_HTTP, .why = why}};
	struct web_reply reply = {.status = status, .close = true};
	struct refusal no;

	r.id = id_new(&r.call.arena);
	no = dialect_refusal(&r, f);
	reply.headers = headers(&r);
	reply.content_type = no.content_type;
	reply.body = no.text;
	reply.len = strlen(no.text);
	count(status, clock_boot_us());
	web_answer(x, &reply);
	call_release(&r.call);
}

static json_t *stages(void)
{
	return json_pack("[s,s,s,s,s]", "script_processing", "voice_generation", "video_rendering",
		"audio_mixing", "final_encoding");
}

void answer_accepted(struct request *r)
{
	json_t *put = json_array_get(r->replies, 0);
	bool video = strstr(web_path(r->x), "/video/") != NULL;
	JSON_AUTO j = json_pack("{s:s,s:s,s:O?,s:O?,s:O?,s:O}", "status",
		video ? "processing" : "accepted", "task_id", r->task_id, "estimated_completion",
		json_object_get(put, "estimated_completion"), "progress_url",
		json_object_get(put, "progress_url"), "webhook_configured",
		json_object_get(put, "webhook_configured"), "warnings",
		request_list(r, &r->warnings));

	if (video)
		json_object_set_new(j, "progress", json_pack("{s:s,s:i,s:o}", "current_stage",
			"script_processing", "completion_percent", 0, "stages", stages()));
	send_json(r, 202, j);
}

/* Reads the task of R; when it has completed, its result too. */
static enum fail load(struct request *r, struct call *c, struct task *t, json_t **result)
{
	json_t *list;

	*result = NULL;
	TRY(task_find(c, r->task_id, t));
	if (strcmp(t->state, "completed"))
		return FAIL_NONE;
	TRY(task_result(c, t, result));
	list = json_object_get(*result, "warnings");
	if (json_is_array(list))
		json_array_extend(list, r->warnings);
	return FAIL_NONE;
}

bool answer_task(struct request *r, struct call *c)
{
	struct task t;
	json_t *result, *usage;
	enum fail f = load(r, c, &t, &result);

	if (f != FAIL_NONE) {
		request_failed(r, c);
		fail_forget(c);
		answer_failure(r, f);
		return true;
	}
	if (!task_ended(t.state))
		return false;
	usage = task_usage(c, &t);
	if (!strcmp(t.state, "completed")) {
		JSON_AUTO j = json_pack("{s:s,s:s,s:O?,s:I,s:O?}", "status", "completed",
			"task_id", t.id, "result", result, "execution_time_ms",
			(json_int_t)(t.completed_at - t.started_at), "resource_usage", usage);

		send_json(r, 200, j);
	} else {
		JSON_AUTO why = json_lossy(&r->call,
			dir_told(&r->call, t.error_text ? t.error_text : t.state));
		JSON_AUTO j = json_pack("{s:s,s:s,s:n,s:{s:s,s:s?,s:O},s:O?}", "status",
			task_status(t.state), "task_id", t.id, "result", "error", "code",
			"TRAE_PROC_006", "word", t.error_word, "message", why, "resource_usage",
			usage);

		send_json(r, 200, j);
	}
	return true;
}
