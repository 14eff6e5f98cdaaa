/* Folders of this program (XDG Base Directory Specification 0.8). */
#include "lib/os/dirs.h"

#include <ctype.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"

static const char *home(void)
{
	const char *dir = getenv("HOME");
	struct passwd *pw;

	if (dir && dir[0] == '/')
		return dir;
	pw = getpwuid(getuid());
	return pw && pw->pw_dir ? pw->pw_dir : "/";
}

static const char *xdg(struct call *c, const char *variable, const char *below_home)
{
	const char *dir = getenv(variable);

	if (dir && dir[0] == '/')
		return arena_printf(&c->arena, "%s/trae", dir);
	return arena_printf(&c->arena, "%s/%s/trae", home(), below_home);
}

const char *dir_config(struct call *c)
{
	return xdg(c, "XDG_CONFIG_HOME", ".config");
}

const char *dir_data(struct call *c)
{
	return xdg(c, "XDG_DATA_HOME", ".local/share");
}

const char *dir_state(struct call *c)
{
	return xdg(c, "XDG_STATE_HOME", ".local/state");
}

const char *dir_cache(struct call *c)
{
	return xdg(c, "XDG_CACHE_HOME", ".cache");
}

const char *dir_runtime(struct call *c)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");

	if (dir && dir[0] == '/')
		return arena_printf(&c->arena, "%s/trae", dir);
	return arena_printf(&c->arena, "%s/run", dir_state(c));
}

const char *dir_told(struct call *c, const char *text)
{
	const char *dir = c->far && text ? home() : "", *at;
	size_t len = strlen(dir);
	struct buf b;

	if (len < 2 || !strstr(text, dir))
		return text;
	b = buf_in(&c->arena);
	while ((at = strstr(text, dir))) {
		bool whole = !at[len] || !(isalnum((unsigned char)at[len]) || strchr("._-", at[len]));

		buf_addf(&b, "%.*s%s", (int)(at - text), text, whole ? "~" : dir);
		text = at + len;
	}
	buf_adds(&b, text);
	return b.data;
}

/* The folder of the running program; "" when /proc is not there. */
static const char *program_dir(struct call *c)
{
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
	char *slash;

	if (len <= 0)
		return "";
	path[len] = '\0';
	slash = strrchr(path, '/');
	if (slash)
		*slash = '\0';
	return arena_strdup(&c->arena, path);
}

/* Found from where the program lies, so that a moved or staged tree works. */
static const char *beside(struct call *c, const char *in_build, const char *installed)
{
	const char *dir = program_dir(c);
	const char *built = arena_printf(&c->arena, "%s/%s", dir, in_build);
	const char *staged = arena_printf(&c->arena, "%s/../%s", dir, installed);

	return access(built, F_OK) ? staged : built;
}

const char *dir_libexec(struct call *c)
{
	return beside(c, "libexec", "libexec/trae");
}

const char *dir_share(struct call *c)
{
	return beside(c, "../share", "share/trae");
}
