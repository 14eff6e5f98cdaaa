/* The module net: one HTTP request by libcurl, every option of it set in this file. */
#include <curl/curl.h>
#include <locale.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/net/guard.h"
#include "lib/net/net_module.h"
#include "lib/text/utf8.h"

#define CONNECT_TIMEOUT_MS 10000
#define MAX_HEADERS 200
#define MAX_HEADER_BYTES (256 << 10)
/* Text compresses to a tenth, seldom to a hundredth; a bomb to a thousandth. Below the floor the
 * ratio says nothing. */
#define MAX_RATIO 200
#define RATIO_FLOOR_BYTES (1 << 20)
/* What libcurl may have read but not yet counted when it hands over decoded bytes. */
#define UNCOUNTED_BYTES (64 << 10)

/* One request to one URL; a redirect starts another. */
struct transfer {
	struct call *c;
	const struct net_request *request;
	CURL *curl;
	struct guard_url url;
	bool owner_named;    /* still at the origin that the owner named */
	bool foreign;        /* at another origin than the request's: no credentials */
	bool secret;         /* carries a credential */
	bool follow;         /* a redirect is not the answer */
	struct buf body;
	struct net_header *headers;
	size_t header_count, header_bytes;
	size_t decoded_bytes;
	const char *denied;  /* why an address was refused */
	enum fail failed;    /* what ended the transfer from within */
	char error[CURL_ERROR_SIZE];
};

static void easy_cleanup(CURL **curl)
{
	curl_easy_cleanup(*curl);
}

static void list_cleanup(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

static int status_of(const struct transfer *t)
{
	long status = 0;

	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

/* The last word on the target: here the address is final, whatever a name or an odd spelling of a
 * number resolved to, and however often the resolver changes its answer. */
static const char *refusal(const struct transfer *t, const struct sockaddr *address, socklen_t len)
{
	uint16_t port = guard_port(address, len);

	if (t->secret && !t->url.https && !guard_loopback(address, len))
		return "a key is sent to https:// or to this machine only";
	if (t->owner_named)
		return NULL;
	if (!guard_global(address, len))
		return "it leads to an address that is not on the public Internet";
	if (port != 80 && port != 443)
		return "only ports 80 and 443 are allowed";
	return NULL;
}

static curl_socket_t open_socket(void *to, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *t = to;

	if (purpose != CURLSOCKTYPE_IPCXN)
		return CURL_SOCKET_BAD;
	t->denied = refusal(t, &address->addr, address->addrlen);
	if (t->denied)
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t raw_bytes(const struct transfer *t)
{
	curl_off_t bytes = 0;

	curl_easy_getinfo(t->curl, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
	return (size_t)bytes;
}

/* libcurl's own size limit looks at what crosses the wire, so it does not stop a small answer that
 * unpacks to a large one. */
static enum fail check_size(struct transfer *t)
{
	if (t->decoded_bytes > t->request->max_bytes)
		return fail(t->c, FAIL_INPUT, "the answer of %s is larger than %zu bytes",
			t->url.origin, t->request->max_bytes);
	if (t->decoded_bytes > RATIO_FLOOR_BYTES &&
		t->decoded_bytes / MAX_RATIO > raw_bytes(t) + UNCOUNTED_BYTES)
		return fail(t->c, FAIL_INPUT,
			"the answer of %s unpacks to more than %d times its size", t->url.origin,
			MAX_RATIO);
	return FAIL_NONE;
}

static size_t take_body(char *data, size_t size, size_t count, void *to)
{
	struct transfer *t = to;
	size_t len = size * count;
	int status = status_of(t);

	t->decoded_bytes += len;
	t->failed = check_size(t);
	if (t->failed != FAIL_NONE)
		return CURL_WRITEFUNC_ERROR;
	if (status / 100 == 3 && t->follow)
		return len;
	if (status / 100 == 2 && t->request->data)
		t->failed = t->request->data(t->c, t->request->to, data, len);
	else
		buf_add(&t->body, data, len);
	return t->failed == FAIL_NONE ? len : CURL_WRITEFUNC_ERROR;
}

static size_t take_header(char *data, size_t size, size_t count, void *to)
{
	struct transfer *t = to;
	struct arena *a = &t->c->arena;
	size_t len = size * count;
	char *colon = memchr(data, ':', len);
	const char *value, *end = data + len;
	char *name;

	t->header_bytes += len;
	if (t->header_count == MAX_HEADERS || t->header_bytes > MAX_HEADER_BYTES) {
		t->failed = fail(t->c, FAIL_REMOTE, "%s sends too many headers", t->url.origin);
		return 0;
	}
	if (len > 5 && !memcmp(data, "HTTP/", 5)) {
		t->header_count = 0; /* what came before belonged to an interim answer */
		return len;
	}
	if (!colon)
		return len;
	name = arena_memdup(a, data, (size_t)(colon - data));
	for (char *p = name; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 0x20);
	for (value = colon + 1; value < end && (*value == ' ' || *value == '\t'); value++)
		;
	while (end > value && strchr("\r\n\t ", end[-1]))
		end--;
	t->headers[t->header_count].name = name;
	t->headers[t->header_count++].value = arena_memdup(a, value, (size_t)(end - value));
	return len;
}

/* Called at least once a second, also while nothing comes. */
static int look_up(void *to, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
	struct transfer *t = to;

	(void)total, (void)up_total, (void)up;
	if (t->failed == FAIL_NONE)
		t->failed = call_check(t->c);
	/* Packed data that unpacks to nothing never reaches take_body(). */
	if (t->failed == FAIL_NONE && (size_t)now > t->request->max_bytes + UNCOUNTED_BYTES)
		t->failed = fail(t->c, FAIL_INPUT, "the answer of %s is larger than %zu bytes",
			t->url.origin, t->request->max_bytes);
	return t->failed != FAIL_NONE;
}

static bool set_rules(struct transfer *t, const char *url, int64_t left_ms)
{
	CURL *curl = t->curl;

	return !curl_easy_setopt(curl, CURLOPT_URL, url) &&
		!curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") &&
		!curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https") &&
		!curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) &&
		!curl_easy_setopt(curl, CURLOPT_UNRESTRICTED_AUTH, 0L) &&
		!curl_easy_setopt(curl, CURLOPT_PROXY, "") &&
		!curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) &&
		!curl_easy_setopt(curl, CURLOPT_HTTP09_ALLOWED, 0L) &&
		!curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
		!curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) &&
		!curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) &&
		!curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) &&
		!curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS) &&
		!curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)left_ms) &&
		!curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L) &&
		!curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)t->request->idle_s) &&
		!curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE,
			(curl_off_t)t->request->max_bytes) &&
		!curl_easy_setopt(curl, CURLOPT_USERAGENT, "trae/" TRAE_VERSION) &&
		!curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "") &&
		!curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, t->error);
}

