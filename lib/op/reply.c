/* Replies: as a tree and as text, without what a caller far away is not told. */
#include "lib/op/op.h"
#include "lib/os/dirs.h"

static void retell(struct call *c, json_t *value)
{
	const char *text = json_string_value(value), *told = dir_told(c, text);

	if (told != text)
		json_string_set(value, told);
}

static void add_list(struct call *c, struct buf *b, const char *const *texts)
{
	buf_addc(b, '[');
	for (size_t i = 0; texts && texts[i]; i++) {
		if (i)
			buf_addc(b, ',');
		json_add_text(c, b, dir_told(c, texts[i]));
	}
	buf_addc(b, ']');
}

const char *op_reply_text(struct call *c, const struct op *op, const void *from)
{
	struct buf b = buf_in(&c->arena);

	buf_addc(&b, '{');
	for (const struct field *f = op->reply; f->name; f++) {
		const void *at = (const char *)from + f->offset;

		if (f != op->reply)
			buf_addc(&b, ',');
		json_add_text(c, &b, f->name);
		buf_addc(&b, ':');
		if (c->far && f->place)
			json_add_text(c, &b, NULL);
		else if (f->type == FIELD_TEXT)
			json_add_text(c, &b, dir_told(c, *(const char *const *)at));
		else if (f->type == FIELD_LIST)
			add_list(c, &b, *(const char *const *const *)at);
		else
			field_write(c, f, at, &b);
	}
	buf_addc(&b, '}');
	return b.data;
}

void op_hide_places(struct call *c, const struct op *op, json_t *reply)
{
	for (const struct field *f = op->reply; c->far && f && f->name; f++) {
		bool told = f->place || f->type == FIELD_TEXT || f->type == FIELD_LIST;
		json_t *value = told ? json_object_get(reply, f->name) : NULL, *one;
		size_t i;

		if (f->place && value)
			json_object_set_new(reply, f->name, json_null());
		else if (f->type == FIELD_TEXT)
			retell(c, value);
		else if (f->type == FIELD_LIST)
			json_array_foreach(value, i, one)
				retell(c, one);
	}
}

json_t *op_result(struct call *c, const struct op *op, json_t *replies)
{
	if (op->rows) {
		json_t *all = json_keep(c, json_pack("{s:O}", op->rows, replies));

		json_object_update(all, c->beside);
		return all;
	}
	return json_array_size(replies) ? json_array_get(replies, 0) : json_keep(c, json_null());
}
