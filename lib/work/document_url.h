/* Where a document that search finds can be cited from. */
#ifndef WORK_DOCUMENT_URL_H
#define WORK_DOCUMENT_URL_H

#include "lib/base/call.h"

/* Below the server's public URL, else as trae://fetch/ID. */
const char *document_url(struct call *c, const char *id);

#endif