static bool set_callbacks(struct transfer *t)
{
	CURL *curl = t->curl;

	return !curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket) &&
		!curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, t) &&
		!curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body) &&
		!curl_easy_setopt(curl, CURLOPT_WRITEDATA, t) &&
		!curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header) &&
		!curl_easy_setopt(curl, CURLOPT_HEADERDATA, t) &&
		!curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) &&
		!curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_up) &&
		!curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t);
}

static bool set_method(struct transfer *t)
{
	const struct net_request *r = t->request;
	CURL *curl = t->curl;

	if (!strcmp(r->method, "GET"))
		return !curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	if (!strcmp(r->method, "HEAD"))
		return !curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	return !curl_easy_setopt(curl, CURLOPT_POSTFIELDS, r->body ? r->body : "") &&
		!curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_len) &&
		!curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, r->method);
}

/* Fills LIST, which belongs to the caller, with the headers that may go to this origin. */
static bool set_headers(struct transfer *t, struct curl_slist **list)
{
	/* No wait of a second before a large body. */
	struct curl_slist *more = curl_slist_append(NULL, "Expect:");

	for (const struct net_header *h = t->request->headers; more && h && h->name; h++) {
		bool secret = h->secret || guard_header_secret(h->name);

		*list = more;
		if (secret && t->foreign)
			continue;
		t->secret |= secret;
		/* libcurl takes "Name:" as an order to leave the header out. */
		more = curl_slist_append(*list, arena_printf(&t->c->arena,
			*h->value ? "%s: %s" : "%s;", h->name, h->value));
	}
	if (more)
		*list = more;
	return more && !curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, *list);
}

static enum fail explain(struct transfer *t, CURLcode code)
{
	const char *text = *t->error ? t->error : curl_easy_strerror(code);
	const char *origin = t->url.origin;

	if (t->failed != FAIL_NONE)
		return t->failed;
	if (t->denied)
		return fail(t->c, FAIL_DENIED, "%s is not asked: %s", origin, t->denied);
	text = utf8_plain(&t->c->arena, text, strlen(text), false);
	switch (code) {
	case CURLE_OK:
		return FAIL_NONE;
	case CURLE_URL_MALFORMAT:
		return fail(t->c, FAIL_INPUT, "%s cannot be fetched: %s", origin, text);
	case CURLE_FILESIZE_EXCEEDED:
		return fail(t->c, FAIL_INPUT, "the answer of %s is larger than %zu bytes", origin,
			t->request->max_bytes);
	case CURLE_PEER_FAILED_VERIFICATION:
		return fail(t->c, FAIL_REMOTE, "the certificate of %s is not valid: %s", origin,
			text);
	default:
		return fail(t->c, FAIL_REMOTE, "no answer from %s: %s", origin, text);
	}
}

