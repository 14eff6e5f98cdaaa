/* Modules: shared objects of this program, loaded on first use. */
#include "lib/os/module.h"

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#include "lib/os/dirs.h"

const struct module module_list[] = {
	{"net", "libcurl4"},
	{"page", "libxml2 libmd4c0"},
	{"web", "libmicrohttpd12 libgnutls30"},
	{"keyring", "libsecret-1-0"},
	{"jwt", "libcjose0"},
	{NULL, NULL},
};

static bool listed(const char *name)
{
	for (const struct module *m = module_list; m->name; m++)
		if (!strcmp(m->name, name))
			return true;
	return false;
}

enum fail module_load(struct call *c, const char *name, const void **table)
{
	const char *path = arena_printf(&c->arena, "%s/%s.so", dir_libexec(c), name);
	void *object;
	const void *found;

	if (!listed(name))
		return fail(c, FAIL_BUG, "module %s is not in the list of modules", name);
	object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!object)
		return fail(c, FAIL_CONFIG, "module %s cannot be loaded: %s", name, dlerror());
	found = dlsym(object, "trae_module");
	if (!found)
		return fail(c, FAIL_BUG, "%s exports no module table", path);
	*table = found;
	return FAIL_NONE;
}
