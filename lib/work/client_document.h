/* Clients whose id is the URL of a document about them, fetched and kept for an hour. */
#ifndef WORK_CLIENT_DOCUMENT_H
#define WORK_CLIENT_DOCUMENT_H

#include "lib/policy/oauth.h"

/* The client with ID. FAIL_INPUT for a document that is none, FAIL_LIMIT beyond 20 a minute, else as
 * net_request(). */
enum fail client_document(struct call *c, const char *id, struct oauth_client *out);

#endif
