/* The steps of the gate, as lib/op takes them before and after every call. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/policy/state.h"
#include "lib/store/store.h"

static bool is_network(const struct call *c)
{
	return c->channel == CHANNEL_HTTP || c->channel == CHANNEL_MCP;
}

enum fail policy_who(struct call *c, struct policy_ask *a)
{
	a->decision = "unknown";
	if (is_network(c) && !c->caller && !a->open)
		return fail(c, FAIL_AUTH, "an API key is needed, as Authorization: Bearer KEY or "
			"X-API-Key: KEY; trae key create makes one");
	a->decision = "denied";
	if (a->http_only && c->channel != CHANNEL_HTTP)
		return fail(c, FAIL_DENIED, "%s is part of a protocol over HTTP: see trae serve",
			a->operation);
	if (a->shell_only && c->channel != CHANNEL_SHELL)
		return fail(c, FAIL_DENIED, "%s is for the shell of this machine only",
			a->operation);
	a->decision = "allowed";
	return FAIL_NONE;
}

/* Also calls that may not be take from the rate: of a flood of them counts are kept, not rows. */
static enum fail turn_away(struct call *c, struct policy_ask *a, enum fail f, const char *decision)
{
	a->decision = decision;
	if (policy_rate(c, a) != FAIL_NONE)
		a->decision = "limited";
	return f;
}

enum fail policy_effect(struct call *c, struct policy_ask *a)
{
	enum fail f = a->open ? FAIL_NONE : policy_allow(c, a->effect, a->operation);

	return f == FAIL_NONE ? f : turn_away(c, a, f, "denied");
}

enum fail policy_dry_run(struct call *c, struct policy_ask *a)
{
	if (!c->dry_run || a->effect == EFFECT_READ || a->shows)
		return FAIL_NONE;
	return turn_away(c, a, fail(c, FAIL_USAGE, "%s cannot show what it would do: leave "
		"--dry-run out", a->operation), "refused");
}

/* What a task runs was decided and recorded when it was put on the queue. */
static bool changes(const struct call *c, const struct policy_ask *a)
{
	return a->effect != EFFECT_READ && !c->dry_run && !c->of_task;
}

void policy_look(struct call *c, struct policy_ask *a)
{
	const char *text;
	char *hash;

	if (!changes(c, a))
		return;
	text = json_canonical(c, a->args);
	hash = ARENA_NEW(&c->arena, char, MAC_HEX);
	digest_hex(NULL, text, strlen(text), hash);
	a->hash = hash;
}

enum fail policy_key(struct call *c, struct policy_ask *a)
{
	enum fail f = changes(c, a) ? once_begin(c, a) : FAIL_NONE;

	return f == FAIL_NONE ? f : turn_away(c, a, f, a->decision);
}

enum fail policy_rate(struct call *c, struct policy_ask *a)
{
	enum fail f;

	if (!c->caller || !c->caller->rate || c->of_task || c->rated)
		return FAIL_NONE;
	f = rate_take(c, c->caller, clock_boot_ms());
	if (f != FAIL_NONE)
		a->decision = "limited";
	return f;
}

/* Rows would cost the disk more than such decisions tell. */
static bool is_counted(const struct call *c, const struct policy_ask *a)
{
	bool often = !strcmp(a->decision, "unknown") || !strcmp(a->decision, "limited");

	return often || (!strcmp(a->decision, "allowed") && !changes(c, a));
}

static bool is_owner(const struct call *c)
{
	return !c->caller && !is_network(c);
}

/* The owner's own calls are recorded once somebody else may call, too. */
static enum fail is_recorded(struct call *c, bool *out)
{
	*out = !c->dry_run && !c->of_task && !is_owner(c);
	if (c->dry_run || c->of_task || *out)
		return FAIL_NONE;
	return audit_begun(c, out);
}

static enum fail append(struct call *c, const struct policy_ask *a, enum fail f)
{
	struct audit_row row = {.decided_at = clock_now_ms(), .n = 1, .caller = caller_id(c),
		.channel = channel_word(c->channel), .operation = a->operation,
		.effect = effect_word(a->effect), .decision = a->decision,
		.outcome = fail_kind(f)->word, .hash = a->hash};
	bool recorded;

	TRY(is_recorded(c, &recorded));
	return recorded ? audit_append(c, &row) : FAIL_NONE;
}

static enum fail keep(struct call *c, struct policy_ask *a, enum fail f, const json_t *replies)
{
	TRY(once_finish(c, a, f, replies));
	return append(c, a, f);
}

/* The row, and what a key waits for, in a transaction of their own. */
static enum fail keep_alone(struct call *c, struct policy_ask *a, enum fail f,
	const json_t *replies)
{
	bool recorded;

	TRY(is_recorded(c, &recorded));
	if (!a->lock_path && !recorded)
		return FAIL_NONE;
	TRY(store_open(c));
	TRY(store_begin(c));
	return store_end(c, keep(c, a, f, replies));
}

static enum fail settle(struct call *c, struct policy_ask *a, enum fail f, const json_t *replies)
{
	const char *why = c->why;
	enum fail kept;

	if (a->opened && !f) {
		f = store_end(c, keep(c, a, f, replies));
		if (!f)
			return audit_note(c);
		why = c->why;
	} else if (a->opened) {
		store_rollback(c);
	}
	a->opened = false;
	c->why = NULL;
	kept = keep_alone(c, a, f, replies);
	if (!kept)
		kept = audit_note(c);
	if (f || !kept) {
		c->why = why;
		return f;
	}
	/* It has happened: the owner learns that there is no record of it, others get no answer. */
	if (!is_owner(c))
		return kept;
	call_warn(c, "this was done but could not be recorded: %s", c->why);
	fail_forget(c);
	return FAIL_NONE;
}

enum fail policy_audit(struct call *c, struct policy_ask *a, enum fail f, const json_t *replies)
{
	/* Of what nobody known asked for in vain counts are kept: anybody could ask for more. */
	if (f && !c->caller && !is_owner(c) && !strcmp(a->decision, "allowed"))
		a->decision = "unknown";
	if (!is_counted(c, a)) {
		f = settle(c, a, f, replies);
	} else {
		if (a->opened)
			store_rollback(c);
		if (!is_owner(c))
			count_add(policy_of(c), caller_id(c), channel_word(c->channel),
				a->operation, effect_word(a->effect), a->decision);
	}
	once_release(a);
	return f;
}
