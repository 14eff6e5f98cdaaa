/* Checkup: everything that this program depends on, looked at, with what to do about it. */
#ifndef WORK_CHECKUP_H
#define WORK_CHECKUP_H

#include "lib/base/call.h"

enum health { HEALTH_OK, HEALTH_NOTE, HEALTH_WARN, HEALTH_FAIL };
const char *health_word(enum health health); /* "ok", "note", "warn", "fail" */

struct finding {
	const char *check;  /* what was looked at */
	enum health health;
	const char *found;  /* what is there */
	const char *remedy; /* what to do; NULL when nothing has to be done */
};

/* Looks at everything, or with SECURITY at what protects the owner only. A look that fails is a
 * finding, not a failure. *OUT is in C's arena. */
enum fail checkup(struct call *c, bool security, struct finding **out, size_t *count);

#endif
