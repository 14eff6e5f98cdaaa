/* JSON Schemas of whole operations. */
#include "lib/op/op.h"

json_t *op_reply_schema(const struct op *op)
{
	static const struct field none[] = {{.name = NULL}};
	json_t *row = field_schema(op->reply, false), *all;

	if (!op->rows)
		return row;
	all = field_schema(op->beside ? op->beside : none, false);
	json_object_set_new(json_object_get(all, "properties"), op->rows,
		json_pack("{s:s,s:o}", "type", "array", "items", row));
	if (!op->beside)
		json_object_set_new(all, "required", json_array());
	json_array_insert_new(json_object_get(all, "required"), 0, json_string(op->rows));
	return all;
}
