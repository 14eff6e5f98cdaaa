/* Modules: shared objects of this program, loaded on first use. */
#ifndef OS_MODULE_H
#define OS_MODULE_H

#include "lib/base/call.h"

/* Every module that there is, and the Debian packages that it links; a NULL name ends the list. */
struct module {
	const char *name, *packages;
};
extern const struct module module_list[];

/* Loads libexec/trae/NAME.so and finds its one exported table, the symbol trae_module. The object
 * stays loaded. FAIL_CONFIG names the library that is missing. NAME has to be in the list. */
enum fail module_load(struct call *c, const char *name, const void **table);

#endif
