/* trae audit prune: removes old rows of the audit record. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/policy/audit.h"
#include "lib/text/duration.h"

struct audit_prune_args {
	const char *older;
};

struct audit_prune_reply {
	int64_t removed;
};

static enum fail run(struct call *c, const void *data)
{
	const struct audit_prune_args *args = data;
	struct audit_prune_reply reply;
	int64_t age_ms;

	if (!duration_parse(args->older, &age_ms))
		return fail(c, FAIL_USAGE, "older: a time such as 365d is needed");
	TRY(audit_prune(c, clock_now_ms() - age_ms, &reply.removed));
	return op_emit(c, &reply);
}

const struct op op_audit_prune = {
	.name = "audit prune",
	.effect = EFFECT_DESTROY,
	.flags = OP_SHELL,
	.summary = "Remove old rows of the audit record",
	.about = "Where the record now begins is sealed in turn, so that what is left still "
		"verifies, and a beginning cut off by somebody else does not.",
	.example = "trae audit prune --older 365d --yes",
	OP_ARGS(struct audit_prune_args,
		FIELD(struct audit_prune_args, older, "Age from which rows go", .initial = "365d")),
	OP_REPLY(struct audit_prune_reply,
		FIELD(struct audit_prune_reply, removed, "Rows removed", .required = true)),
	.run = run,
};
