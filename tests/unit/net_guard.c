/* Guard: URL forms and addresses that a request may and may not go to. */
#include "lib/net/guard.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include "lib/base/buf.h"
#include "lib/net/net.h"
#include "tests/unit/unit.h"

struct address {
	struct sockaddr_storage at;
	socklen_t len;
};

static struct address address_of(const char *text)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *found;
	struct address a = {0};

	/* As the resolver reads numbers: 0x7f.1 and 2130706433 are addresses to it. */
	if (getaddrinfo(text, "80", &hints, &found))
		return a;
	memcpy(&a.at, found->ai_addr, found->ai_addrlen);
	a.len = found->ai_addrlen;
	freeaddrinfo(found);
	return a;
}

static bool is_global(const char *text)
{
	struct address a = address_of(text);

	return a.len && guard_global((struct sockaddr *)&a.at, a.len);
}

static const char *const closed[] = {"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255",
	"100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254",
	"172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1",
	"192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
	"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "127.1", "2130706433",
	"0x7f000001", "0177.0.0.1", "0x7f.1", "017700000001", "10.1", "::", "::1",
	"::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::8.8.8.8",
	"64:ff9b:1::1", "100::1", "2001::1", "2001:0:53aa:64c::1", "2001:10::1", "2001:20::1",
	"2001:db8::1", "2002:7f00:1::1", "2002:808:808::1", "3fff::1", "4000::1", "5f00::1",
	"fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "ff0e::1"};

static const char *const open_to_all[] = {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0",
	"100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
	"169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255",
	"192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2001:200::1",
	"2001:4860:4860::8888", "2003::1", "2606:4700::1111", "2a00:1450::1", "3ffe:ffff::1"};

TEST(closed_addresses)
{
	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
		CHECK(address_of(closed[i]).len != 0);
		if (is_global(closed[i]))
			CHECK_TEXT(closed[i], "not global");
	}
}

TEST(global_addresses)
{
	for (size_t i = 0; i < sizeof open_to_all / sizeof *open_to_all; i++)
		if (!is_global(open_to_all[i]))
			CHECK_TEXT(open_to_all[i], "global");
}

TEST(other_families_are_closed)
{
	struct sockaddr_storage unknown = {.ss_family = AF_UNIX};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x08080808)};

	CHECK(!guard_global((struct sockaddr *)&unknown, sizeof unknown));
	CHECK(guard_global((struct sockaddr *)&v4, sizeof v4));
	CHECK(!guard_global((struct sockaddr *)&v4, sizeof v4 - 1));
	CHECK(guard_port((struct sockaddr *)&unknown, sizeof unknown) == 0);
}

TEST(loopback)
{
	static const char *const yes[] = {"127.0.0.1", "127.9.9.9", "::1"};
	static const char *const no[] = {"128.0.0.1", "10.0.0.1", "::2", "::ffff:127.0.0.1"};

	for (size_t i = 0; i < 3; i++) {
		struct address a = address_of(yes[i]);

		CHECK(guard_loopback((struct sockaddr *)&a.at, a.len));
		CHECK(guard_port((struct sockaddr *)&a.at, a.len) == 80);
	}
	for (size_t i = 0; i < 4; i++) {
		struct address a = address_of(no[i]);

		CHECK(!guard_loopback((struct sockaddr *)&a.at, a.len));
	}
}

static const char *const no_urls[] = {"", "http:", "http:/x", "http://", "https://",
	"http:///etc/passwd", "ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1/",
	"dict://x/", "javascript:alert(1)", "data:,x", "//example.org", "example.org",
	" http://example.org", "http ://example.org", "http://user@example.org/",
	"http://user:pw@example.org/", "http://example.org@127.0.0.1/",
	"http://a b/", "http://example.org/a b",
	"http://example.org/\r\nHost: x", "http://example.org/\t", "http://example.org\\@x/",
	"http://exa%6dple.org/", "http://%31%32%37.0.0.1/", "http://example.org:/",
	"http://example.org:0/", "http://example.org:65536/", "http://example.org:-1/",
	"http://example.org:80:80/", "http://example.org:8o/", "http://:80/", "http://[::1/",
	"http://[::1]x/", "http://[]/", "http://[127.0.0.1]/", "http://[::1%25lo]/",
	"http://[fe80::1%lo]/", "http://[v1.x]/", "http://::1/", "http://a,b/", "http://a;b/",
	"http://a(b)/", "http://a'b/", "http://a\"b/", "http://a<b>/", "http://a|b/",
	"http://a^b/", "http://a`b/", "http://{a}/", "http://a*b/", "http://a!b/", "http://$a/",
	"http://a&b/", "http://a=b/", "http://a+b/", "http://a~b/", "http://example.org\x7f/",
	"http://a\xff/", "http://a/\xe2\x80\xae"};

