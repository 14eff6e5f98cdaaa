/* trae man: the manual page of an operation. */
#include "lib/op/op.h"

struct man_args {
	const char *const *operation;
};

struct man_reply {
	const char *page;
};

static enum fail run(struct call *c, const void *data)
{
	const struct man_args *args = data;
	struct buf name = buf_in(&c->arena);
	const struct op *op, *near;
	struct man_reply reply;

	for (size_t i = 0; args->operation[i]; i++)
		buf_addf(&name, "%s%s", i ? " " : "", args->operation[i]);
	op = op_find(name.data);
	if (!op) {
		near = op_nearest(c, name.data);
		return fail(c, FAIL_MISSING, "no operation %s%s%s%s", name.data,
			near ? "; did you mean " : "", near ? near->name : "", near ? "?" : "");
	}
	reply.page = op_to_man(c, op);
	return op_emit(c, &reply);
}

const struct op op_man = {
	.name = "man",
	.effect = EFFECT_READ,
	.flags = OP_SHELL | OP_ANYHOW,
	.summary = "Print the manual page of an operation",
	.about = "The page is computed from the operation's table row, in roff with man "
		"macros; make install puts one for each operation where man(1) finds it.",
	.example = "trae man video render | man -l -",
	.document = "page",
	OP_ARGS(struct man_args, FIELD(struct man_args, operation, "Its words", .word = true,
		.required = true, .complete = "command")),
	OP_REPLY(struct man_reply,
		FIELD(struct man_reply, page, "The page in roff", .required = true)),
	.run = run,
};
