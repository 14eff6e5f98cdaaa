/* trae backup verify: looks for damage in a backup. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/work/backup.h"

struct backup_verify_args {
	const char *name;
};

struct backup_verify_reply {
	const char *name, *path, *created_at;
	int64_t bytes;
};

static enum fail run(struct call *c, const void *data)
{
	const struct backup_verify_args *args = data;
	const char *path;
	struct backup_verify_reply reply;
	struct backup backup;

	TRY(backup_find(c, args->name, &path));
	TRY(backup_verify(c, path, &backup));
	reply = (struct backup_verify_reply){.name = backup.name, .path = backup.path,
		.created_at = clock_text(&c->arena, backup.created_at), .bytes = backup.bytes};
	return op_emit(c, &reply);
}

const struct op op_backup_verify = {
	.name = "backup verify",
	.route = "POST /api/v1/backups/verify",
	.effect = EFFECT_READ,
	.summary = "Check a backup for damage",
	.about = "Hash and size of the copy, the database itself, and the rows of each table "
		"against what was counted when it was made.",
	.example = "trae backup verify",
	OP_ARGS(struct backup_verify_args,
		FIELD(struct backup_verify_args, name, "Backup, by name or path; default: the newest",
			.word = true, .complete = "backup list")),
	OP_REPLY(struct backup_verify_reply,
		FIELD(struct backup_verify_reply, name, "Name of the backup", .required = true),
		FIELD(struct backup_verify_reply, created_at, "When it was made", .required = true),
		FIELD(struct backup_verify_reply, bytes, "Size of the copy", .required = true),
		FIELD(struct backup_verify_reply, path, "Its folder", .place = true)),
	.run = run,
};
