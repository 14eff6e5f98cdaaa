/* trae file list: what operations have made. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct file_list_args {
	int64_t limit;
	const char *after;
};

struct file_list_reply {
	const char *id, *name, *path, *media_type, *sha256, *operation, *created_at;
	int64_t bytes;
};

static enum fail run(struct call *c, const void *data)
{
	const struct file_list_args *args = data;
	struct file *files;
	size_t n;

	TRY(store_open(c));
	TRY(file_list(c, (int)args->limit, args->after, &files, &n));
	for (size_t i = 0; i < n; i++) {
		const struct file *f = &files[i];
		struct file_list_reply reply = {.id = f->id, .name = f->name, .path = f->path,
			.bytes = f->bytes,
			.media_type = f->media_type, .sha256 = f->sha256,
			.operation = f->operation, .created_at = clock_text(&c->arena, f->created_at)};

		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_file_list = {
	.name = "file list",
	.route = "GET /api/v1/files",
	.effect = EFFECT_READ,
	.flags = OP_QUICK,
	.summary = "List the files that operations made",
	.about = "Newest first. Each file was written whole, opened again and hashed before "
		"it was recorded here; its id names it as a source of other operations.",
	.example = "trae file list --limit 5",
	.rows = "files",
	OP_ARGS(struct file_list_args,
		FIELD(struct file_list_args, limit, "Most files shown", .initial = "50", .min = 1,
			.max = 200),
		FIELD(struct file_list_args, after, "Only those older than the file with this id",
			.complete = "file list")),
	OP_REPLY(struct file_list_reply,
		FIELD(struct file_list_reply, id, "Identifier", .required = true),
		FIELD(struct file_list_reply, bytes, "Size", .required = true),
		FIELD(struct file_list_reply, media_type, "What it is"),
		FIELD(struct file_list_reply, created_at, "When it was recorded", .required = true),
		FIELD(struct file_list_reply, operation, "What made it"),
		FIELD(struct file_list_reply, path, "Where it lies", .place = true),
		FIELD(struct file_list_reply, name, "Its name", .required = true, .hidden = true),
		FIELD(struct file_list_reply, sha256, "SHA-256 of its bytes", .required = true,
			.hidden = true)),
	.run = run,
};
