/* Sessions without a memory: what initialize said, signed, which the client brings along. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/id.h"
#include "lib/mcp/state.h"
#include "lib/policy/policy.h"

#define PURPOSE "mcp session"

enum fail mcp_session_text(struct call *c, const struct mcp_client *client, const char **out)
{
	const char *said = arena_printf(&c->arena, "%s.%u.%s", client->version, client->can,
		id_new(&c->arena));
	const char *mac;

	TRY(policy_sign(c, PURPOSE, said, &mac));
	*out = arena_printf(&c->arena, "%s.%s", said, mac);
	return FAIL_NONE;
}

enum fail mcp_session_read(struct call *c, const char *text, struct mcp_client *out)
{
	const char *mac = strrchr(text, '.'), *can = strchr(text, '.');

	if (!mac || can == mac)
		return fail(c, FAIL_MISSING, "this session is not known here: initialize again");
	TRY(policy_verify(c, PURPOSE, arena_memdup(&c->arena, text, (size_t)(mac - text)), mac + 1));
	*out = (struct mcp_client){
		.version = arena_memdup(&c->arena, text, (size_t)(can - text)),
		.can = (unsigned)strtoul(can + 1, NULL, 10)};
	return FAIL_NONE;
}
