/* Fuzz target: libcurl reads the same scheme, host and port out of every URL that the guard lets
 * through, and no user. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/net/guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right)
{
	if (!right)
		abort();
}

/* libcurl writes addresses in their usual form. */
static bool same_host(const char *ours, const char *theirs)
{
	char text[64];
	struct in6_addr a, b;
	struct in_addr v4, w4;
	size_t len = strlen(theirs);

	if (!strcasecmp(ours, theirs))
		return true;
	if (*theirs == '[' && len < sizeof text) {
		snprintf(text, sizeof text, "%.*s", (int)len - 2, theirs + 1);
		return inet_pton(AF_INET6, ours, &a) == 1 && inet_pton(AF_INET6, text, &b) == 1 &&
			!memcmp(&a, &b, sizeof a);
	}
	return inet_aton(ours, &v4) && inet_aton(theirs, &w4) && v4.s_addr == w4.s_addr;
}

static void compare(const char *text, const struct guard_url *url)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
	CURLUcode code;

	check(u);
	code = curl_url_set(u, CURLUPART_URL, text, 0);
	if (!code) {
		check(!curl_url_get(u, CURLUPART_SCHEME, &scheme, 0));
		check(!curl_url_get(u, CURLUPART_HOST, &host, 0));
		check(!curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT));
		check(curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_NO_USER);
		check(!strcmp(scheme, url->https ? "https" : "http"));
		check(same_host(url->host, host));
		check(atol(port) == url->port);
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct call c = {0};
	const char *text = arena_memdup(&c.arena, data, size);
	struct guard_url url;

	if (guard_url(&c, text, &url) == FAIL_NONE)
		compare(text, &url);
	call_release(&c);
	return 0;
}
