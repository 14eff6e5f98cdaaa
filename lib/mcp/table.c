/* The resources and prompts of this program. */
#include "lib/mcp/table.h"

#include <stddef.h>

#include "lib/mcp/state.h"

const struct mcp_resource mcp_resources[] = {
	{MCP_FILE_URI "{id}", "file", "A file that an operation made", NULL, "file get", "file list"},
	{MCP_TASK_URI "{task_id}", "task", "A task: its state, and what it ended with",
		"application/json", "task show", NULL},
	{"trae://fetch/{id}", "document", "What search found, as text", "application/json", "fetch",
		NULL},
	{.uri = NULL},
};

const struct mcp_prompt mcp_prompts[] = {{.name = NULL}};
