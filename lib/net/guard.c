/* Guard: which URLs and which addresses a request may go to. */
#include "lib/net/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "lib/text/utf8.h"

#define MAX_URL 8192
#define MAX_HOST 253

struct prefix {
	uint8_t bytes[16];
	unsigned bits;
};

/* Blocks of the IPv4 registry that are not globally reachable, and multicast. */
static const struct prefix closed_v4[] = {
	{{0}, 8},              /* this network */
	{{10}, 8},             /* private */
	{{100, 64}, 10},       /* carrier-grade NAT */
	{{127}, 8},            /* loopback */
	{{169, 254}, 16},      /* link-local, metadata services of clouds */
	{{172, 16}, 12},       /* private */
	{{192, 0, 0}, 24},     /* protocol assignments */
	{{192, 0, 2}, 24},     /* documentation */
	{{192, 88, 99}, 24},   /* 6to4 relays, deprecated */
	{{192, 168}, 16},      /* private */
	{{198, 18}, 15},       /* benchmarking */
	{{198, 51, 100}, 24},  /* documentation */
	{{203, 0, 113}, 24},   /* documentation */
	{{224}, 4},            /* multicast */
	{{240}, 4},            /* reserved, broadcast */
};

/* Only 2000::/3 is handed out as global unicast; these parts of it are not reachable or lead on to
 * an IPv4 address. All else, ::ffff:0:0/96 and 64:ff9b::/96 included, lies outside it. */
static const struct prefix global_v6 = {{0x20}, 3};
static const struct prefix closed_v6[] = {
	{{0x20, 0x01}, 23},              /* protocol assignments, Teredo among them */
	{{0x20, 0x01, 0x0d, 0xb8}, 32},  /* documentation */
	{{0x20, 0x02}, 16},              /* 6to4 */
	{{0x3f, 0xff}, 20},              /* documentation */
};

static bool inside(const struct prefix *p, const void *address)
{
	const uint8_t *a = address;
	size_t whole = p->bits / 8;
	unsigned rest = p->bits % 8;

	if (memcmp(p->bytes, a, whole))
		return false;
	return !rest || (p->bytes[whole] ^ a[whole]) >> (8 - rest) == 0;
}

static bool inside_any(const struct prefix *p, size_t count, const void *address)
{
	for (size_t i = 0; i < count; i++)
		if (inside(&p[i], address))
			return true;
	return false;
}

/* The address bytes in network order, or NULL for another family. */
static const void *bytes_of(const struct sockaddr *address, socklen_t len)
{
	if (address->sa_family == AF_INET && len >= sizeof(struct sockaddr_in))
		return &((const struct sockaddr_in *)(const void *)address)->sin_addr;
	if (address->sa_family == AF_INET6 && len >= sizeof(struct sockaddr_in6))
		return &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	return NULL;
}

bool guard_global(const struct sockaddr *address, socklen_t len)
{
	const void *bytes = bytes_of(address, len);

	if (!bytes)
		return false;
	if (address->sa_family == AF_INET)
		return !inside_any(closed_v4, sizeof closed_v4 / sizeof *closed_v4, bytes);
	return inside(&global_v6, bytes) &&
		!inside_any(closed_v6, sizeof closed_v6 / sizeof *closed_v6, bytes);
}

bool guard_loopback(const struct sockaddr *address, socklen_t len)
{
	static const struct prefix v4 = {{127}, 8}, v6 = {{[15] = 1}, 128};
	const void *bytes = bytes_of(address, len);

	return bytes && inside(address->sa_family == AF_INET ? &v4 : &v6, bytes);
}

uint16_t guard_port(const struct sockaddr *address, socklen_t len)
{
	if (!bytes_of(address, len))
		return 0;
	/* sin_port and sin6_port lie at the same place. */
	return ntohs(((const struct sockaddr_in *)(const void *)address)->sin_port);
}

/* Letters, digits, and the bytes of internationalised names, which libcurl turns into punycode. */
static bool is_host_byte(unsigned char ch)
{
	return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
		ch == '-' || ch == '.' || ch == '_' || ch >= 0x80;
}

