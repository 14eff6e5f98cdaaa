/* Files: what operations finished, and where it lies. */
#ifndef MODEL_FILE_H
#define MODEL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/call.h"

struct file {
	const char *id;         /* given by file_record() */
	const char *name;       /* the last part of the path */
	const char *path;       /* absolute */
	const char *media_type;
	const char *sha256;     /* 64 hexadecimal digits */
	const char *md5;        /* 32, or NULL: recorded before it was taken */
	const char *task_id;    /* what made it, or NULL */
	const char *operation;  /* likewise, as in "video render" */
	const char *metadata;   /* a JSON object, or NULL */
	const char *state;      /* "present", or "missing" after file_check() did not find it */
	int64_t bytes;
	int64_t created_at;     /* given by file_record() */
	int64_t downloads;      /* how often it was given whole over the network */
};

/* Records F, whose id, name, state and created_at it sets, and its count and bytes in the counters:
 * in the transaction that is open, else in one of its own. What was recorded under the same path is
 * replaced. */
enum fail file_record(struct call *c, struct file *f);

/* The file with that id; FAIL_MISSING when there is none. */
enum fail file_find(struct call *c, const char *id, struct file *out);

/* At most LIMIT files, newest first, those older than the file with id AFTER (NULL: from the
 * newest). *OUT is in C's arena. */
enum fail file_list(struct call *c, int limit, const char *after, struct file **out, size_t *n);

/* The files that the task TASK_ID made, in their order; at most FILES_OF_TASK. */
#define FILES_OF_TASK 16
enum fail file_of_task(struct call *c, const char *task_id, struct file **out, size_t *n);

/* Whether what lies at PATH is, byte for byte, what an operation made there. */
enum fail file_made(struct call *c, const char *path, bool *made);

/* Removes the record, not the file. FAIL_MISSING when there is none. */
enum fail file_forget(struct call *c, const char *id);

/* Looks whether the file still lies at its path with its size, and records the state it finds. */
enum fail file_check(struct call *c, struct file *f);

/* SHA-256 (FIPS 180-4) of the file PATH, and its size. */
enum fail file_hash(struct call *c, const char *path, char hex[65], int64_t *bytes);

/* Sets sha256, md5 (RFC 1321, which says only whether it arrived whole) and bytes of OUT from the
 * file PATH. */
enum fail file_digest(struct call *c, const char *path, struct file *out);

/* Counts that the file with that id was given, in memory; from any thread. */
void file_downloaded(const char *id);
/* Writes what was counted since to the store: now and then, and at the end. What a process that is
 * killed had counted in between is lost. */
enum fail file_downloads_flush(struct call *c);

#endif
