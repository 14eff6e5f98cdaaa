/* JSON Schemas of whole operations. */
#include "lib/op/op.h"

json_t *op_reply_schema(const struct op *op)
{
	json_t *row = field_schema(op->reply, false);

	if (!op->rows)
		return row;
	return json_pack("{s:s,s:{s:{s:s,s:o}},s:[s]}", "type", "object", "properties", op->rows,
		"type", "array", "items", row, "required", op->rows);
}
