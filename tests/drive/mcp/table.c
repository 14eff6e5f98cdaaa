/* The program's own table with the tools of the conformance suite behind it. */
#include "lib/mcp/table.h"

#include <stddef.h>

#include "lib/op/op.h"

#define OP(id) extern const struct op op_##id;
#include "cmd/ops.h"
#include "tests/drive/mcp/list.h"
#undef OP

#define OP(id) &op_##id,
const struct op *const op_table[] = {
#include "cmd/ops.h"
#include "tests/drive/mcp/list.h"
	NULL};

const struct mcp_resource mcp_resources[] = {
	{"test://static-text", "static text", "A text", "text/plain", "test static-text", NULL},
	{"test://static-binary", "static bytes", "A picture", "image/png", "test static-binary", NULL},
	{"test://template/{id}/data", "template", "Data by id", "application/json", "test template",
		NULL},
	{.uri = NULL},
};

const struct mcp_prompt mcp_prompts[] = {
	{"test_simple_prompt", "test prompt-simple"},
	{"test_prompt_with_arguments", "test prompt-arguments"},
	{"test_prompt_with_embedded_resource", "test prompt-resource"},
	{"test_prompt_with_image", "test prompt-image"},
	{"test_input_required_result_prompt", "test prompt-asks"},
	{.name = NULL},
};
