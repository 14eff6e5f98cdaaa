/* Stream reader: events out of a body that comes in pieces of any size. */
#include "lib/net/sse.h"

#include <string.h>

static bool is_space(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r';
}

static enum fail too_long(struct sse *s)
{
	return fail(s->call, FAIL_REMOTE, "the stream holds an event of more than %d bytes",
		SSE_MAX_BYTES);
}

static enum fail hand_over(struct sse *s)
{
	struct sse_event event = {.name = s->name.data, .data = s->data.data, .len = s->data.len};
	enum fail got = s->event(s->call, s->to, &event);

	buf_cut(&s->data, 0);
	buf_cut(&s->name, 0);
	s->has_data = false;
	return got;
}

/* One complete line of an event stream. */
static enum fail take_line(struct sse *s)
{
	const char *line = s->line.data, *value;
	size_t len = s->line.len, name;

	if (!len) {
		if (s->has_data)
			return hand_over(s);
		buf_cut(&s->name, 0);
		return FAIL_NONE;
	}
	value = memchr(line, ':', len);
	name = value ? (size_t)(value - line) : len;
	value = value ? value + 1 : line + len;
	if (*value == ' ')
		value++;
	len -= (size_t)(value - line);
	if (name == 5 && !memcmp(line, "event", 5)) {
		buf_cut(&s->name, 0);
		buf_add(&s->name, value, len);
	} else if (name == 4 && !memcmp(line, "data", 4)) {
		if (s->has_data)
			buf_addc(&s->data, '\n');
		buf_add(&s->data, value, len);
		s->has_data = true;
	}
	/* id: and retry: serve reconnecting, which a question to a model does not do; a line that
	 * starts with a colon keeps the connection alive. */
	return s->data.len > SSE_MAX_BYTES ? too_long(s) : FAIL_NONE;
}

static enum fail feed_events(struct sse *s, const char *data, size_t len)
{
	const char *end = data + len;

	while (data < end) {
		size_t run = 0, left = (size_t)(end - data);
		enum fail got;

		if (s->after_cr && *data == '\n') {
			s->after_cr = false;
			data++;
			continue;
		}
		s->after_cr = false;
		while (run < left && data[run] != '\n' && data[run] != '\r')
			run++;
		if (s->line.len + run > SSE_MAX_BYTES)
			return too_long(s);
		buf_add(&s->line, data, run);
		data += run;
		if (run == left)
			break;
		s->after_cr = *data++ == '\r';
		got = take_line(s);
		buf_cut(&s->line, 0);
		TRY(got);
	}
	return FAIL_NONE;
}

/* Moves the state behind CH; true when it closes the object. */
static bool json_step(struct sse *s, char ch)
{
	if (s->quoted) {
		if (s->escaped)
			s->escaped = false;
		else if (ch == '\\')
			s->escaped = true;
		else if (ch == '"')
			s->quoted = false;
		return false;
	}
	if (ch == '"')
		s->quoted = true;
	else if (ch == '{' || ch == '[')
		s->depth++;
	else if (ch == '}' || ch == ']')
		return --s->depth == 0;
	return false;
}

/* An object ends where its brackets balance, not at a newline, so that an indented answer of a
 * server that does not stream is read by the same way. */
static enum fail feed_json(struct sse *s, const char *data, size_t len)
{
	size_t start = 0;

	for (size_t i = 0; i < len; i++) {
		if (!s->depth) {
			start = i;
			if (is_space(data[i]))
				continue;
			if (data[i] != '{')
				return fail(s->call, FAIL_REMOTE,
					"the stream holds something else than JSON objects");
		}
		if (s->data.len + (i - start) > SSE_MAX_BYTES)
			return too_long(s);
		if (json_step(s, data[i])) {
			buf_add(&s->data, data + start, i + 1 - start);
			TRY(hand_over(s));
		}
	}
	if (s->depth)
		buf_add(&s->data, data + start, len - start);
	return FAIL_NONE;
}

enum fail sse_feed(struct sse *s, const char *data, size_t len)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (!s->line.data) {
		s->line = buf_in(&s->call->arena);
		s->data = buf_in(&s->call->arena);
		s->name = buf_in(&s->call->arena);
	}
	while (s->framing == SSE_UNDECIDED && len) {
		bool marked = s->seen < 3 && *data == mark[s->seen];

		if (!marked && !is_space(*data))
			s->framing = *data == '{' ? SSE_JSON : SSE_EVENTS;
		else
			data++, len--;
		s->seen++;
	}
	if (s->framing == SSE_JSON)
		return feed_json(s, data, len);
	return feed_events(s, data, len);
}

bool sse_at_boundary(const struct sse *s)
{
	return !s->depth && !s->has_data && !s->line.len;
}
