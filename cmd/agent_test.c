/* trae agent test: looks at all that an agent depends on. */
#include "lib/model/agent.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct agent_test_args {
	const char *name;
};

struct agent_test_reply {
	const char *check, *found, *remedy;
	bool good;
};

struct tally {
	struct call *c;
	enum fail failed;
	int checks, bad;
	struct buf names; /* of the bad ones */
};

static void found(void *to, const struct agent_finding *finding)
{
	struct tally *t = to;
	struct agent_test_reply reply = {.check = finding->check, .good = finding->good,
		.found = finding->found, .remedy = finding->remedy};

	t->checks++;
	if (!finding->good)
		buf_addf(&t->names, "%s%s", t->bad++ ? ", " : "", finding->check);
	if (t->failed == FAIL_NONE)
		t->failed = op_emit(t->c, &reply);
}

static enum fail run(struct call *c, const void *data)
{
	const struct agent_test_args *args = data;
	struct tally tally = {.c = c, .names = buf_in(&c->arena)};
	const struct agent *agent;

	TRY(agent_find(c, args->name, &agent));
	TRY(store_open(c));
	TRY(agent->check(c, found, &tally));
	TRY(tally.failed);
	if (tally.bad)
		return fail(c, FAIL_CONFIG, "%d of %d checks failed: %s", tally.bad, tally.checks,
			tally.names.data);
	return FAIL_NONE;
}

const struct op op_agent_test = {
	.name = "agent test",
	.route = "GET /api/v1/agents/{name}/test",
	.effect = EFFECT_READ,
	.summary = "Look at all that an agent depends on",
	.about = "Programs, libraries, services, store and workers that its operations need, "
		"and what to do about what is missing. Ends with status 78 when something fails.",
	.example = "trae agent test content",
	.rows = "checks",
	OP_ARGS(struct agent_test_args,
		FIELD(struct agent_test_args, name, "Agent", .word = true, .required = true,
			.complete = "agent list")),
	OP_REPLY(struct agent_test_reply,
		FIELD(struct agent_test_reply, check, "What was looked at", .required = true),
		FIELD(struct agent_test_reply, good, "Whether it is as it has to be", .required = true),
		FIELD(struct agent_test_reply, found, "What is there", .required = true),
		FIELD(struct agent_test_reply, remedy, "What to do")),
	.run = run,
};
