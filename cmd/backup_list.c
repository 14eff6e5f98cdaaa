/* trae backup list: the backups there are. */
#include "lib/base/clock.h"
#include "lib/op/op.h"
#include "lib/work/backup.h"

struct backup_list_reply {
	const char *name, *path, *created_at, *version, *damage;
	int64_t bytes;
};

static enum fail run(struct call *c, const void *args)
{
	struct backup *all;
	size_t n;

	(void)args;
	TRY(backup_list(c, backup_folder(c), &all, &n));
	for (size_t i = 0; i < n; i++) {
		const struct backup *b = &all[i];
		struct backup_list_reply reply = {.name = b->name, .path = b->path,
			.version = b->version, .bytes = b->bytes, .damage = b->damage};

		reply.created_at = b->damage ? NULL : clock_text(&c->arena, b->created_at);
		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_backup_list = {
	.name = "backup list",
	.route = "GET /api/v1/backups",
	.effect = EFFECT_READ,
	.summary = "List the backups",
	.about = "Newest first, damaged ones last. The list reads manifests only: trae "
		"backup verify looks into the copies.",
	.example = "trae backup list",
	.rows = "backups",
	OP_NO_ARGS,
	OP_REPLY(struct backup_list_reply,
		FIELD(struct backup_list_reply, name, "Name", .required = true),
		FIELD(struct backup_list_reply, created_at, "When it was made"),
		FIELD(struct backup_list_reply, bytes, "Size of the copy", .required = true),
		FIELD(struct backup_list_reply, version, "Version of trae that made it"),
		FIELD(struct backup_list_reply, path, "Its folder", .place = true),
		FIELD(struct backup_list_reply, damage, "Why it cannot be used")),
	.run = run,
};
