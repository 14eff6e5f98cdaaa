/* Web: request targets, rules for heads, ranges. What needs a connection is in tests/web.bats. */
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/web/range.h"
#include "lib/web/rules.h"
#include "lib/web/web.h"
#include "tests/unit/unit.h"

static struct web_verdict read_target(struct call *c, const char *text, struct web_target *out)
{
	return target_read(arena_strdup(&c->arena, text), out);
}

TEST(paths_are_decoded_once)
{
	static const char *const rows[][2] = {
		{"/", "/"}, {"/a%20b", "/a b"}, {"/%2525", "/%25"}, {"/a+b", "/a+b"},
		{"/...", "/..."}, {"/a..", "/a.."}, {"*", "*"}, {"http://h", "/"},
		{"HTTPS://h:1/a", "/a"}, {"http://h?x", "/"},
		{"/%F0%9F%8E%AC", "/\xf0\x9f\x8e\xac"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct web_target t = {0};

		CHECK(!read_target(c, rows[i][0], &t).status);
		CHECK_TEXT(t.path, rows[i][1]);
	}
}

TEST(doubtful_paths_are_refused)
{
	static const char *const rows[] = {
		"", "a", "?", "/%", "/%1", "/%g1", "/%00", "/%2f", "/%2F", "/%5C", "/\\", "/#",
		"/ ", "/\t", "/\x7f", "/\xc3\xa4", "/%c3", "/%C0%AF", "/..", "/.", "/a/../b",
		"/a/%2e%2E", "/a/.%2e/", "/%0d%0a", "http://", "http:///a",
		"ftp://h/", "h:80", "/?%", "/?a=%00", "/?%ff",
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct web_target t = {.path = "as before"};
		struct web_verdict v = read_target(c, rows[i], &t);

		CHECK(v.status == 400 && v.why);
		CHECK_TEXT(t.path, "as before");
	}
}

TEST(absolute_targets_name_their_host)
{
	struct web_target t = {0};

	CHECK(!read_target(c, "http://[::1]:8080/a?b=c", &t).status);
	CHECK_TEXT(t.authority, "[::1]:8080");
	CHECK_TEXT(t.path, "/a");
	CHECK(t.param_count == 1);
	CHECK(!read_target(c, "/a", &t).status);
	CHECK(!t.authority);
}

TEST(parameters_are_decoded_in_order)
{
	struct web_target t = {0};

	CHECK(!read_target(c, "/?a=1&&b&=x&a=%2F+%2b%26=2&c=", &t).status);
	CHECK(t.param_count == 5);
	CHECK_TEXT(t.params[0].value, "1");
	CHECK_TEXT(t.params[1].name, "b");
	CHECK_TEXT(t.params[1].value, "");
	CHECK_TEXT(t.params[2].name, "");
	CHECK_TEXT(t.params[3].value, "/ +&=2");
	CHECK_TEXT(t.params[4].name, "c");
}

TEST(parameters_are_bounded)
{
	struct buf b = buf_in(&c->arena);
	struct web_target t = {0};

	buf_adds(&b, "/?a");
	for (int i = 1; i < WEB_MAX_PARAMS; i++)
		buf_adds(&b, "&a");
	CHECK(!read_target(c, b.data, &t).status && t.param_count == WEB_MAX_PARAMS);
	buf_adds(&b, "&a");
	CHECK(read_target(c, b.data, &t).status == 400);
}

struct head {
	int status;
	int64_t length;
	const char *method, *version;
	struct web_field headers[4];
};

#define HOST {"Host", "a"}

TEST(heads_are_judged)
{
	static const struct head rows[] = {
		{0, 0, "GET", "HTTP/1.1", {HOST}},
		{0, 0, "GET", "HTTP/1.0", {{0}}},
		{0, 0, "POST", "HTTP/1.1", {HOST}},
		{0, 12, "POST", "HTTP/1.1", {HOST, {"content-LENGTH", "0012"}}},
		{0, -1, "POST", "HTTP/1.1", {HOST, {"Transfer-Encoding", "Chunked"}}},
		{400, 0, "GET", "HTTP/1.1", {{"Host", ""}}},
		{400, 0, "GET", "HTTP/1.1", {{0}}},
		{400, 0, "GET", "HTTP/1.1", {HOST, HOST}},
		{400, 0, "GET", "HTTP/1.0", {HOST, HOST}},
		{400, 0, "GET", "HTTP/1.1", {HOST, {"Content-Length", "1"},
			{"Content-Length", "1"}}},
		{400, 0, "GET", "HTTP/1.1", {HOST, {"Content-Length", "1"},
			{"Transfer-Encoding", "chunked"}}},
		{400, 0, "POST", "HTTP/1.0", {{"Transfer-Encoding", "chunked"}}},
		{501, 0, "POST", "HTTP/1.1", {HOST, {"Transfer-Encoding", "gzip, chunked"}}},
		{501, 0, "POST", "HTTP/1.1", {HOST, {"Transfer-Encoding", "chunked "}}},
		{501, 0, "POST", "HTTP/1.1", {HOST, {"Transfer-Encoding", ""}}},
		{400, 0, "POST", "HTTP/1.1", {HOST, {"Content-Length", ""}}},
		{400, 0, "POST", "HTTP/1.1", {HOST, {"Content-Length", "1 "}}},
		{413, 0, "POST", "HTTP/1.1", {HOST, {"Content-Length", "1000000000000000"}}},
		{411, 0, "POST", "HTTP/1.0", {HOST}},
		{400, 0, "GET", "HTTP/1.1", {HOST, {"", "a"}}},
		{400, 0, "GET", "HTTP/1.1", {HOST, {"a b", "a"}}},
		{400, 0, "GET", "HTTP/1.1", {HOST, {"a\x80", "a"}}},
		{400, 0, "GET", "HTTP/1.1", {HOST, {"a", "b\rc"}}},
		{400, 0, "GET", "HTTP/1.1", {HOST, {"a", "b\x7f"}}},
		{0, 0, "GET", "HTTP/1.1", {HOST, {"a", "b\tc\xff"}}},
		{400, 0, "G T", "HTTP/1.1", {HOST}},
		{501, 0, "TRACE", "HTTP/1.1", {HOST}},
		{505, 0, "GET", "HTTP/1.2", {HOST}},
		{505, 0, "GET", "", {HOST}},
		{400, 0, "GET", "HTTP/1.1", {{"Host", "a/b"}}},
		{400, 0, "GET", "HTTP/1.1", {{"Host", "a:b"}}},
		{400, 0, "GET", "HTTP/1.1", {{"Host", "[::1"}}},
		{400, 0, "GET", "HTTP/1.1", {{"Host", ":80"}}},
		{0, 0, "GET", "HTTP/1.1", {{"Host", "[::1]:80"}}},
		{415, 0, "PUT", "HTTP/1.1", {HOST, {"Content-Encoding", "br"}}},
		{417, 0, "PUT", "HTTP/1.1", {HOST, {"Expect", "200-ok"}}},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct head *h = &rows[i];
		struct web_framing f = {.length = -9};
		size_t count = 0;
		struct web_verdict v;

		while (count < 4 && h->headers[count].name)
			count++;
		v = rules_check(h->method, h->version, NULL, h->headers, count, &f);
		if (v.status != h->status)
			printf("# row %zu: %d %s\n", i, v.status, v.why ? v.why : "");
		CHECK(v.status == h->status);
		CHECK(f.length == (h->status ? -9 : h->length));
	}
}

TEST(ranges_are_read)
{
	static const struct {
		const char *text;
		enum range_kind kind;
		int64_t first, len;
	} rows[] = {
		{NULL, RANGE_WHOLE, 0, 0}, {"", RANGE_WHOLE, 0, 0}, {"bytes=", RANGE_WHOLE, 0, 0},
		{"bytes=-", RANGE_WHOLE, 0, 0}, {"bytes=0-1,2-3", RANGE_WHOLE, 0, 0},
		{"bytes=2-1", RANGE_WHOLE, 0, 0}, {"lines=0-1", RANGE_WHOLE, 0, 0},
		{"Bytes=0-", RANGE_PART, 0, 10}, {"bytes=9-", RANGE_PART, 9, 1},
		{"bytes=2-4", RANGE_PART, 2, 3}, {"bytes=2-99", RANGE_PART, 2, 8},
		{"bytes=-3", RANGE_PART, 7, 3}, {"bytes=-99", RANGE_PART, 0, 10},
		{"bytes=10-", RANGE_OUTSIDE, 0, 0}, {"bytes=-0", RANGE_OUTSIDE, 0, 0},
		{"bytes=99999999999999999999999-", RANGE_OUTSIDE, 0, 0},
		{"bytes=0-99999999999999999999999", RANGE_PART, 0, 10},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t first = 0, len = 0;

		CHECK(range_read(rows[i].text, 10, &first, &len) == rows[i].kind);
		CHECK(first == rows[i].first && len == rows[i].len);
		CHECK(range_read(rows[i].text, 0, &first, &len) != RANGE_PART);
	}
}

TEST(tags_are_compared)
{
	CHECK(range_applies(NULL, NULL) && range_applies("\"a\"", "\"a\""));
	CHECK(!range_applies("\"a\"", NULL) && !range_applies("\"b\"", "\"a\""));
	CHECK(!range_applies("W/\"a\"", "W/\"a\""));
	CHECK(etag_listed("\"a\"", "\"a\"") && etag_listed("W/\"a\"", "\"a\""));
	CHECK(etag_listed(" \"b\" ,\t\"a\"", "W/\"a\"") && etag_listed("*", "\"a\""));
	CHECK(!etag_listed(NULL, "\"a\"") && !etag_listed("\"a\"", NULL));
	CHECK(!etag_listed("a", "\"a\"") && !etag_listed("\"a", "\"a\""));
	CHECK(!etag_listed("", "\"a\""));
	CHECK(!etag_listed("\"ab\", \"b\"", "\"a\""));
}

TEST(settings_are_checked)
{
	struct web_settings set = {.address = "127.0.0.1", .tls_cert = "x"};
	struct web_server *server;

	CHECK(web_start(c, &set, &server) == FAIL_INPUT);
	set = (struct web_settings){.address = "127.0.0.1", .port = 65536};
	CHECK(web_start(c, &set, &server) == FAIL_INPUT);
}
