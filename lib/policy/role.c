/* Roles: which may cause which effects. */
#include <string.h>

#include "lib/policy/state.h"

static const char *const effects[EFFECT_COUNT] = {[EFFECT_READ] = "read", [EFFECT_WRITE] = "write",
	[EFFECT_SEND] = "send", [EFFECT_ACT] = "act", [EFFECT_SPEND] = "spend",
	[EFFECT_DESTROY] = "destroy"};

static const char *const roles[ROLE_COUNT] = {[ROLE_VIEWER] = "viewer",
	[ROLE_OPERATOR] = "operator", [ROLE_SENDER] = "sender", [ROLE_ADMIN] = "admin"};

/* The least role that may cause the effect. */
static const enum role least[EFFECT_COUNT] = {
	[EFFECT_READ] = ROLE_VIEWER,
	[EFFECT_WRITE] = ROLE_OPERATOR,
	[EFFECT_SEND] = ROLE_SENDER,
	[EFFECT_ACT] = ROLE_SENDER,
	[EFFECT_SPEND] = ROLE_SENDER,
	[EFFECT_DESTROY] = ROLE_ADMIN,
};

/* Operations that decide about keys and rules, or put the whole store back: only a key of role
 * admin calls them, and never the master key. */
static const char *const reserved[] = {"key", "policy", "audit", "backup restore"};

const char *effect_word(enum effect effect)
{
	return effects[effect];
}

const char *role_word(enum role role)
{
	return roles[role];
}

enum role role_of(const char *word)
{
	for (int i = 0; i < ROLE_COUNT; i++)
		if (!strcmp(roles[i], word))
			return (enum role)i;
	return ROLE_VIEWER;
}

/* Is OPERATION the one called NAME (of LEN bytes), or one of that noun? */
static bool covers(const char *name, size_t len, const char *operation)
{
	return !strncmp(operation, name, len) && (!operation[len] || operation[len] == ' ');
}

bool policy_covers(const char *scopes, const char *operation)
{
	while (scopes && *scopes) {
		size_t len = strcspn(scopes, ",");

		if (covers(scopes, len, operation))
			return true;
		scopes += len + (scopes[len] == ',');
	}
	return false;
}

bool policy_reserved(const char *operation)
{
	for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
		if (covers(reserved[i], strlen(reserved[i]), operation))
			return true;
	return false;
}

enum role policy_least(enum effect effect, const char *operation)
{
	return policy_reserved(operation) ? ROLE_ADMIN : least[effect];
}

enum fail policy_allow(struct call *c, enum effect effect, const char *operation)
{
	const char *covered = c->serves ? c->serves : operation;
	const struct caller *who = c->caller;
	enum role need = policy_least(effect, operation);

	if (c->channel == CHANNEL_MCP && effect > EFFECT_WRITE)
		return fail(c, FAIL_DENIED, "%s (%s) is not done on an assistant's word: the owner can "
			"run `trae %s` in a shell", operation, effects[effect], operation);
	if (!who)
		return FAIL_NONE;
	if (who->role < need)
		return fail(c, FAIL_DENIED, "%s needs a key with role %s; this one has role %s",
			operation, roles[need], roles[who->role]);
	if (!strcmp(who->id, CALLER_MASTER) && policy_reserved(operation))
		return fail(c, FAIL_DENIED, "%s is not for the master key: use an API key with "
			"role admin", operation);
	if (who->scopes && !policy_covers(who->scopes, covered))
		return fail(c, FAIL_DENIED, "%s is outside the scopes of this key (%s)", covered,
			who->scopes);
	return FAIL_NONE;
}
