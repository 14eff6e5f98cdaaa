/* Fuzz target: a stream gives the same events however it is cut into pieces. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/net/sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum fail note(struct call *c, void *to, const struct sse_event *event)
{
	(void)c;
	buf_adds(to, event->name);
	buf_addc(to, '|');
	buf_add(to, event->data, event->len);
	buf_addc(to, ';');
	return FAIL_NONE;
}

static bool feed(struct call *c, struct buf *out, const char *text, size_t size, size_t step)
{
	struct sse s = {.call = c, .event = note, .to = out};

	*out = buf_in(&c->arena);
	for (size_t at = 0; at < size; at += step)
		if (sse_feed(&s, text + at, size - at < step ? size - at : step) != FAIL_NONE)
			return false;
	return sse_at_boundary(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct call c = {0};
	const char *text = (const char *)data;
	struct buf whole, cut;
	bool whole_ends, cut_ends;

	whole_ends = feed(&c, &whole, text, size, size ? size : 1);
	cut_ends = feed(&c, &cut, text, size, size ? data[0] % 7 + 1 : 1);
	if (whole_ends != cut_ends || whole.len != cut.len || memcmp(whole.data, cut.data, cut.len))
		abort();
	call_release(&c);
	return 0;
}
