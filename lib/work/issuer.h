/* The keys of an outside issuer (auth.issuer): fetched at the start of a server, every ten minutes, and
 * when a token names one that is not there. */
#ifndef WORK_ISSUER_H
#define WORK_ISSUER_H

#include "lib/policy/policy.h"

struct issuer_watch;

/* Begins to take the tokens of the setting auth.issuer, up to auth.role, and to fetch its keys in a
 * thread of its own; *OUT is NULL where the setting is not there. FAIL_CONFIG for one that is neither
 * https nor on this machine. FAILED is told each time that the keys cannot be had. */
enum fail issuer_start(struct call *c, struct policy *p, void (*failed)(void *to, const char *why),
	void *to, struct issuer_watch **out);
void issuer_stop(struct issuer_watch *w);

#endif
