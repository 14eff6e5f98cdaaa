/* Comma-separated values (RFC 4180). */
#ifndef TEXT_CSV_H
#define TEXT_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/call.h"

struct csv {
	const char *at, *end;
	int64_t line;      /* where the next record begins, from 1 */
};

/* A reader of LEN bytes of TEXT, which have to outlive it; a byte order mark is passed over. */
struct csv csv_of(const char *text, size_t len);

/* The next record: its N cells, in C's arena. Lines may end in LF or CRLF, empty ones are passed
 * over; quoted cells may hold commas, quotes (doubled) and line ends. *N is 0 at the end. *LINE is
 * where it began. FAIL_INPUT for a quote that is not closed or stands amid a cell: the reader is
 * then behind that line. */
enum fail csv_next(struct call *c, struct csv *csv, char ***cells, size_t *n, int64_t *line);

#endif
