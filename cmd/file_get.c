/* trae file get: the bytes of a recorded file. */
#include <unistd.h>

#include "lib/op/op.h"
#include "lib/store/store.h"

struct file_get_args {
	const char *id;
};

struct file_get_reply {
	const char *id;
};

static enum fail run(struct call *c, const void *data)
{
	const struct file_get_args *args = data;
	struct file file;

	TRY(store_open(c));
	TRY(file_find(c, args->id, &file));
	if (c->channel == CHANNEL_SHELL && isatty(STDOUT_FILENO))
		return fail(c, FAIL_USAGE, "%s is not for a terminal: send it on with > or |", file.name);
	return op_data(c, &file);
}

const struct op op_file_get = {
	.name = "file get",
	.route = "GET /api/v1/files/{id}",
	.effect = EFFECT_READ,
	.flags = OP_QUICK | OP_BYTES,
	.summary = "Give the bytes of a recorded file",
	.about = "On standard output, or as the body of the answer with its type, ETag and "
		"byte ranges.",
	.example = "trae file get 019347aa-0000-7000-8000-000000000000 > talk.mp4",
	OP_ARGS(struct file_get_args,
		FIELD(struct file_get_args, id, "Identifier", .word = true, .required = true,
			.complete = "file list")),
	OP_REPLY(struct file_get_reply,
		FIELD(struct file_get_reply, id, "Identifier", .required = true)),
	.run = run,
};
