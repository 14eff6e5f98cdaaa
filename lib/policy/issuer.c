/* An outside issuer: a server that gives tokens for this one. */
#include "lib/policy/issuer.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/jwt/jwt.h"
#include "lib/policy/api_key.h"
#include "lib/policy/state.h"

#define CALLER "issuer:"
#define SUBJECT_CHARS 100
#define LEEWAY_S 30 /* clocks differ */

struct issuer {
	char *url, *keys; /* no keys yet: NULL */
	enum role most;
	bool wants;
};

void issuer_take(struct policy *p, const char *url, enum role most)
{
	p->issuer = xmalloc(sizeof *p->issuer);
	*p->issuer = (struct issuer){.url = xstrdup(url), .most = most};
}

void issuer_free(struct policy *p)
{
	if (!p->issuer)
		return;
	free(p->issuer->url);
	free(p->issuer->keys);
	free(p->issuer);
}

void issuer_keys(struct policy *p, const char *keys)
{
	char *old, *copy = xstrdup(keys);

	pthread_mutex_lock(&p->lock);
	old = p->issuer->keys;
	p->issuer->keys = copy;
	pthread_mutex_unlock(&p->lock);
	free(old);
}

bool issuer_wants(struct policy *p)
{
	bool wants;

	pthread_mutex_lock(&p->lock);
	wants = p->issuer->wants;
	p->issuer->wants = false;
	pthread_mutex_unlock(&p->lock);
	return wants;
}

bool issuer_may_know(struct policy *p, const char *text)
{
	return p->issuer && jwt_is(text);
}

static const char *copy_keys(struct call *c)
{
	struct policy *p = policy_of(c);
	const char *keys;

	pthread_mutex_lock(&p->lock);
	keys = p->issuer->keys ? arena_strdup(&c->arena, p->issuer->keys) : NULL;
	p->issuer->wants |= !keys;
	pthread_mutex_unlock(&p->lock);
	return keys;
}

static bool is_for(const struct call *c, const json_t *audience)
{
	return json_is_string(audience) && caller_means(c, json_string_value(audience));
}

static bool is_for_us(const struct call *c, const json_t *claims)
{
	const json_t *aud = json_object_get(claims, "aud");
	size_t i;
	json_t *one;

	if (!c->path)
		return false;
	if (!json_is_array(aud))
		return is_for(c, aud);
	json_array_foreach((json_t *)aud, i, one)
		if (is_for(c, one))
			return true;
	return false;
}

static bool is_now(const json_t *claims)
{
	const json_t *from = json_object_get(claims, "nbf"), *until = json_object_get(claims, "exp");
	double now = (double)clock_now_ms() / 1000;

	return json_is_number(until) && now < json_number_value(until) + LEEWAY_S &&
		(!from || (json_is_number(from) && json_number_value(from) <= now + LEEWAY_S));
}

/* Until when they hold; a time that no clock reaches is as good as another. */
static int64_t end_of(const json_t *claims)
{
	const double never = 9e15;
	double until = (json_number_value(json_object_get(claims, "exp")) + LEEWAY_S) * 1000;

	return (int64_t)(until < never ? until : never);
}

/* A name that a record can hold. */
static bool is_subject(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return len && len <= SUBJECT_CHARS;
}

static enum role role_in(const char *scope, enum role most)
{
	enum role found = ROLE_VIEWER;

	for (int r = ROLE_VIEWER; r < ROLE_COUNT; r++) {
		const char *word = role_word((enum role)r), *at = strstr(scope, word);
		size_t len = strlen(word);

		if (at && (at == scope || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			found = (enum role)r;
	}
	return found < most ? found : most;
}

static const struct caller *make(struct call *c, enum role role, const char *subject,
	int64_t expires_at)
{
	struct caller *who = ARENA_NEW(&c->arena, struct caller, 1);

	*who = (struct caller){.name = subject, .role = role, .rate = KEY_RATE, .granted = true,
		.expires_at = expires_at,
		.id = arena_printf(&c->arena, CALLER "%s:%s", role_word(role), subject)};
	return who;
}

enum fail issuer_caller(struct call *c, const char *text, const struct caller **out)
{
	struct policy *p = policy_of(c);
	const char *keys = copy_keys(c), *subject;
	json_t *claims;
	enum fail f;

	if (!keys)
		return fail(c, FAIL_BUSY, "the keys of %s are not here yet: try again", p->issuer->url);
	f = jwt_verify(c, keys, text, &claims);
	if (f == FAIL_MISSING) {
		pthread_mutex_lock(&p->lock);
		p->issuer->wants = true;
		pthread_mutex_unlock(&p->lock);
	}
	if (f == FAIL_MISSING || f == FAIL_AUTH || f == FAIL_INPUT) {
		fail_forget(c);
		return FAIL_AUTH;
	}
	TRY(f);
	subject = json_member_text(claims, "sub", "");
	if (strcmp(json_member_text(claims, "iss", ""), p->issuer->url) || !is_for_us(c, claims) ||
		!is_now(claims) || !is_subject(subject))
		return FAIL_AUTH;
	*out = make(c, role_in(json_member_text(claims, "scope", ""), p->issuer->most), subject,
		end_of(claims));
	return FAIL_NONE;
}

enum fail issuer_caller_from_id(struct call *c, const char *id, const struct caller **out)
{
	const struct issuer *issuer = policy_of(c)->issuer;
	const char *role = id + sizeof CALLER - 1, *colon;

	*out = NULL;
	if (strncmp(id, CALLER, sizeof CALLER - 1) || !(colon = strchr(role, ':')))
		return FAIL_NONE;
	/* A worker of the queue knows no issuer: what the server let in runs. */
	*out = make(c, role_in(arena_memdup(&c->arena, role, (size_t)(colon - role)),
		issuer ? issuer->most : ROLE_ADMIN), colon + 1, 0);
	return FAIL_NONE;
}
