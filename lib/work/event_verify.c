/* Whether an address that is to be told of events wants to be. */
#include "lib/work/event_verify.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/config/config.h"
#include "lib/model/callback.h"
#include "lib/model/callback_secret.h"
#include "lib/net/net.h"

#define TIMEOUT_MS 10000
#define ANSWER_BYTES 8192

static enum fail post(struct call *c, const struct subscription *s, const struct secret *secret,
	const char *body, struct net_reply *out)
{
	const char *id = arena_printf(&c->arena, "msg_verification_%s", id_new(&c->arena));
	struct net_request request = {.method = "POST", .url = s->url, .body = body,
		.body_len = strlen(body), .max_bytes = ANSWER_BYTES, .timeout_ms = TIMEOUT_MS};
	int64_t now = clock_now_ms();
	struct callback_signatures signatures;

	TRY(callback_check(c, s->url, config_text(c, "callback.hosts"), &request.owner_named));
	if (callback_sign(c, secret, id, now, body, &signatures) != FAIL_NONE) {
		fail_forget(c);
		return fail(c, FAIL_INPUT, "secret: whsec_ and 24 to 64 bytes in base64 are needed");
	}
	request.headers = (const struct net_header[]){
		{"Content-Type", "application/json", false},
		{"webhook-id", id, false},
		{"webhook-timestamp", arena_printf(&c->arena, "%lld", (long long)(now / 1000)), false},
		{"webhook-signature", signatures.standard, false},
		{"X-MCP-Subscription-Id", s->id, false},
		{NULL, NULL, false},
	};
	return net_request(c, &request, out);
}

/* Does REPLY give CHALLENGE back? */
static bool is_met(struct call *c, const struct net_reply *reply, const char *challenge)
{
	json_t *j = NULL;
	bool met;

	if (reply->status / 100 != 2 || json_parse(c, reply->body, reply->len, &j) != FAIL_NONE) {
		fail_forget(c);
		return false;
	}
	met = !strcmp(json_member_text(j, "challenge", ""), challenge);
	json_decref(j);
	return met;
}

enum fail event_verify(struct call *c, const struct subscription *s, const struct secret *secret)
{
	const char *challenge = id_new(&c->arena);
	JSON_AUTO body = json_pack("{s:s,s:s}", "type", "verification", "challenge", challenge);
	struct net_reply reply;
	int64_t begun = clock_boot_ms();
	enum fail f = post(c, s, secret, json_text(c, body, false), &reply);

	if (f == FAIL_REMOTE)
		c->error = clock_boot_ms() - begun >= TIMEOUT_MS ? "timeout" : "challenge_failed";
	TRY(f);
	if (is_met(c, &reply, challenge))
		return FAIL_NONE;
	f = fail(c, FAIL_REMOTE, "the address did not give the challenge back: HTTP status %d",
		reply.status);
	c->error = "challenge_failed";
	return f;
}