static void locale_cleanup(locale_t *locale)
{
	if (*locale)
		freelocale(*locale);
}

/* libidn2 reads internationalised host names in the encoding of the locale, and URLs are UTF-8
 * whatever the locale of the user says. */
static CURLcode perform_utf8(CURL *curl)
{
	__attribute__((cleanup(locale_cleanup))) locale_t utf8 =
		newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = uselocale(utf8);
	CURLcode code = curl_easy_perform(curl);

	uselocale(before);
	return code;
}

static enum fail perform(struct transfer *t, const char *url, int64_t left_ms)
{
	__attribute__((cleanup(list_cleanup))) struct curl_slist *list = NULL;
	CURLcode code;

	if (!t->curl || !set_rules(t, url, left_ms) || !set_callbacks(t) || !set_method(t) ||
		!set_headers(t, &list))
		return fail(t->c, FAIL_BUG, "libcurl does not take the options of this request");
	code = fault_here() ? CURLE_COULDNT_CONNECT : perform_utf8(t->curl);
	/* One refused address of several is no failure when another one answered. */
	if (code == CURLE_OK && t->failed == FAIL_NONE)
		t->denied = NULL;
	return explain(t, code);
}

/* Where the answer redirects to, in C's arena, or NULL. */
static const char *redirect_of(struct transfer *t)
{
	char *url = NULL;

	curl_easy_getinfo(t->curl, CURLINFO_REDIRECT_URL, &url);
	return url && status_of(t) / 100 == 3 ? arena_strdup(&t->c->arena, url) : NULL;
}

static void fill_reply(struct transfer *t, const char *url, struct net_reply *out)
{
	*out = (struct net_reply){.status = status_of(t), .url = url, .content_type = "",
		.body = t->body.data, .len = t->body.len, .headers = t->headers};
	t->headers[t->header_count] = (struct net_header){0};
	if (net_header(out, "content-type"))
		out->content_type = net_header(out, "content-type");
}

/* One hop. *NEXT is the URL to go on with, or NULL when *OUT is the answer. */
static enum fail ask(struct transfer *t, const char *url, int64_t left_ms, const char **next,
	struct net_reply *out)
{
	__attribute__((cleanup(easy_cleanup))) CURL *curl = curl_easy_init();

	t->curl = curl;
	t->body = buf_in(&t->c->arena);
	t->headers = ARENA_NEW(&t->c->arena, struct net_header, MAX_HEADERS + 1);
	t->header_count = t->header_bytes = t->decoded_bytes = 0;
	t->secret = false;
	t->denied = NULL;
	TRY(perform(t, url, left_ms));
	*next = t->follow ? redirect_of(t) : NULL;
	if (!*next)
		fill_reply(t, url, out);
	return FAIL_NONE;
}

/* Moves T to URL under the rules for a target that the far side chose. */
static enum fail redirect(struct transfer *t, const char *url)
{
	struct guard_url to;

	TRY(guard_url(t->c, url, &to));
	if (t->url.https && !to.https)
		return fail(t->c, FAIL_DENIED, "%s redirects from https to http", t->url.origin);
	if (strcmp(to.origin, t->url.origin)) {
		t->owner_named = false;
		t->foreign = true;
	}
	t->url = to;
	return FAIL_NONE;
}

static enum fail request(struct call *c, const struct net_request *r, struct net_reply *out)
{
	int64_t end_ms = clock_boot_ms() + r->timeout_ms, left_ms = r->timeout_ms;
	struct transfer t = {.c = c, .request = r, .owner_named = r->owner_named,
		.follow = r->redirects > 0};
	const char *url = r->url;

	TRY(guard_url(c, url, &t.url));
	for (int hop = 0; hop <= r->redirects; hop++) {
		const char *next;

		TRY(ask(&t, url, left_ms, &next, out));
		if (!next)
			return FAIL_NONE;
		TRY(redirect(&t, next));
		url = next;
		left_ms = end_ms - clock_boot_ms();
		if (left_ms <= 0)
			return fail(c, FAIL_REMOTE, "no answer from %s in time", t.url.origin);
	}
	return fail(c, FAIL_REMOTE, "%s is redirected more than %d times", t.url.origin,
		r->redirects);
}

extern const struct net_module trae_module;
const struct net_module trae_module = {.request = request};
