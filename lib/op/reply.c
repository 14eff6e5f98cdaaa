/* Replies: as a tree and as text, without what a caller far away is not told. */
#include "lib/op/op.h"
#include "lib/os/dirs.h"

/* What the caller learns of a value. */
enum lesson { ALL, NOTHING, TOLD };

static enum lesson lesson(const struct call *c, const struct field *f)
{
	if (!c->far)
		return ALL;
	if (f->place)
		return NOTHING;
	return f->type == FIELD_TEXT || f->type == FIELD_LIST ? TOLD : ALL;
}

static void add_told(struct call *c, struct buf *b, const struct field *f, const void *at)
{
	const char *const *texts = *(const char *const *const *)at;

	if (f->type == FIELD_TEXT) {
		json_add_text(c, b, dir_told(c, *(const char *const *)at));
		return;
	}
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
		enum lesson what = lesson(c, f);

		if (f != op->reply)
			buf_addc(&b, ',');
		json_add_text(c, &b, f->name);
		buf_addc(&b, ':');
		if (what == NOTHING)
			json_add_text(c, &b, NULL);
		else if (what == TOLD)
			add_told(c, &b, f, at);
		else
			field_write(c, f, at, &b);
	}
	buf_addc(&b, '}');
	return b.data;
}

static void tell(struct call *c, json_t *value)
{
	const char *text = json_string_value(value), *told = dir_told(c, text);
	json_t *one;
	size_t i;

	if (told != text)
		json_string_set(value, told);
	json_array_foreach(value, i, one)
		tell(c, one);
}

void op_hide_places(struct call *c, const struct op *op, json_t *reply)
{
	for (const struct field *f = op->reply; f && f->name; f++) {
		enum lesson what = lesson(c, f);
		json_t *value = what == ALL ? NULL : json_object_get(reply, f->name);

		if (what == NOTHING && value)
			json_object_set_new(reply, f->name, json_null());
		else if (value)
			tell(c, value);
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
