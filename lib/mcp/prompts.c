/* Prompts: texts that a person picks, made by operations. */
#include <string.h>

#include "lib/mcp/state.h"
#include "lib/mcp/table.h"

static json_t *arguments(const struct op *op)
{
	json_t *list = json_array();

	for (const struct field *f = op->args; f->name; f++)
		json_array_append_new(list, json_pack("{s:s,s:s,s:b}", "name", f->name, "description",
			f->help, "required", f->required));
	return list;
}

json_t *mcp_prompts_list(struct mcp_exchange *x)
{
	json_t *list = json_array();

	for (const struct mcp_prompt *p = mcp_prompts; p->name; p++) {
		const struct op *op = op_find(p->operation);

		json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:o}", "name", p->name, "title",
			op->summary, "description", op->about, "arguments", arguments(op)));
	}
	return mcp_cacheable(x, json_pack("{s:o}", "prompts", list), MCP_TTL_MS, false);
}

static void add_message(json_t *messages, json_t *content)
{
	json_array_append_new(messages, json_pack("{s:s,s:o}", "role", "user", "content", content));
}

static json_t *messages(struct mcp_exchange *x, const struct mcp_run *run)
{
	json_t *list = json_array();
	const char *text = json_member_text(json_array_get(run->replies, 0), run->op->document, NULL);

	for (size_t i = 0; i < run->files_count; i++)
		add_message(list, mcp_file_content(x, &run->files[i]));
	if (text)
		add_message(list, mcp_text_content(text));
	return list;
}

json_t *mcp_prompts_get(struct mcp_exchange *x)
{
	const char *name = mcp_text_param(x, "name");
	json_t *args = json_object_get(x->params, "arguments");
	const struct mcp_prompt *p = mcp_prompts;
	struct mcp_run run;
	enum fail f;

	if (!name || !mcp_ask_begin(x))
		return NULL;
	while (p->name && strcmp(p->name, name))
		p++;
	if (!p->name)
		return mcp_error(x, MCP_PARAMS, NULL, "Unknown prompt: %s", name);
	args = json_is_object(args) ? args : json_keep(x->call, json_object());
	f = mcp_dispatch(x, p->operation, args, &run);
	if (json_object_size(x->asked))
		return mcp_ask_result(x);
	if (f != FAIL_NONE)
		return mcp_error(x, MCP_PARAMS, NULL, "%s", x->call->why);
	return json_pack("{s:s,s:o}", "description", run.op->summary, "messages", messages(x, &run));
}
