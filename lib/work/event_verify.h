/* Whether an address that is to be told of events wants to be: it is sent a challenge, which it has to
 * give back. */
#ifndef WORK_EVENT_VERIFY_H
#define WORK_EVENT_VERIFY_H

#include "lib/model/event.h"

/* Opens nothing to addresses that callbacks may not go to. FAIL_REMOTE when the answer is another or
 * none, with c->error "challenge_failed" or "timeout"; FAIL_INPUT for a secret that is none. */
enum fail event_verify(struct call *c, const struct subscription *s, const struct secret *secret);

#endif
