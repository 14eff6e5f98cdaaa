/* What the system agent looks at, for those who ask between its rounds. */
#ifndef AGENT_SYSTEM_H
#define AGENT_SYSTEM_H

#include "lib/model/health.h"

/* How well everything is: the newest recorded sample when it is no older than two rounds, else a
 * look now, which is not recorded and leaves out the services. The processor's load is then what was used since this thread
 * looked last, or over a fifth of a second when that is less than one ago. */
enum fail system_health(struct call *c, struct health *out);

#endif
