/* Ports: whether something listens there. */
#ifndef OS_PORT_H
#define OS_PORT_H

#include "lib/base/call.h"

/* Connects to HOST (a name or an address) and PORT over TCP and closes again, within WAIT_MS in
 * all. FAIL_REMOTE when nothing takes the connection. */
enum fail port_connect(struct call *c, const char *host, const char *port, int wait_ms);

#endif
