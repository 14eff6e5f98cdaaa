/* Folders of this program (XDG Base Directory Specification 0.8). */
#ifndef OS_DIRS_H
#define OS_DIRS_H

#include "lib/base/call.h"

/* Absolute paths in C's arena, not created. Relative values of the XDG variables are ignored, as
 * the specification asks. */
const char *dir_config(struct call *c);  /* $XDG_CONFIG_HOME/trae */
const char *dir_data(struct call *c);    /* $XDG_DATA_HOME/trae: the store, kept files */
const char *dir_state(struct call *c);   /* $XDG_STATE_HOME/trae: logs, backups */
const char *dir_cache(struct call *c);   /* $XDG_CACHE_HOME/trae: may be deleted at any time */
const char *dir_runtime(struct call *c); /* $XDG_RUNTIME_DIR/trae, else below the state folder */

/* TEXT as the caller of C may read it: from far with ~ for the folder of who runs this program. */
const char *dir_told(struct call *c, const char *text);

/* Where modules and trae-media lie: $(libexecdir)/trae of the installed program, or build/libexec
 * beside a program run from its build tree. */
const char *dir_libexec(struct call *c);

/* Where share/ was installed, or share/ of the source tree. */
const char *dir_share(struct call *c);

#endif
