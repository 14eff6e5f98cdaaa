/* Text files as results. */
#ifndef WORK_TEXTFILE_H
#define WORK_TEXTFILE_H

#include "lib/work/render.h"

/* Writes TEXT to TO (a local file, whole or not at all, handed to op_made(); or standard output)
 * and tells path, size and hash in *OUT. */
enum fail textfile_write(struct call *c, const struct path *to, const char *text,
	struct rendered *out);

#endif
