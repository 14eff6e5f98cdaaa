/* trae backup restore: puts a backup in the place of the store. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/work/backup.h"

struct backup_restore_args {
	const char *name;
};

struct backup_restore_reply {
	const char *name, *path, *created_at, *kept;
	int64_t bytes;
};

static enum fail run(struct call *c, const void *data)
{
	const struct backup_restore_args *args = data;
	const char *path, *kept;
	struct backup_restore_reply reply;
	struct backup backup;

	TRY(backup_find(c, args->name, &path));
	TRY(backup_read(c, path, &backup));
	TRY(backup_restore(c, path, backup_folder(c), &kept));
	reply = (struct backup_restore_reply){.name = backup.name, .path = backup.path,
		.created_at = clock_text(&c->arena, backup.created_at), .bytes = backup.bytes, .kept = kept};
	return op_emit(c, &reply);
}

const struct op op_backup_restore = {
	.name = "backup restore",
	.effect = EFFECT_DESTROY,
	.flags = OP_SHELL | OP_ANYHOW,
	.summary = "Put a backup in the place of the store",
	.about = "What is replaced is kept first, as a backup of its own whose name ends in "
		"-before-restore. Refused while another process has the store open.",
	.example = "trae backup restore trae-20261120T030000Z",
	OP_ARGS(struct backup_restore_args,
		FIELD(struct backup_restore_args, name, "Backup, by name or path; default: the newest",
			.word = true, .complete = "backup list")),
	OP_REPLY(struct backup_restore_reply,
		FIELD(struct backup_restore_reply, name, "Name of the backup", .required = true),
		FIELD(struct backup_restore_reply, created_at, "When it was made", .required = true),
		FIELD(struct backup_restore_reply, bytes, "Size of the copy", .required = true),
		FIELD(struct backup_restore_reply, path, "Its folder", .required = true),
		FIELD(struct backup_restore_reply, kept, "Where what it replaced is kept")),
	.run = run,
};
