/* Stream reader: framings, cuts at every byte, limits. */
#include "lib/net/sse.h"

#include "tests/unit/unit.h"

/* Writes events down as name|data; */
static enum fail note(struct call *c, void *to, const struct sse_event *event)
{
	(void)c;
	buf_addf(to, "%s|%s;", event->name, event->data);
	return strlen(event->data) == event->len ? FAIL_NONE : FAIL_BUG;
}

/* Reads TEXT in pieces of STEP bytes; *END whether it may end there. */
static const char *read_by(struct call *c, const char *text, size_t step, bool *end)
{
	static struct buf out;
	struct sse s = {.call = c, .event = note, .to = &out};
	size_t len = strlen(text);

	out = buf_in(&c->arena);
	for (size_t at = 0; at < len; at += step) {
		enum fail got = sse_feed(&s, text + at, len - at < step ? len - at : step);

		if (got != FAIL_NONE)
			return fail_kind(got)->word;
	}
	*end = sse_at_boundary(&s);
	return out.data;
}

static void check_all(struct call *c, const char *text, const char *want, bool want_end)
{
	size_t len = strlen(text);

	for (size_t step = 1; step <= len; step++) {
		bool end = false;

		CHECK_TEXT(read_by(c, text, step, &end), want);
		CHECK(end == want_end);
	}
}

TEST(unnamed_events)
{
	check_all(c, "data: {\"a\":1}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n",
		"|{\"a\":1};|{\"b\":2};|[DONE];", true);
}

TEST(named_events)
{
	check_all(c, "event: one\ndata: 1\n\nevent:two\ndata:2\nid: 7\nretry: 9\n\ndata: 3\n\n",
		"one|1;two|2;|3;", true);
}

TEST(line_ends)
{
	check_all(c, "data: 1\r\n\r\ndata: 2\r\rdata: 3\n\n", "|1;|2;|3;", true);
}

TEST(several_data_lines)
{
	check_all(c, "data: a\ndata:  b\ndata\ndata: c\n\n", "|a\n b\n\nc;", true);
}

TEST(comments_and_mark)
{
	check_all(c, "\xef\xbb\xbf: hello\n\n\ndata: 1\n: x\n\n:\n\n", "|1;", true);
}

TEST(name_without_data_is_no_event)
{
	check_all(c, "event: x\n\ndata: 1\n\n", "|1;", true);
}

TEST(unfinished_event)
{
	check_all(c, "data: 1\n\ndata: 2\n", "|1;", false);
	check_all(c, "data: 1\n\ndata: 2", "|1;", false);
}

TEST(json_lines)
{
	check_all(c, "{\"a\":\"}\\\"{\"}\n{\"b\":[{}]}\n", 
		"|{\"a\":\"}\\\"{\"};|{\"b\":[{}]};", true);
	check_all(c, "{\"a\":1}{\"b\":2}", "|{\"a\":1};|{\"b\":2};", true);
}

TEST(one_indented_object)
{
	check_all(c, "\n {\n  \"a\": 1\n}\n", "|{\n  \"a\": 1\n};", true);
}

TEST(cut_json)
{
	check_all(c, "{\"a\":1}\n{\"b\":", "|{\"a\":1};", false);
}

TEST(json_and_then_something_else)
{
	bool end;

	CHECK_TEXT(read_by(c, "{\"a\":1}\nhello", 3, &end), "upstream_failed");
}

static enum fail refuse(struct call *c, void *to, const struct sse_event *event)
{
	(void)to, (void)event;
	return fail(c, FAIL_LIMIT, "enough");
}

TEST(handler_ends_it)
{
	struct sse s = {.call = c, .event = refuse};

	CHECK(sse_feed(&s, "data: 1\n\n", 9) == FAIL_LIMIT);
}

static void check_endless(struct call *c, const char *start, const char *piece)
{
	static struct buf out;
	struct sse s = {.call = c, .event = note, .to = &out};
	size_t len = strlen(piece), fed = 0;
	enum fail got = sse_feed(&s, start, strlen(start));

	while (got == FAIL_NONE && fed < (size_t)SSE_MAX_BYTES * 4) {
		got = sse_feed(&s, piece, len);
		fed += len;
	}
	CHECK(got == FAIL_REMOTE);
	CHECK(fed <= (size_t)SSE_MAX_BYTES * 3);
	fail_forget(c);
}

TEST(endless_events)
{
	char piece[4097];

	memset(piece, 'x', sizeof piece - 1);
	piece[sizeof piece - 1] = '\0';
	check_endless(c, "data: ", piece);
	check_endless(c, "{\"a\":\"", piece);
	memcpy(piece, "data: ", 6);
	piece[sizeof piece - 2] = '\n';
	check_endless(c, ": start\n", piece);
}
