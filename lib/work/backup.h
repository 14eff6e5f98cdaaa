/* Backups: folders that hold a checked copy of the store and of the configuration. */
#ifndef WORK_BACKUP_H
#define WORK_BACKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/call.h"
#include "lib/store/store.h"

/* How the name of a folder ends that is no backup yet, or no longer; it also starts with a dot. */
#define BACKUP_PART ".part"

/* A backup is a folder trae-YYYYmmddTHHMMSSZ with store.db, manifest.json and, where there is one,
 * config.json. Secrets are in neither. One that backup_restore() made of what it replaced ends in
 * -before-restore and is never removed by backup_prune(). */
struct backup {
	const char *name;    /* of the folder */
	const char *path;    /* absolute or as DIR was given */
	const char *version; /* of the trae that made it */
	const char *sha256;  /* of store.db */
	int64_t created_at, bytes;
	bool has_config, before_restore;
	const char *damage;  /* why its manifest cannot be read; then only name and path are set */
	struct store_summary summary;
};

/* Where backups are kept: the folder backups below the state folder. */
const char *backup_dir(struct call *c);

/* The folder that the setting backup.dir names, else backup_dir(). */
const char *backup_folder(struct call *c);

/* Path of the backup called NAME, of the newest usable one for NULL. A path stays as it is, from
 * the shell only. FAIL_MISSING says where it looked. */
enum fail backup_find(struct call *c, const char *name, const char **path);

/* Copies store and configuration into a new folder below DIR (made when absent), opens the copy and
 * checks it, and gives the folder its name only then. FAIL_MISSING when there is no store. */
enum fail backup_create(struct call *c, const char *dir, struct backup *out);

/* The backup at PATH, from its manifest. */
enum fail backup_read(struct call *c, const char *path, struct backup *out);

/* Checks the backup at PATH: hash and size of the copy, store_verify(), rows per table. FAIL_INPUT
 * says what is wrong. *OUT is what the manifest says. */
enum fail backup_verify(struct call *c, const char *path, struct backup *out);

/* Restores the backup at PATH into a scratch folder, opens the result as a store and compares rows
 * per table with the manifest; the store in use is not touched. */
enum fail backup_test(struct call *c, const char *path, struct backup *out);

/* Puts store and configuration of the backup at PATH in the place of those in use, which are first
 * kept as a backup below DIR: *KEPT is its path, or NULL when there was neither. A store that is
 * damaged is moved there as it is. FAIL_BUSY while another process has the store open. */
enum fail backup_restore(struct call *c, const char *path, const char *dir, const char **kept);

/* All backups below DIR, newest first, damaged ones last. None when there is no such folder. */
enum fail backup_list(struct call *c, const char *dir, struct backup **out, size_t *n);

/* Removes what backup_keep() does not keep below DIR, and what is left of attempts that died;
 * *REMOVED (may be NULL) is how many backups. */
enum fail backup_prune(struct call *c, const char *dir, int64_t *removed);

/* Which of the N backups made at AT_MS (newest first, milliseconds UTC) are kept: the newest of
 * each of the last 7 days, 4 weeks (from Monday) and 12 months that have any. */
void backup_keep(const int64_t *at_ms, size_t n, bool *keep);

#endif
