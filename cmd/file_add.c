/* trae file add: records a file of the owner. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/os/file.h"
#include "lib/store/store.h"
#include "lib/text/media_type.h"

struct file_add_args {
	struct path file;
};

struct file_add_reply {
	const char *id, *path, *sha256, *created_at;
	int64_t bytes;
};

static enum fail run(struct call *c, const void *data)
{
	const struct file_add_args *args = data;
	struct file_add_reply reply;
	struct file file = {.operation = "file add"};

	if (args->file.kind != PATH_LOCAL)
		return fail(c, FAIL_USAGE, "file: a file of this machine is needed, not %s",
			args->file.text);
	TRY(path_absolute(c, args->file.text, &file.path));
	TRY(file_digest(c, file.path, &file));
	file.media_type = media_type_of(file.path);
	TRY(store_open(c));
	TRY(file_record(c, &file));
	reply = (struct file_add_reply){.id = file.id, .path = file.path, .sha256 = file.sha256,
		.bytes = file.bytes, .created_at = clock_text(&c->arena, file.created_at)};
	return op_emit(c, &reply);
}

const struct op op_file_add = {
	.name = "file add",
	.effect = EFFECT_WRITE,
	.flags = OP_SHELL,
	.summary = "Record a file, so that its id names it",
	.about = "The file stays where it is; its size and SHA-256 are recorded. Other "
		"operations, and assistants that may not name local paths, take the id as a "
		"source.",
	.example = "trae file add article.md",
	OP_ARGS(struct file_add_args,
		FIELD(struct file_add_args, file, "The file", .word = true, .required = true)),
	OP_REPLY(struct file_add_reply,
		FIELD(struct file_add_reply, id, "Identifier", .required = true),
		FIELD(struct file_add_reply, path, "Where it lies", .required = true),
		FIELD(struct file_add_reply, bytes, "Size", .required = true),
		FIELD(struct file_add_reply, sha256, "SHA-256 of its bytes", .required = true),
		FIELD(struct file_add_reply, created_at, "When it was recorded", .required = true)),
	.run = run,
};
