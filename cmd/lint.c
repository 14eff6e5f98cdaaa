/* trae lint: rules of the table that the compiler cannot check. */
#include <string.h>

#include "lib/op/op.h"

struct lint_args {
	bool surface;
};

struct lint_reply {
	const char *text;
};

static enum fail run(struct call *c, const void *data)
{
	const struct lint_args *args = data;
	struct lint_reply reply = {.text = ""};
	int64_t count;

	if (args->surface) {
		reply.text = op_to_surface(c);
		return op_emit(c, &reply);
	}
	TRY(op_check_table(c, &count));
	if (count)
		return fail(c, FAIL_BUG, "%lld rules of the operation table are broken",
			(long long)count);
	return op_emit(c, &reply);
}

const struct op op_lint = {
	.name = "lint",
	.effect = EFFECT_READ,
	.flags = OP_SHELL | OP_ANYHOW,
	.summary = "Check the operation table, or print its surface",
	.about = "For those who change this program: unique names and routes, lengths that "
		"clients accept, defaults that are valid, words in order. The surface is "
		"everything a user can see of the table, kept in tests/golden so that a review "
		"sees each change.",
	.example = "trae lint --surface",
	.document = "text",
	OP_ARGS(struct lint_args,
		FIELD(struct lint_args, surface, "Print the surface instead of checking")),
	OP_REPLY(struct lint_reply,
		FIELD(struct lint_reply, text, "The surface; empty when all rules hold",
			.required = true)),
	.run = run,
};
