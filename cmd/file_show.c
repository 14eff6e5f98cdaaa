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
	const char *checksum_md5, *state;
	int64_t file_size_bytes, download_count;
	json_t *metadata;
};

struct content {
	double duration_seconds;
	const char *resolution, *codec;
};
static const struct field content_fields[] = {
	FIELD(struct content, duration_seconds, "Length"),
	FIELD(struct content, resolution, "Pixels across and down, as 1280x720"),
	FIELD(struct content, codec, "What its pictures are coded in, else its sound"),
	{.name = NULL},
};

static enum fail read_content(struct call *c, const char *text, json_t **out)
{
	struct content content = {.duration_seconds = NUM_NULL};
	json_t *recorded = NULL, *length;

	if (text)
		TRY(json_parse(c, text, strlen(text), &recorded));
	if (recorded)
		json_keep(c, recorded);
	/* Earlier versions recorded it by its second name. */
	length = json_object_get(recorded, "duration_seconds");
	length = length ? length : json_object_get(recorded, "duration_s");
	if (length)
		content.duration_seconds = json_number_value(length);
	content.resolution = json_member_text(recorded, "resolution", NULL);
	content.codec = json_member_text(recorded, "codec", NULL);
	*out = json_keep(c, field_emit(c, content_fields, &content));
	return FAIL_NONE;
}

static enum fail run(struct call *c, const void *data)
{
	const struct file_show_args *args = data;
	struct file_show_reply reply;
	struct file f;

	TRY(store_open_read(c));
	TRY(file_find(c, args->id, &f));
	reply = (struct file_show_reply){.file_id = f.id, .filename = f.name,
		.content_type = f.media_type, .created_at = clock_text(&c->arena, f.created_at),
		.expires_at = clock_text(&c->arena, f.created_at + FILE_KEEP_MS),
		.checksum_sha256 = f.sha256, .checksum_md5 = f.md5, .state = f.state,
		.file_size_bytes = f.bytes, .download_count = f.downloads};
	TRY(read_content(c, f.metadata, &reply.metadata));
	return op_emit(c, &reply);
}

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
		FIELD(struct file_show_reply, checksum_md5, "MD5 of its bytes"),
		FIELD(struct file_show_reply, download_count, "How often it was given over HTTP",
			.required = true),
		FIELD(struct file_show_reply, state, "present or missing", .required = true),
		FIELD(struct file_show_reply, metadata, "What is known of its content",
			.required = true, .of = content_fields)),
	.run = run,
};
