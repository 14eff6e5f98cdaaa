/* Headers: those of HTTP that mirror a modern request, for what stands in between. */
#include <sodium.h>
#include <string.h>

#include "lib/mcp/state.h"

#define PREFIX "=?base64?"
#define SUFFIX "?="

/* TEXT, decoded where it is in the form for what a header cannot hold; NULL when that is wrong. */
static const char *decoded(struct call *c, const char *text)
{
	size_t len = strlen(text), head = strlen(PREFIX), tail = strlen(SUFFIX), n;
	char *out;

	if (len < head + tail || strncmp(text, PREFIX, head) || strcmp(text + len - tail, SUFFIX))
		return text;
	out = arena_alloc(&c->arena, 1, len);
	if (sodium_base642bin((unsigned char *)out, len - 1, text + head, len - head - tail, NULL, &n,
		    NULL, sodium_base64_VARIANT_ORIGINAL) || memchr(out, '\0', n))
		return NULL;
	return out;
}

/* The parameter that Mcp-Name mirrors, by method. */
static const struct {
	const char *method, *param;
} named[] = {
	{"tools/call", "name"}, {"prompts/get", "name"}, {"resources/read", "uri"},
	{"tasks/get", "taskId"}, {"tasks/update", "taskId"}, {"tasks/cancel", "taskId"},
};

void mcp_check_headers(struct mcp_exchange *x, const char *method, const char *name)
{
	const char *right = NULL;

	if (!x->client.modern || x->kind != MCP_REQUEST || x->answer)
		return;
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (!strcmp(named[i].method, x->method))
			right = json_member_text(x->params, named[i].param, NULL);
	if (!method || strcmp(method, x->method)) {
		mcp_error(x, MCP_HEADERS, NULL, "Mcp-Method is not the method of the body");
		return;
	}
	if (!right)
		return;
	name = name ? decoded(x->call, name) : NULL;
	if (!name || strcmp(name, right))
		mcp_error(x, MCP_HEADERS, NULL, "Mcp-Name is not what the body names");
}
