/* Subscriptions as callers ask for them, checked. */
#include "lib/work/event_change.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/model/callback_secret.h"
#include "lib/policy/policy.h"
#include "lib/work/event_verify.h"

static enum fail check_arguments(struct call *c, const struct event_kind *k, json_t *arguments)
{
	const char *name;
	json_t *value;

	json_object_foreach(arguments, name, value) {
		const struct field *f = field_find(k->arguments, name);

		if (!f)
			return fail(c, FAIL_USAGE, "%s cannot be narrowed by %s", k->name, name);
		TRY(field_check(c, f, value));
	}
	return FAIL_NONE;
}

static enum fail identify(struct call *c, const struct event_wish *wish, struct subscription *out)
{
	json_t *arguments = wish->arguments ? wish->arguments : json_keep(c, json_object());
	const struct event_kind *k = event_kinds;

	while (k->name && strcmp(k->name, wish->name))
		k++;
	if (!k->name)
		return fail(c, FAIL_USAGE, "there is no event %s: trae event list has them",
			wish->name);
	TRY(check_arguments(c, k, arguments));
	*out = (struct subscription){.caller = caller_id(c), .event = k->name, .url = wish->url,
		.arguments = json_canonical(c, arguments), .created_at = clock_now_ms()};
	event_identify(c, out);
	return FAIL_NONE;
}

/* Whether the subscription is there already, with this secret. */
static bool is_known(struct call *c, const struct subscription *s, const char *secret)
{
	struct subscription there;
	SECRET_AUTO *kept = NULL;
	int64_t until;
	bool known = event_find(c, s->id, &there) == FAIL_NONE &&
		event_secret(c, s->id, &kept) == FAIL_NONE &&
		!strcmp(callback_secret_text(c, kept, clock_now_ms(), &until), secret);

	fail_forget(c);
	return known;
}

enum fail event_renew(struct call *c, const struct event_wish *wish, const char *secret,
	int64_t ttl_ms, struct subscription *out)
{
	SECRET_AUTO *key = NULL;
	struct subscription s;

	if (!secret)
		return fail(c, FAIL_USAGE, "secret is needed: whsec_ and 24 to 64 bytes in base64");
	TRY(identify(c, wish, &s));
	key = secret_from(secret, strlen(secret));
	s.expires_at = s.created_at + (ttl_ms != INT_NULL && ttl_ms < EVENT_TTL_MS ? ttl_ms : EVENT_TTL_MS);
	if (!is_known(c, &s, secret))
		TRY(event_verify(c, &s, key));
	TRY(event_subscribe(c, &s, key));
	*out = s;
	return FAIL_NONE;
}

enum fail event_end(struct call *c, const struct event_wish *wish, struct subscription *out)
{
	TRY(identify(c, wish, out));
	return event_unsubscribe(c, out->id);
}
