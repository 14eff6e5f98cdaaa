/* Language models: one question asked until it is answered or refused for good. */
#include "lib/net/llm.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/net/guard.h"
#include "lib/net/llm_wire.h"
#include "lib/net/net.h"
#include "lib/net/retry.h"
#include "lib/net/sse.h"
#include "lib/text/utf8.h"

#define MAX_BYTES (16 << 20)
#define TIMEOUT_MS 600000
/* Models that think before they answer are silent for minutes. */
#define IDLE_S 300
#define PROGRESS_EVERY_MS 100
#define NAP_MS 50

/* One request to a model's server, and what came of its last attempt. */
struct ask {
	const struct llm *llm;
	struct net_header headers[4];
	struct net_request request;
	struct net_reply reply;
	struct sse reader;
	struct llm_answer answer;
	struct llm_error error;
	bool streams;
	int64_t progress_boot_ms; /* when it was reported last */
};

static bool has_key(const struct llm *llm)
{
	return llm->key && *llm->key;
}

/* Waits, but not longer than the caller is willing to. */
static enum fail nap(struct call *c, int64_t wait_ms)
{
	int64_t end_ms = clock_boot_ms() + wait_ms, left_ms = wait_ms;

	do {
		struct timespec ts = {
			.tv_nsec = (left_ms < NAP_MS ? left_ms : NAP_MS) * 1000000};

		TRY(call_check(c));
		nanosleep(&ts, NULL);
		left_ms = end_ms - clock_boot_ms();
	} while (left_ms > 0);
	return FAIL_NONE;
}

static enum fail take_event(struct call *c, void *to, const struct sse_event *event)
{
	struct ask *a = to;
	int64_t now_ms = clock_boot_ms();

	TRY(llm_take_event(c, &a->answer, event));
	if (now_ms - a->progress_boot_ms >= PROGRESS_EVERY_MS) {
		a->progress_boot_ms = now_ms;
		call_progress(c, (double)a->answer.text.len, 0, "model", a->llm->model);
	}
	return FAIL_NONE;
}

static enum fail take_data(struct call *c, void *to, const char *data, size_t len)
{
	struct ask *a = to;

	(void)c;
	return sse_feed(&a->reader, data, len);
}

static enum fail begin(struct call *c, struct ask *a, const struct llm *llm, const char *method,
	const char *path, const char *body)
{
	size_t base_len = strlen(llm->base_url), count = 0;
	struct guard_url url;

	if (guard_url(c, llm->base_url, &url) != FAIL_NONE) {
		fail_context(c, "the base URL of the model");
		return FAIL_CONFIG;
	}
	while (base_len && llm->base_url[base_len - 1] == '/')
		base_len--;
	*a = (struct ask){.llm = llm, .streams = body};
	a->headers[count++] = (struct net_header){.name = "Accept",
		.value = body ? "text/event-stream, application/json" : "application/json"};
	if (body)
		a->headers[count++] = (struct net_header){.name = "Content-Type",
			.value = "application/json"};
	if (has_key(llm))
		a->headers[count] = (struct net_header){.name = "Authorization", .secret = true,
			.value = arena_printf(&c->arena, "Bearer %s", llm->key)};
	a->request = (struct net_request){.method = method, .headers = a->headers, .body = body,
		.body_len = body ? strlen(body) : 0, .max_bytes = MAX_BYTES, .idle_s = IDLE_S,
		.timeout_ms = llm->timeout_ms > 0 ? llm->timeout_ms : TIMEOUT_MS,
		.owner_named = true, .data = body ? take_data : NULL, .to = a,
		.url = arena_printf(&c->arena, "%.*s%s", (int)base_len, llm->base_url, path)};
	return FAIL_NONE;
}

static bool is_out_of_quota(const struct llm_error *e)
{
	return !strcmp(e->code, "insufficient_quota") || !strcmp(e->type, "insufficient_quota");
}

static bool is_about_model(const struct ask *a)
{
	if (!strcmp(a->error.code, "model_not_found") ||
		!strcmp(a->error.type, "model_not_found"))
		return true;
	return a->reply.status == 404 && strcasestr(a->error.message, "model");
}

static const char *shown_header(struct call *c, const struct ask *a, const char *name)
{
	const char *value = net_header(&a->reply, name);

	return value ? llm_shown(c, value, a->llm->key) : "";
}

/* The failure for an answer that is no success, in the words of the server. */
static enum fail refuse(struct call *c, const struct ask *a)
{
	const char *at = a->llm->base_url, *words = a->error.message;
	const char *id = shown_header(c, a, "x-request-id");
	int status = a->reply.status;

