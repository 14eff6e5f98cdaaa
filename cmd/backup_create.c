/* trae backup create: copies the store and the configuration. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/work/backup.h"

struct backup_create_reply {
	const char *name, *path, *created_at;
	int64_t bytes, removed;
};

static enum fail run(struct call *c, const void *args)
{
	struct backup_create_reply reply;
	struct backup backup;
	int64_t removed;

	(void)args;
	TRY(backup_create(c, backup_folder(c), &backup));
	TRY(backup_prune(c, backup_folder(c), &removed));
	reply = (struct backup_create_reply){.name = backup.name, .path = backup.path,
		.created_at = clock_text(&c->arena, backup.created_at), .bytes = backup.bytes, .removed = removed};
	return op_emit(c, &reply);
}

const struct op op_backup_create = {
	.name = "backup create",
	.route = "POST /api/v1/backups",
	.effect = EFFECT_WRITE,
	.summary = "Back up the store and the configuration",
	.about = "Copies the store while it is in use, opens and checks the copy, and only "
		"then gives it its name. Keeps the newest of 7 days, 4 weeks and 12 months. "
		"Secrets are not in it.",
	.example = "trae backup create",
	OP_NO_ARGS,
	OP_REPLY(struct backup_create_reply,
		FIELD(struct backup_create_reply, name, "Name of the backup", .required = true),
		FIELD(struct backup_create_reply, created_at, "When it was made", .required = true),
		FIELD(struct backup_create_reply, bytes, "Size of the copy", .required = true),
		FIELD(struct backup_create_reply, path, "Its folder", .place = true),
		FIELD(struct backup_create_reply, removed, "Older backups removed", .required = true)),
	.run = run,
};
