/* Modules: shared objects of this program, loaded on first use. */
#ifndef OS_MODULE_H
#define OS_MODULE_H

#include "lib/base/call.h"

/* Loads libexec/trae/NAME.so and finds its one exported table, the symbol trae_module. The object
 * stays loaded. FAIL_CONFIG names the library that is missing. */
enum fail module_load(struct call *c, const char *name, const void **table);

#endif