TEST(texts_that_are_no_url)
{
	struct guard_url url;

	for (size_t i = 0; i < sizeof no_urls / sizeof *no_urls; i++) {
		if (guard_url(c, no_urls[i], &url) != FAIL_INPUT)
			CHECK_TEXT(no_urls[i], "refused");
		fail_forget(c);
	}
}

static void check_url(struct call *c, const char *text, const char *origin, const char *host)
{
	struct guard_url url = {0};

	CHECK_OK(guard_url(c, text, &url));
	CHECK_TEXT(url.origin, origin);
	CHECK_TEXT(url.host, host);
}

TEST(urls)
{
	check_url(c, "http://example.org", "http://example.org:80", "example.org");
	check_url(c, "HTTPS://Example.ORG/A?b#c", "https://example.org:443", "example.org");
	check_url(c, "https://example.org:8443/x", "https://example.org:8443", "example.org");
	check_url(c, "http://example.org?q=@x", "http://example.org:80", "example.org");
	check_url(c, "http://example.org./", "http://example.org.:80", "example.org.");
	check_url(c, "http://[2606:4700::1111]:80/", "http://[2606:4700::1111]:80",
		"2606:4700::1111");
	check_url(c, "http://b\xc3\xbc" "cher.example/", "http://b\xc3\xbc" "cher.example:80",
		"b\xc3\xbc" "cher.example");
	/* The number forms are hosts here and addresses to the resolver: the socket decides. */
	check_url(c, "http://0x7f.1/", "http://0x7f.1:80", "0x7f.1");
	check_url(c, "http://127.0.0.1#@example.org@x/@", "http://127.0.0.1:80", "127.0.0.1");
}

TEST(long_url)
{
	struct guard_url url;
	struct buf b = buf_in(&c->arena);

	buf_adds(&b, "http://example.org/");
	while (b.len < 8192)
		buf_addc(&b, 'a');
	CHECK_OK(guard_url(c, b.data, &url));
	buf_addc(&b, 'a');
	CHECK(guard_url(c, b.data, &url) == FAIL_INPUT);
}

TEST(headers)
{
	CHECK_OK(guard_header(c, "X-Name", "a value\twith tab, \xc3\xbc"));
	CHECK_OK(guard_header(c, "Empty", ""));
	CHECK(guard_header(c, "", "x") == FAIL_INPUT);
	CHECK(guard_header(c, "Na me", "x") == FAIL_INPUT);
	CHECK(guard_header(c, "Name:", "x") == FAIL_INPUT);
	CHECK(guard_header(c, "X", "a\r\nY: b") == FAIL_INPUT);
	CHECK(guard_header(c, "X", "a\nb") == FAIL_INPUT);
	CHECK(guard_header(c, "X", "a\x01") == FAIL_INPUT);
	CHECK(guard_header_secret("AUTHORIZATION"));
	CHECK(guard_header_secret("X-API-Key"));
	CHECK(!guard_header_secret("Accept"));
}

/* Refused before a socket, or even the module, comes into it. */
TEST(refused_requests)
{
	struct net_header bad[] = {{.name = "X", .value = "a\r\nb"}, {0}};
	struct net_request r = {.method = "GET", .url = "http://a@b/"};
	struct net_reply reply;

	CHECK(net_request(c, &r, &reply) == FAIL_INPUT);
	r.url = "http://127.0.0.1:9/";
	r.headers = bad;
	CHECK(net_request(c, &r, &reply) == FAIL_INPUT);
	r.headers = NULL;
	r.method = "GET /x";
	CHECK(net_request(c, &r, &reply) == FAIL_INPUT);
}

TEST(is_url)
{
	CHECK(net_is_url("http://x"));
	CHECK(net_is_url("HTTPS://x"));
	CHECK(!net_is_url("httpx://x"));
	CHECK(!net_is_url("talk.md"));
	CHECK(!net_is_url("http:"));
}
