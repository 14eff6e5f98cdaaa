/* Stream reader: events out of a body that comes in pieces of any size. */
#ifndef NET_SSE_H
#define NET_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/base/call.h"

/* Longest event accepted. */
#define SSE_MAX_BYTES (4 << 20)

enum sse_framing {
	SSE_UNDECIDED,
	SSE_EVENTS, /* text/event-stream, WHATWG HTML §9.2.6 */
	SSE_JSON,   /* JSON objects one behind another: NDJSON, or one object that is no stream */
};

struct sse_event {
	const char *name; /* value of its event: line, or "" */
	const char *data; /* NUL-terminated; valid until the handler returns */
	size_t len;
};

/* Set call, event and to; the rest is zero and belongs to the reader. */
struct sse {
	struct call *call;
	enum fail (*event)(struct call *c, void *to, const struct sse_event *event);
	void *to;

	enum sse_framing framing;
	struct buf line, data, name;
	size_t seen;        /* bytes before the framing was decided */
	bool after_cr;      /* an LF now belongs to the CR before it */
	bool has_data;
	unsigned depth;     /* of the JSON object being read */
	bool quoted, escaped;
};

/* Reads LEN more bytes and hands over the events that they complete. Which framing it is shows
 * in the first byte that is not white space. FAIL_REMOTE for an event over SSE_MAX_BYTES or for
 * JSON framing that holds something else; else what the handler returned. */
enum fail sse_feed(struct sse *s, const char *data, size_t len);

/* True when the body may end here: no event was begun and not completed. */
bool sse_at_boundary(const struct sse *s);

#endif
