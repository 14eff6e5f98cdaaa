/* Files: read whole, written so that a name never shows half a file. */
#ifndef OS_FILE_H
#define OS_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/buf.h"
#include "lib/base/call.h"

/* A descriptor closed when the variable goes out of scope; -1 is none. */
void file_close(int *fd);
#define FILE_AUTO __attribute__((cleanup(file_close))) int

/* Reads all of PATH ("-": standard input) into C's arena; *LEN its size. More than MAX bytes is
 * FAIL_INPUT, a folder is FAIL_INPUT. The text is NUL-terminated. */
enum fail file_read(struct call *c, const char *path, size_t max, char **out, size_t *len);

/* Reads FD to its end under the same rules; NAME is for messages. */
enum fail file_read_fd(struct call *c, int fd, const char *name, size_t max, char **out,
	size_t *len);

/* Writes all of DATA to FD. */
enum fail file_write_all(struct call *c, int fd, const char *name, const void *data, size_t len);

/* Replaces PATH by DATA: a .part file beside it, synced, renamed, folder synced. After a failure
 * the old file is as it was and no .part file is left. */
enum fail file_replace(struct call *c, const char *path, const void *data, size_t len, mode_t mode);

/* A file being made under a temporary name beside its final one. */
struct part {
	const char *final; /* the name it will have */
	const char *path;  /* the name it has now, NULL when finished or dropped */
	int fd;            /* holds the lock that tells a live .part file from a dead one */
};

/* Creates an empty .part file for FINAL (FAIL_INPUT when FINAL is a folder, and whatever the
 * folder refuses), and removes what killed processes left of earlier ones. */
enum fail part_create(struct call *c, const char *final, mode_t mode, struct part *out);

/* Syncs the file, renames it, syncs the folder. */
enum fail part_commit(struct call *c, struct part *p);

/* Removes it if it was not committed. Usable as cleanup attribute. */
void part_drop(struct part *p);
#define PART_AUTO __attribute__((cleanup(part_drop))) struct part

/* Makes PATH and its missing parents with mode 0700. */
enum fail dir_make(struct call *c, const char *path);

/* Syncs the folder that holds PATH, so that a rename or creation in it survives a power cut. */
enum fail dir_sync_of(struct call *c, const char *path);

/* Opens NAME for reading below the folder DIR: never through "..", absolute names or links
 * (openat2(2) RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS). *OUT is the caller's. */
enum fail file_open_beneath(struct call *c, const char *dir, const char *name, int *out);

/* Opens the regular file with the absolute name PATH for reading; FAIL_DENIED where it or a folder
 * on the way is a link. */
enum fail file_open_plain(struct call *c, const char *path, int *out);

/* PATH with the links among its folders resolved, the last part as it is; PATH itself where its
 * folder is not there. */
const char *path_real(struct call *c, const char *path);

/* The folder part of PATH ("." when it has none), and its last part. */
const char *path_dir(struct call *c, const char *path);
const char *path_base(const char *path);

/* PATH made absolute with the working directory; no link is resolved. */
enum fail path_absolute(struct call *c, const char *path, const char **out);

#endif
