/* Fuzz target: messages of MCP. Whatever comes is answered with JSON on one line, or is for a method
 * that would look into the store; the first byte says which headers come with it. */
#include <stdlib.h>
#include <string.h>

#include "lib/mcp/mcp.h"
#include "lib/policy/policy.h"

static bool send(void *to, const char *text)
{
	(void)to;
	(void)text;
	return true;
}

static bool gone(void *to)
{
	(void)to;
	return false;
}

static struct mcp *shared(void)
{
	static struct call c;
	static struct mcp *m;

	if (!m && mcp_start(&c, &m) != FAIL_NONE)
		abort();
	return m;
}

static void check(struct call *c, const char *answer)
{
	json_t *j = NULL;

	if (!*answer)
		return;
	if (strchr(answer, '\n') || json_parse(c, answer, strlen(answer), &j) != FAIL_NONE)
		abort();
	if (strcmp(json_member_text(j, "jsonrpc", ""), "2.0") ||
		!json_object_get(j, "result") == !json_object_get(j, "error"))
		abort();
	json_decref(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const versions[] = {NULL, "2026-07-28", "2025-11-25", "2024-11-05"};
	const struct mcp_out out = {.send = send, .gone = gone};
	struct call c = {.channel = CHANNEL_MCP, .store_path = "/nonexistent/trae.db"};
	struct mcp_exchange x = {.mcp = shared(), .call = &c, .out = &out};
	const char *method;
	uint8_t first = size ? data[0] : 0;

	if (caller_of_assistant(&c, ROLE_OPERATOR, NULL, &c.caller) != FAIL_NONE)
		abort();
	x.transport_version = versions[first % 4];
	x.headers = first & 4;
	x.two_tools = first & 8;
	mcp_read(&x, (const char *)data + (size > 0), size ? size - 1 : 0);
	if (x.headers)
		mcp_check_headers(&x, first & 16 ? x.method : "tools/list", first & 32 ? "=?base64?YQ==?=" : NULL);
	method = x.method ? x.method : "";
	if (mcp_is_quick(&x) && strcmp(method, "tools/call") && strcmp(method, "initialize"))
		mcp_run(&x);
	if (x.answer)
		check(&c, x.answer);
	call_release(&c);
	return 0;
}
