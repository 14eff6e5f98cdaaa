/* trae file show: what is recorded of a file. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

#define FILE_KEEP_MS (30LL * 86400 * 1000)

struct file_show_args {
	const char *id;
};

struct file_show_reply {
	const char *file_id, *filename, *content_type, *created_at, *expires_at, *checksum_sha256;
	const char *state;
	int64_t file_size_bytes;
	json_t *metadata;
};

static enum fail run(struct call *c, const void *data)
{
	const struct file_show_args *args = data;
	struct file_show_reply reply;
	json_t *metadata = NULL;
	struct file f;

	TRY(store_open_read(c));
	TRY(file_find(c, args->id, &f));
	if (f.metadata)
		TRY(json_parse(c, f.metadata, strlen(f.metadata), &metadata));
	reply = (struct file_show_reply){.file_id = f.id, .filename = f.name,
		.content_type = f.media_type, .created_at = clock_text(&c->arena, f.created_at),
		.expires_at = clock_text(&c->arena, f.created_at + FILE_KEEP_MS),
		.checksum_sha256 = f.sha256, .state = f.state, .file_size_bytes = f.bytes,
		.metadata = metadata ? json_keep(c, metadata) : NULL};
	return op_emit(c, &reply);
}

static const struct field metadata_fields[] = {
	{.name = "duration_s", .type = FIELD_NUM, .help = "Length in seconds"},
	{.name = NULL},
};

const struct op op_file_show = {
	.name = "file show",
	.route = "GET /api/v1/files/{id}/metadata",
	.effect = EFFECT_READ,
	.flags = OP_QUICK,
	.summary = "Show what is recorded of a file",
	.about = "Its name, type, size, SHA-256 and what is known of its content. It may be "
		"removed thirty days after it was made, when trae task prune runs.",
	.example = "trae file show 019347aa-0000-7000-8000-000000000000",
	OP_ARGS(struct file_show_args,
		FIELD(struct file_show_args, id, "Identifier", .word = true, .required = true,
			.complete = "file list")),
	OP_REPLY(struct file_show_reply,
		FIELD(struct file_show_reply, file_id, "Identifier", .required = true),
		FIELD(struct file_show_reply, filename, "Name", .required = true),
		FIELD(struct file_show_reply, content_type, "What it is"),
		FIELD(struct file_show_reply, file_size_bytes, "Size", .required = true),
		FIELD(struct file_show_reply, created_at, "When it was recorded", .required = true),
		FIELD(struct file_show_reply, expires_at, "Until when it is kept", .required = true),
		FIELD(struct file_show_reply, checksum_sha256, "SHA-256 of its bytes",
			.required = true),
		FIELD(struct file_show_reply, state, "present or missing", .required = true),
		FIELD(struct file_show_reply, metadata, "What is known of its content",
			.of = metadata_fields)),
	.run = run,
};
