/* Modules: shared objects of this program, loaded on first use. */
#include "lib/os/module.h"

#include <dlfcn.h>
#include <unistd.h>

#include "lib/os/dirs.h"

enum fail module_load(struct call *c, const char *name, const void **table)
{
	const char *path = arena_printf(&c->arena, "%s/%s.so", dir_libexec(c), name);
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const void *found;

	if (!object)
		return fail(c, FAIL_CONFIG, "module %s cannot be loaded: %s", name, dlerror());
	found = dlsym(object, "trae_module");
	if (!found)
		return fail(c, FAIL_BUG, "%s exports no module table", path);
	*table = found;
	return FAIL_NONE;
}
