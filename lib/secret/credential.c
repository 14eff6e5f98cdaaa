/* Backend "credential": what systemd hands to a service (systemd.exec(5), LoadCredential=). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/fault.h"
#include "lib/os/file.h"
#include "lib/secret/backend.h"

static const char *folder(void)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	return dir && dir[0] == '/' ? dir : NULL;
}

static bool present(__attribute__((unused)) struct call *c)
{
	return folder();
}

static enum fail get(struct call *c, const char *name, struct secret **out)
{
	const char *path = arena_printf(&c->arena, "%s/%s", folder(), name);
	FILE_AUTO fd = fault_io(EIO) ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return fail_errno(c, errno, "cannot read credential %s", path);
	return secret_read(c, fd, path, out);
}

static void close_folder(DIR **d)
{
	if (*d)
		closedir(*d);
}

static enum fail list(struct call *c, struct secret_rows *rows)
{
	__attribute__((cleanup(close_folder))) DIR *d = fault_io(EIO) ? NULL : opendir(folder());
	struct dirent *e;

	if (!d)
		return fail_errno(c, errno, "cannot read folder %s", folder());
	while ((e = readdir(d))) {
		if (secret_check_name(c, e->d_name) == FAIL_NONE)
			secret_rows_add(c, rows, e->d_name, "credential", 0);
		else
			fail_forget(c); /* no secret of ours: another use of the folder */
	}
	return FAIL_NONE;
}

static bool state(struct call *c, const char **why)
{
	bool usable = !access(folder(), R_OK | X_OK);

	*why = arena_printf(&c->arena, usable ? "systemd credentials in %s, read only"
					      : "folder %s cannot be read", folder());
	return usable;
}

const struct secret_backend secret_credential = {
	.name = "credential",
	.absent = "no CREDENTIALS_DIRECTORY: give credentials to the service by "
		"LoadCredentialEncrypted= (see systemd-creds(1))",
	.present = present,
	.get = get,
	.list = list,
	.state = state,
};