	words = *words ? words : "it gives no reason";
	if (*id)
		words = arena_printf(&c->arena, "%s (request %s)", words, id);
	if (is_about_model(a))
		return fail(c, FAIL_CONFIG,
			"no model \"%s\" at %s: %s; set llm.model to one that it offers",
			a->llm->model, at, words);
	if (status == 401 && !has_key(a->llm))
		return fail(c, FAIL_CONFIG, "%s wants an API key: %s; give it as OPENAI_API_KEY or "
			"by trae secret set openai-api-key",
			at, words);
	if (status == 401 || status == 403)
		return fail(c, FAIL_CONFIG, "%s refuses the API key: %s; give a valid one", at,
			words);
	if (status / 100 == 3)
		return fail(c, FAIL_CONFIG, "%s redirects to %s; set that as the base URL", at,
			shown_header(c, a, "location"));
	if (status == 404 || status == 405)
		return fail(c, FAIL_CONFIG,
			"%s is not there: %s; check the base URL, or set llm.api to %s",
			a->request.url, words,
			strcmp(a->llm->api, "chat") ? "chat" : "responses");
	if (is_out_of_quota(&a->error))
		return fail(c, FAIL_REMOTE, "the account at %s has no quota left: %s", at, words);
	return fail(c, FAIL_REMOTE, "%s answers with status %d: %s", at, status, words);
}

/* One attempt. T->status is its HTTP status, 0 when there was none or the answer broke off. */
static enum fail attempt(struct call *c, struct ask *a, struct retry_try *t)
{
	enum fail got;

	a->reply = (struct net_reply){0};
	a->error = (struct llm_error){"", "", ""};
	a->answer = llm_answer_in(&c->arena, a->llm->key);
	a->reader = (struct sse){.call = c, .event = take_event, .to = a};
	t->status = 0;
	got = net_request(c, &a->request, &a->reply);
	if (got != FAIL_NONE)
		return got;
	if (a->reply.status / 100 == 2 && a->streams && !a->answer.complete && !a->answer.failed) {
		if (!strncasecmp(a->reply.content_type, "text/html", 9))
			return fail(c, FAIL_CONFIG,
				"%s answers with a web page; check the base URL", a->llm->base_url);
		return fail(c, FAIL_REMOTE, "%s broke off in the middle of its answer",
			a->llm->base_url);
	}
	t->status = a->reply.status;
	if (t->status / 100 == 2)
		return FAIL_NONE;
	a->error = llm_read_error(c, a->reply.body, a->reply.len, a->llm->key);
	return refuse(c, a);
}

/* Attempts until one is a success or the last failure stands. */
static enum fail exchange(struct call *c, struct ask *a)
{
	for (int count = 0;; count++) {
		struct retry_try t = {.attempt = count};
		enum fail got = attempt(c, a, &t);
		uint32_t random;
		int64_t wait_ms;

		/* Without a status only a broken connection may mend. */
		if (got == FAIL_NONE || (!t.status && got != FAIL_REMOTE))
			return got;
		random_bytes(&random, sizeof random);
		t.out_of_quota = is_out_of_quota(&a->error);
		t.after_ms = net_header(&a->reply, "retry-after-ms");
		t.after = net_header(&a->reply, "retry-after");
		t.should = net_header(&a->reply, "x-should-retry");
		wait_ms = retry_wait_ms(&t, random, clock_now_ms());
		if (wait_ms == RETRY_NEVER)
			return got;
		call_progress(c, 0, 0, "model", "asking again");
		fail_forget(c);
		TRY(nap(c, wait_ms));
	}
}

static bool is_blank(const char *text)
{
	return !text[strspn(text, " \n")];
}

static enum fail read_answer(struct call *c, const struct ask *a, const char **answer)
{
	const struct llm_answer *got = &a->answer;
	const char *text = utf8_plain(&c->arena, got->text.data, got->text.len, true);
	const char *refusal = utf8_plain(&c->arena, got->refusal.data, got->refusal.len, false);

	if (got->failed)
		return fail(c, FAIL_REMOTE, "%s broke off its answer: %s", a->llm->base_url,
			*got->error.message ? got->error.message : "it gives no reason");
	if (is_blank(text) && !is_blank(refusal))
		return fail(c, FAIL_REMOTE, "the model %s refuses: %s", a->llm->model, refusal);
	if (is_blank(text))
		return fail(c, FAIL_REMOTE, "the model %s answers nothing (%s)", a->llm->model,
			got->cut ? got->cut : "and gives no reason");
	if (got->cut)
		call_warn(c, "the answer of the model was cut off (%s)", got->cut);
	*answer = text;
	return FAIL_NONE;
}

enum fail llm_ask(struct call *c, const struct llm *llm, const char *instructions,
	const char *prompt, const char **answer)
{
	const char *path, *body;
	struct ask a;

	if (!llm->model || !*llm->model)
		return fail(c, FAIL_CONFIG, "no model is set; set llm.model");
	TRY(llm_question(c, llm, instructions, prompt, &path, &body));
	TRY(begin(c, &a, llm, "POST", path, body));
	TRY(exchange(c, &a));
	return read_answer(c, &a, answer);
}

enum fail llm_models(struct call *c, const struct llm *llm, const char *const **names)
{
	struct ask a;

	TRY(begin(c, &a, llm, "GET", "/models", NULL));
	TRY(exchange(c, &a));
	return llm_read_models(c, a.reply.body, a.reply.len, names);
}
