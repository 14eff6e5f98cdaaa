/* Services: what a service manager such as systemd is told and hands over. */
#ifndef OS_SERVICE_H
#define OS_SERVICE_H

#include "lib/base/call.h"

/* Tells the manager STATE, lines such as "READY=1" (sd_notify(3)), where one listens at
 * $NOTIFY_SOCKET; else does nothing. That it cannot be told stops no service. */
void service_tell(const char *state);

/* How often the manager wants to hear "WATCHDOG=1": half of $WATCHDOG_USEC in milliseconds; 0:
 * never (sd_watchdog_enabled(3)). */
int64_t service_watchdog_ms(void);

/* The socket that the manager listens at for this process (sd_listen_fds(3)): *FD is -1 when there
 * is none, else the caller's, with *ADDRESS and *PORT. FAIL_CONFIG when it is of another kind, or
 * there are several. */
enum fail service_socket(struct call *c, int *fd, const char **address, int *port);

#endif
