/* Lists in pages: what is said beside their rows. */
#include "lib/op/op.h"

const struct field pagination_fields[] = {
	FIELD(struct pagination, total, "How many there are, counted up to 10001", .required = true),
	FIELD(struct pagination, limit, "Most that a page holds", .required = true),
	FIELD(struct pagination, offset, "How many stand before this page", .required = true),
	FIELD(struct pagination, has_more, "Whether more follow", .required = true),
	{.name = NULL},
};

void op_page(struct call *c, const struct pagination *page)
{
	const struct page_beside beside = {
		.pagination = json_keep(c, field_emit(c, pagination_fields, page))};

	op_beside(c, &beside);
}
