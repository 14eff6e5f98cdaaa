/* Clients whose id is the URL of a document about them. */
#include "lib/work/client_document.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/net/net.h"
#include "lib/work/document.h"

#define FRESH_MS INT64_C(3600000)
#define MAX_BYTES (16 << 10)
#define TIMEOUT_MS 5000

static enum fail fetch(struct call *c, const char *id, struct oauth_client *out)
{
	const bool named = document_owner_allows(c, id);
	const struct net_header headers[] = {{.name = "Accept", .value = "application/json"},
		{.name = NULL}};
	struct net_request request = {.method = "GET", .url = id, .headers = headers,
		.max_bytes = MAX_BYTES, .timeout_ms = TIMEOUT_MS, .owner_named = named};
	struct net_reply reply;

	TRY(oauth_document_check(c, id, named));
	TRY(oauth_client_may_fetch(c));
	TRY(net_request(c, &request, &reply));
	if (reply.status != 200)
		return fail(c, FAIL_REMOTE, "it answers with HTTP status %d", reply.status);
	TRY(oauth_document_read(c, id, reply.body, reply.len, out));
	return oauth_client_keep(c, out);
}

enum fail client_document(struct call *c, const char *id, struct oauth_client *out)
{
	struct oauth_client known;
	enum fail f = oauth_client_find(c, id, &known);

	if (f == FAIL_NONE && clock_now_ms() - known.fetched_at < FRESH_MS) {
		*out = known;
		return FAIL_NONE;
	}
	if (f != FAIL_NONE && f != FAIL_MISSING)
		return f;
	fail_forget(c);
	f = fetch(c, id, out);
	if (f != FAIL_NONE)
		fail_context(c, "the document of the program that sent you here, %s", id);
	return f;
}
