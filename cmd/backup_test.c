/* trae backup test: restores a backup aside and compares. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/work/backup.h"

struct backup_test_args {
	const char *name;
};

struct backup_test_reply {
	const char *name, *path, *created_at;
	int64_t bytes;
};

static enum fail run(struct call *c, const void *data)
{
	const struct backup_test_args *args = data;
	const char *path;
	struct backup_test_reply reply;
	struct backup backup;

	TRY(backup_find(c, args->name, &path));
	TRY(backup_test(c, path, &backup));
	reply = (struct backup_test_reply){.name = backup.name, .path = backup.path,
		.created_at = clock_text(&c->arena, backup.created_at), .bytes = backup.bytes};
	return op_emit(c, &reply);
}

const struct op op_backup_test = {
	.name = "backup test",
	.route = "POST /api/v1/backups/test",
	.effect = EFFECT_READ,
	.summary = "Restore a backup aside and compare",
	.about = "Proves that the backup can be restored: it is restored into a scratch "
		"folder, opened as a store, and its rows are compared with the manifest. The "
		"store in use is not touched.",
	.example = "trae backup test",
	OP_ARGS(struct backup_test_args,
		FIELD(struct backup_test_args, name, "Backup, by name or path; default: the newest",
			.word = true, .complete = "backup list")),
	OP_REPLY(struct backup_test_reply,
		FIELD(struct backup_test_reply, name, "Name of the backup", .required = true),
		FIELD(struct backup_test_reply, created_at, "When it was made", .required = true),
		FIELD(struct backup_test_reply, bytes, "Size of the copy", .required = true),
		FIELD(struct backup_test_reply, path, "Its folder", .place = true)),
	.run = run,
};
