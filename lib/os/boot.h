/* Which boot of the machine this is. */
#ifndef OS_BOOT_H
#define OS_BOOT_H

#include "lib/base/call.h"

/* The kernel's identifier of this boot, in C's arena: times of clock_boot_ms() mean something
 * together with it only. */
enum fail boot_id(struct call *c, const char **out);

#endif
