/* Dialects: the forms in which the callers of a guide or a protocol read that something failed. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/front/http.h"
#include "lib/os/dirs.h"

static json_t *suggestions(enum fail f)
{
	switch (f) {
	case FAIL_AUTH:
		return json_pack("[s]", "Send a key made by trae key create as Authorization: Bearer");
	case FAIL_LIMIT:
		return json_pack("[s]", "Wait as long as Retry-After says");
	case FAIL_CONFIG:
		return json_pack("[s]", "Set, install or give what the message names; trae doctor tells more");
	case FAIL_UNKNOWN:
		return json_pack("[s]", "Repeat the request with the same Idempotency-Key");
	case FAIL_BUSY:
	case FAIL_REMOTE:
		return json_pack("[s]", "Try again later");
	default:
		return json_array();
	}
}

/* The trace that the caller says this belongs to (W3C Trace Context), else the request itself. */
static const char *trace_of(struct request *r)
{
	const char *text = web_header(r->x, "traceparent");

	if (!text || !trace_valid(text))
		return r->id;
	return arena_memdup(&r->call.arena, text + 3, 32);
}

/* What of its rate a caller has used up, and until when. */
static void add_rate(struct call *c, const struct rate *rate, json_t *details)
{
	json_object_set_new(details, "limit", json_integer(rate->limit));
	json_object_set_new(details, "window_seconds", json_integer(rate->window_s));
	json_object_set_new(details, "reset_at", json_string(clock_text(&c->arena,
		clock_now_ms() + rate->reset_s * 1000)));
}

/* The error body of /api/v1. */
static const char *trae_text(struct request *r, enum fail f, const char *why)
{
	struct call *c = &r->call;
	const struct fail_kind *kind = fail_kind(f);
	JSON_AUTO message = json_lossy(c, why);
	JSON_AUTO j = json_pack("{s:{s:s,s:O,s:{s:s,s:s,s:s,s:s,s:s},s:o}}", "error", "code",
		*kind->code ? kind->code : "TRAE_SYS_004", "message", message, "details",
		"component", r->route ? r->route->op->name : "http", "timestamp",
		clock_text(&c->arena, clock_now_ms()), "trace_id", trace_of(r), "request_id", r->id,
		"word", kind->word, "recovery_suggestions", suggestions(f));

	if (f == FAIL_LIMIT && c->rate)
		add_rate(c, c->rate, json_object_get(json_object_get(j, "error"), "details"));
	return json_text(c, j, false);
}

static int trae_status(enum fail f)
{
	return fail_kind(f)->http;
}

/* RFC 6749 5.2: all is 400 but an unknown client; what is the server's own fault is 4.1.2.1's. */
static int oauth_status(enum fail f)
{
	int status = fail_kind(f)->http;

	return status < 500 && status != 401 && status != 429 ? 400 : status;
}

static const char *oauth_word(enum fail f)
{
	int status = fail_kind(f)->http;

	if (status == 401)
		return "invalid_client";
	if (status == 429 || status == 503)
		return "temporarily_unavailable";
	return status < 500 ? "invalid_request" : "server_error";
}

static const char *oauth_text(struct request *r, enum fail f, const char *why)
{
	struct call *c = &r->call;
	JSON_AUTO message = json_lossy(c, why);
	JSON_AUTO j = json_pack("{s:s,s:O}", "error", c->error ? c->error : oauth_word(f),
		"error_description", message);

	return json_text(c, j, false);
}

/* A guide's backend takes 422 for what does not fit its schema, and tells where it stood. */
static int detail_status(enum fail f)
{
	return fail_kind(f)->http == 400 ? 422 : fail_kind(f)->http;
}

/* The member that WHY begins with ("limit: ...", "to is needed: ..."), or NULL. */
static const struct field *field_of(const struct op *op, const char *why)
{
	size_t len = strcspn(why, ": ");

	for (const struct field *f = op->args; f->name; f++)
		if (strlen(f->name) == len && !memcmp(f->name, why, len))
			return f;
	return NULL;
}

static json_t *detail_list(struct request *r, const char *why)
{
	const struct field *f = field_of(r->route->op, why);
	bool missing = f && !strncmp(why + strlen(f->name), " is needed", 10);
	json_t *loc = json_pack("[s]", strcmp(r->route->method, "POST") ? "query" : "body");
	JSON_AUTO message = json_lossy(&r->call, why);

	if (f)
		json_array_append_new(loc, json_string(f->name));
	return json_pack("[{s:o,s:O,s:s}]", "loc", loc, "msg", message, "type",
		missing ? "missing" : "value_error");
}

static const char *detail_text(struct request *r, enum fail f, const char *why)
{
	struct call *c = &r->call;
	JSON_AUTO j = json_object();

	if (f == FAIL_AUTH)
		json_object_set_new(j, "detail", json_string("Invalid API key"));
	else if (detail_status(f) == 422 && r->route)
		json_object_set_new(j, "detail", detail_list(r, why));
	else
		json_object_set_new(j, "detail", json_lossy(c, why));
	return json_text(c, j, false);
}

static const struct {
	const char *content_type;
	int (*status)(enum fail f);
	const char *(*text)(struct request *r, enum fail f, const char *why);
	bool lenient, page, sparse;
} dialects[] = {
	[DIALECT_TRAE] = {"application/json", trae_status, trae_text},
	[DIALECT_OAUTH] = {"application/json", oauth_status, oauth_text, .lenient = true, .sparse = true},
	[DIALECT_PAGE] = {"text/html; charset=utf-8", trae_status, page_of_refusal,
		.lenient = true, .page = true},
	[DIALECT_DETAIL] = {"application/json", detail_status, detail_text, .lenient = true},
};

struct refusal dialect_refusal(struct request *r, enum fail f)
{
	enum dialect d = r->route ? r->route->dialect : DIALECT_TRAE;
	const char *why = dir_told(&r->call, r->call.why ? r->call.why : fail_kind(f)->meaning);

	return (struct refusal){.status = dialects[d].status(f),
		.content_type = dialects[d].content_type, .text = dialects[d].text(r, f, why),
		.page = dialects[d].page};
}

bool dialect_lenient(enum dialect d)
{
	return dialects[d].lenient;
}

bool dialect_sparse(enum dialect d)
{
	return dialects[d].sparse;
}
