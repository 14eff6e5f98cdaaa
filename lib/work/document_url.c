/* Where a document that search finds can be cited from. */
#include "lib/work/document_url.h"

const char *document_url(struct call *c, const char *id)
{
	return c->public_url ? arena_printf(&c->arena, "%s/api/v1/fetch/%s", c->public_url, id)
			     : arena_printf(&c->arena, "trae://fetch/%s", id);
}
