/* The table of operations, made from the list in ops.h. */
#include "lib/op/op.h"

#define OP(id) extern const struct op op_##id;
#include "cmd/ops.h"
#undef OP

#define OP(id) &op_##id,
const struct op *const op_table[] = {
#include "cmd/ops.h"
	NULL};
