/* trae key test: is this key valid, and what may it cause? */
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/policy/api_key.h"
#include "lib/secret/secret.h"

struct key_test_args {
	const char *operation;
};

struct key_test_reply {
	const char *id, *name, *role, *scopes, *expires_at, *operation;
	int64_t rate;
	bool allowed;
};

static enum fail read_key(struct call *c, struct secret **out)
{
	if (isatty(STDIN_FILENO))
		return secret_ask(c, "API key", false, out);
	return secret_read(c, STDIN_FILENO, "standard input", out);
}

static enum fail ask(struct call *c, const struct caller *who, const char *name,
	struct key_test_reply *reply)
{
	const struct op *op = op_find(name);

	if (!op)
		return fail(c, FAIL_USAGE, "there is no operation %s; trae operations lists them",
			name);
	reply->operation = op->name;
	if (op->flags & OP_SHELL)
		return fail(c, FAIL_DENIED, "%s is for the shell of this machine only", op->name);
	c->caller = who;
	reply->allowed = policy_allow(c, op->effect, op->name) == FAIL_NONE;
	c->caller = NULL;
	return reply->allowed ? FAIL_NONE : FAIL_DENIED;
}

static enum fail run(struct call *c, const void *data)
{
	const struct key_test_args *args = data;
	struct key_test_reply reply = {.allowed = true};
	const struct caller *who;
	SECRET_AUTO *key = NULL;

	TRY(read_key(c, &key));
	TRY(caller_from_key(c, secret_reveal(key, NULL), NULL, &who));
	reply.id = who->id;
	reply.name = who->name;
	reply.role = role_word(who->role);
	reply.scopes = who->scopes;
	reply.rate = who->rate ? who->rate : INT_NULL;
	if (who->expires_at)
		reply.expires_at = clock_text(&c->arena, who->expires_at);
	if (args->operation)
		TRY(ask(c, who, args->operation, &reply));
	return op_emit(c, &reply);
}

const struct op op_key_test = {
	.name = "key test",
	.effect = EFFECT_READ,
	.flags = OP_SHELL,
	.summary = "Tell whether an API key is valid, and for what",
	.about = "Reads the key from standard input or asks for it; it is never an argument. "
		"With --operation it ends with status 77 where the key may not call that.",
	.example = "trae key test --operation \"task submit\" <key.txt",
	OP_ARGS(struct key_test_args,
		FIELD(struct key_test_args, operation, "Could it call this one")),
	OP_REPLY(struct key_test_reply,
		FIELD(struct key_test_reply, id, "Identifier", .required = true),
		FIELD(struct key_test_reply, name, "Its name", .required = true),
		FIELD(struct key_test_reply, role, "What it may cause", .required = true),
		FIELD(struct key_test_reply, scopes, "The operations it is for, null for all"),
		FIELD(struct key_test_reply, rate, "Calls in any minute, null for no limit"),
		FIELD(struct key_test_reply, expires_at, "When it ends, null for never"),
		FIELD(struct key_test_reply, operation, "The operation asked about, or null"),
		FIELD(struct key_test_reply, allowed, "Whether it may", .required = true)),
	.run = run,
};
