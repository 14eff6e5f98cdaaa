/* Conditional and range requests (RFC 9110 §13, §14). */
#ifndef WEB_RANGE_H
#define WEB_RANGE_H

#include <stdbool.h>
#include <stdint.h>

enum range_kind {
	RANGE_WHOLE, /* none is asked for, or in a form that is not served: everything */
	RANGE_PART,
	RANGE_OUTSIDE, /* 416 */
};

/* Reads the value of a Range header (NULL: absent) for SIZE bytes: *FIRST and *LEN are written for
 * RANGE_PART. Several ranges, other units and wrong syntax give RANGE_WHOLE, as §14.2 allows. */
enum range_kind range_read(const char *text, int64_t size, int64_t *first, int64_t *len);

/* Whether a Range counts: IF_RANGE is absent or the strong ETAG itself. ETAG may be NULL. */
bool range_applies(const char *if_range, const char *etag);

/* Whether an If-None-Match header (NULL: absent) names ETAG, weakly compared, or is "*". */
bool etag_listed(const char *list, const char *etag);

#endif
