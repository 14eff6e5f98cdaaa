/* Backups by the words of a caller. */
#include <string.h>

#include "lib/config/config.h"
#include "lib/work/backup.h"

const char *backup_folder(struct call *c)
{
	const char *dir = config_text(c, "backup.dir");

	return dir ? dir : backup_dir(c);
}

enum fail backup_find(struct call *c, const char *name, const char **path)
{
	const char *dir = backup_folder(c);
	struct backup *all;
	size_t n;

	if (name && strchr(name, '/')) {
		if (c->channel != CHANNEL_SHELL)
			return fail(c, FAIL_DENIED, "only the shell may name a backup by its path");
		*path = name;
		return FAIL_NONE;
	}
	TRY(backup_list(c, dir, &all, &n));
	for (size_t i = 0; i < n; i++)
		if (name ? !strcmp(all[i].name, name) : !all[i].damage && !all[i].before_restore) {
			*path = all[i].path;
			return FAIL_NONE;
		}
	if (name)
		return fail(c, FAIL_MISSING, "no backup %s in %s; trae backup list shows what there is",
			name, dir);
	return fail(c, FAIL_MISSING, "no backup in %s; trae backup create makes one", dir);
}
