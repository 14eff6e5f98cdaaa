/* Tools: which a client is shown, all of them or the two that find and call the others. */
#include <string.h>
#include <strings.h>

#include "lib/base/clock.h"
#include "lib/mcp/state.h"

#define FOUND_MAX 20

static const char two[] =
	"{\"name\":\"search_tools\",\"title\":\"Find tools\",\"description\":\"Finds tools by words "
	"of what they do. Gives their names and what arguments they take, for call_tool.\","
	"\"inputSchema\":{\"type\":\"object\",\"properties\":{\"query\":{\"type\":\"string\","
	"\"description\":\"Words; all tools when empty\"}},\"additionalProperties\":false},"
	"\"outputSchema\":{\"type\":\"object\",\"properties\":{\"tools\":{\"type\":\"array\",\"items\":"
	"{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"description\":{\"type\":"
	"\"string\"},\"inputSchema\":{\"type\":\"object\",\"additionalProperties\":true}},\"required\":"
	"[\"name\",\"description\",\"inputSchema\"],\"additionalProperties\":false}}},\"required\":"
	"[\"tools\"],\"additionalProperties\":false},\"annotations\":{\"title\":\"Find tools\","
	"\"readOnlyHint\":true,\"destructiveHint\":false,\"idempotentHint\":true,\"openWorldHint\":"
	"false}},"
	"{\"name\":\"call_tool\",\"title\":\"Call a tool\",\"description\":\"Calls a tool that "
	"search_tools found.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":"
	"\"string\",\"description\":\"Name of the tool\"},\"arguments\":{\"type\":\"object\","
	"\"description\":\"Its arguments\",\"additionalProperties\":true}},\"required\":[\"name\"],"
	"\"additionalProperties\":false},\"outputSchema\":{\"type\":\"object\",\"description\":"
	"\"What the tool answers\",\"additionalProperties\":true},\"annotations\":{\"title\":"
	"\"Call a tool\",\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":false,"
	"\"openWorldHint\":true}}";

size_t mcp_tool_place(const struct op *op)
{
	size_t at = 0;

	while (op_table[at] != op)
		at++;
	return at;
}

/* Is NAME the tool that OP is: its words with '_' between them? */
static bool is_called(const struct op *op, const char *name)
{
	const char *p = op->name;

	for (; *p && *name; p++, name++)
		if (*name != (*p == ' ' || *p == '-' ? '_' : *p))
			return false;
	return !*p && !*name;
}

const struct op *mcp_tool_find(const char *name)
{
	for (size_t i = 0; op_table[i]; i++)
		if (op_is_tool(op_table[i]) && is_called(op_table[i], name))
			return op_table[i];
	return NULL;
}

static bool allowed(struct mcp_exchange *x, const struct op *op)
{
	return op_is_tool(op) && op_allowed(x->call, op);
}

/* The tool as text, made once in a process. */
static const char *tool_text(struct mcp *m, size_t at)
{
	struct call own = {0};
	JSON_AUTO tool = NULL;

	if (m->tools[at])
		return m->tools[at];
	tool = op_to_tool(op_table[at], &own);
	m->tools[at] = xstrdup(json_text(&own, tool, false));
	call_release(&own);
	return m->tools[at];
}

static void add_tools(struct mcp_exchange *x, struct buf *b)
{
	struct mcp *m = x->mcp;
	size_t start = b->len;

	pthread_mutex_lock(&m->lock);
	for (size_t i = 0; op_table[i]; i++)
		if (allowed(x, op_table[i]))
			buf_addf(b, "%s%s", b->len > start ? "," : "", tool_text(m, i));
	pthread_mutex_unlock(&m->lock);
}

json_t *mcp_tools_list(struct mcp_exchange *x)
{
	struct buf b = buf_in(&x->call->arena);

	buf_adds(&b, "{\"tools\":[");
	if (x->two_tools)
		buf_adds(&b, two);
	else
		add_tools(x, &b);
	buf_addc(&b, ']');
	if (x->client.modern)
		buf_addf(&b, ",\"resultType\":\"complete\",\"ttlMs\":%d,\"cacheScope\":\"private\"",
			MCP_TTL_MS);
	buf_addc(&b, '}');
	mcp_answer_text(x, b.data);
	return NULL;
}

/* How many of the words QUERY stand in what is said of OP; all of them when there are none. */
static int rank(struct call *c, const struct op *op, const char *query)
{
	const char *about = arena_printf(&c->arena, "%s %s %s", op->name, op->summary, op->about);
	char *words = arena_strdup(&c->arena, query), *rest, *word;
	int n = *query == '\0';

	for (word = strtok_r(words, " ,_", &rest); word; word = strtok_r(NULL, " ,_", &rest)) {
		if (strcasestr(op->name, word))
			n += 2;
		else if (strcasestr(about, word))
			n++;
	}
	return n;
}

static json_t *found(struct mcp_exchange *x, const struct op *op)
{
	JSON_AUTO tool = op_to_tool(op, x->call);

	return json_pack("{s:O,s:O,s:O}", "name", json_object_get(tool, "name"), "description",
		json_object_get(tool, "description"), "inputSchema",
		json_object_get(tool, "inputSchema"));
}

/* The best first; those of equal rank in the order of the table. */
json_t *mcp_tools_search(struct mcp_exchange *x, const json_t *args)
{
	const char *query = json_member_text(args, "query", "");
	json_t *tools = json_array();
	int best = 0;

	for (size_t i = 0; op_table[i]; i++) {
		int r = allowed(x, op_table[i]) ? rank(x->call, op_table[i], query) : 0;

		best = r > best ? r : best;
	}
	for (int r = best; r > 0; r--)
		for (size_t i = 0; op_table[i]; i++)
			if ((json_array_size(tools) < FOUND_MAX || !*query) &&
				allowed(x, op_table[i]) && rank(x->call, op_table[i], query) == r)
				json_array_append_new(tools, found(x, op_table[i]));
	return json_pack("{s:o}", "tools", tools);
}