/* Reads the host at *AT and moves behind it; NULL when there is none. */
static const char *read_host(struct call *c, const char **at)
{
	const char *start = *at;
	char address[sizeof(struct in6_addr)];
	char *host;
	size_t len;

	if (*start == '[') {
		len = strcspn(++start, "]/?#");
		if (start[len] != ']')
			return NULL;
		host = arena_memdup(&c->arena, start, len);
		if (inet_pton(AF_INET6, host, address) != 1)
			return NULL;
		*at = start + len + 1;
	} else {
		len = 0;
		while (is_host_byte((unsigned char)start[len]))
			len++;
		if (!len || len > MAX_HOST)
			return NULL;
		host = arena_memdup(&c->arena, start, len);
		*at = start + len;
	}
	for (size_t i = 0; i < len; i++)
		if (host[i] >= 'A' && host[i] <= 'Z')
			host[i] = (char)(host[i] | 0x20);
	return host;
}

/* Reads ":PORT" at *AT if it is there; false when it is no port. */
static bool read_port(const char **at, uint16_t *port)
{
	const char *p = *at;
	unsigned value = 0;

	if (*p != ':')
		return true;
	for (p++; *p >= '0' && *p <= '9' && value <= UINT16_MAX; p++)
		value = value * 10 + (unsigned)(*p - '0');
	if (p == *at + 1 || !value || value > UINT16_MAX)
		return false;
	*port = (uint16_t)value;
	*at = p;
	return true;
}

static enum fail check_bytes(struct call *c, const char *url)
{
	size_t len = strlen(url);

	if (len > MAX_URL)
		return fail(c, FAIL_INPUT, "a URL may have up to %d bytes", MAX_URL);
	for (size_t i = 0; i < len; i++) {
		unsigned char ch = (unsigned char)url[i];

		if (ch <= ' ' || ch == 0x7f || ch == '\\')
			return fail(c, FAIL_INPUT,
				"a URL may not hold spaces, control bytes or backslashes; "
				"write them as %%20 and the like");
	}
	if (strcmp(url, utf8_plain(&c->arena, url, len, false)))
		return fail(c, FAIL_INPUT, "a URL may hold neither bytes that are not UTF-8 nor "
					   "invisible characters");
	return FAIL_NONE;
}

enum fail guard_url(struct call *c, const char *url, struct guard_url *out)
{
	struct guard_url u = {.https = !strncasecmp(url, "https://", 8)};
	const char *at = url + (u.https ? 8 : 7);
	bool bracketed;

	if (!u.https && strncasecmp(url, "http://", 7))
		return fail(c, FAIL_INPUT, "only http:// and https:// URLs are fetched");
	TRY(check_bytes(c, url));
	if (memchr(at, '@', strcspn(at, "/?#")))
		return fail(c, FAIL_INPUT, "a URL with a user name or password is not fetched; "
					   "leave out the part before the @");
	u.port = u.https ? 443 : 80;
	bracketed = *at == '[';
	u.host = read_host(c, &at);
	/* strchr() also finds the end of the text. */
	if (!u.host || !read_port(&at, &u.port) || !strchr("/?#", *at))
		return fail(c, FAIL_INPUT, "the URL names no valid host and port");
	u.origin = arena_printf(&c->arena, bracketed ? "%s://[%s]:%u" : "%s://%s:%u",
		u.https ? "https" : "http", u.host, u.port);
	*out = u;
	return FAIL_NONE;
}

enum fail guard_header(struct call *c, const char *name, const char *value)
{
	static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if (!*name || name[strspn(name, token)])
		return fail(c, FAIL_INPUT, "a header name holds a character that it may not hold");
	for (const char *p = value; *p; p++)
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			return fail(c, FAIL_INPUT, "the value of header %s holds a control byte",
				name);
	return FAIL_NONE;
}

bool guard_header_secret(const char *name)
{
	static const char *const names[] = {"authorization", "cookie", "proxy-authorization",
		"x-api-key", "api-key", "x-goog-api-key"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcasecmp(names[i], name))
			return true;
	return false;
}
