/* trae file forget: removes the record of a file. */
#include "lib/op/op.h"
#include "lib/store/store.h"

struct file_forget_args {
	const char *id;
};

struct file_forget_reply {
	const char *id;
};

static enum fail run(struct call *c, const void *data)
{
	const struct file_forget_args *args = data;
	struct file_forget_reply reply = {.id = args->id};

	TRY(store_open(c));
	TRY(file_forget(c, args->id));
	return op_emit(c, &reply);
}

const struct op op_file_forget = {
	.name = "file forget",
	.route = "DELETE /api/v1/files/{id}",
	.effect = EFFECT_WRITE,
	.flags = OP_QUICK | OP_ASK,
	.summary = "Remove the record of a file, not the file",
	.about = "The file itself stays where it is; only its id stops naming it.",
	.example = "trae file forget 019347aa-0000-7000-8000-000000000000",
	OP_ARGS(struct file_forget_args,
		FIELD(struct file_forget_args, id, "Identifier", .word = true, .required = true,
			.complete = "file list")),
	OP_REPLY(struct file_forget_reply,
		FIELD(struct file_forget_reply, id, "Identifier", .required = true)),
	.run = run,
};
