/* Layout: libmicrohttpd before 1.0 reads a request head in place and forgives a bare LF, folded
 * lines, a NUL in a value, and an empty header name that ends the head early; none of that shows in
 * the values it gives. But it shows in where they lie: in a sound head each begins right behind the
 * last, and all of them fill the size that the library gives for the head. For that no byte is
 * read. Versions that can be told to be strict are told to, and their layout is not looked at. */
#include <stdio.h>
#include <string.h>

#include "lib/web/module/server.h"

bool layout_known(void)
{
	int major = 0, minor = 0, patch = 0;

	return sscanf(MHD_get_version(), "%d.%d.%d", &major, &minor, &patch) == 3 && major == 0 &&
		minor == 9 && patch <= 75;
}

struct walk {
	const char *at; /* where the next name has to begin */
	bool holds;
};

static enum MHD_Result step(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len,
	const char *value, size_t value_len)
{
	struct walk *w = cls;

	(void)kind;
	/* NAME ":" blanks VALUE CR LF */
	w->holds = w->holds && name == w->at && name_len && value && value > name + name_len;
	w->at = w->holds ? value + value_len + 2 : NULL;
	return w->holds ? MHD_YES : MHD_NO;
}

bool layout_holds(const struct peer *p, const char *method, const char *version)
{
	const union MHD_ConnectionInfo *size = MHD_get_connection_info(p->connection,
		MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	struct walk w = {.at = version + strlen(version) + 2, .holds = true};

	if (p->target_at != method + strlen(method) + 1 ||
		version != p->target_at + strlen(p->target) + 1)
		return false;
	MHD_get_connection_values_n(p->connection, MHD_HEADER_KIND, step, &w);
	return w.holds && size && w.at + 2 == method + size->header_size;
}
