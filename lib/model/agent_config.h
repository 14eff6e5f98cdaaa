/* Agent configuration: the documents that were set, each a version that can be had back. */
#ifndef MODEL_AGENT_CONFIG_H
#define MODEL_AGENT_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/call.h"

struct agent_config {
	int64_t version;      /* from 1; 0: none was set yet */
	int64_t created_at;
	const char *document; /* JSON: {"content_agent": {...}, ...} */
	int64_t back_to;      /* the version that it brought back, or 0 */
};

/* Keeps DOCUMENT as the newest version; BACK_TO as above. */
enum fail agent_config_put(struct call *c, const char *document, int64_t back_to,
	struct agent_config *out);

/* Version VERSION (FAIL_MISSING when there is none), or with 0 the newest: version 0 and an empty
 * object where none was set. */
enum fail agent_config_get(struct call *c, int64_t version, struct agent_config *out);

/* At most LIMIT versions, newest first. *OUT is in C's arena. */
enum fail agent_config_list(struct call *c, int limit, struct agent_config **out, size_t *n);

#endif
