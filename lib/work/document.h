/* Document: what a caller named, fetched or read, as a page. */
#ifndef WORK_DOCUMENT_H
#define WORK_DOCUMENT_H

#include "lib/field/field.h"
#include "lib/page/page.h"

/* More text than this is no source of a narration. */
#define DOCUMENT_MAX_BYTES (32 << 20)

struct document {
	const char *name;   /* as people know it: path, URL, "standard input" */
	const char *folder; /* where its pictures are looked for; NULL: they cannot be local */
	struct page page;
};

/* Reads what PATH names: a file, standard input, a URL (under the rules of lib/net; hosts whose
 * addresses are not public only if net.allowed_hosts names them), or a recorded file. FAIL_INPUT
 * for an empty or binary one. */
enum fail document_read(struct call *c, const struct path *path, struct document *out);

/* The document that TEXT is, as Markdown where it looks so; it cannot name local pictures. */
enum fail document_from_text(struct call *c, const char *text, struct document *out);

/* Fetches URL into memory under the same rules. */
struct net_reply;
enum fail document_fetch(struct call *c, const char *url, size_t max_bytes, struct net_reply *out);

/* True when the authority of URL (http or https), or its host alone, is on the owner's list
 * net.allowed_hosts. */
bool document_owner_allows(struct call *c, const char *url);

#endif
