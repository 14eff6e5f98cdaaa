/* Fuzz target: a head that the rules accept has one meaning: one Host at most, one framing, and
 * only names that are tokens. The input is lines: method, version, then name and value in turn. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/arena.h"
#include "lib/web/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right)
{
	if (!right)
		abort();
}

static size_t times(const struct web_field *headers, size_t count, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += !strcasecmp(headers[i].name, name);
	return n;
}

static void check_head(const char *version, const struct web_field *h, size_t count,
	const struct web_framing *f)
{
	size_t lengths = times(h, count, "content-length");
	size_t codings = times(h, count, "transfer-encoding");

	check(lengths + codings <= 1 && times(h, count, "host") <= 1);
	check(!strcmp(version, "HTTP/1.0") || times(h, count, "host") == 1);
	check(codings == (f->length < 0) && (lengths || f->length <= 0));
	for (size_t i = 0; i < count; i++) {
		check(*h[i].name && !strpbrk(h[i].name, " \t\r:\"()<>@,;\\/[]?={}"));
		check(!strpbrk(h[i].value, "\r\x01\x1b\x7f"));
		if (!strcasecmp(h[i].name, "content-length"))
			check(strtoll(h[i].value, NULL, 10) == f->length);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	char *rest = arena_memdup(&arena, data, size);
	const char *lines[2] = {"", ""};
	struct web_field headers[100];
	struct web_framing framing;
	size_t count = 0, line = 0;

	for (char *at; (at = strsep(&rest, "\n")) && line < 202; line++) {
		if (line < 2)
			lines[line] = at;
		else if (line % 2)
			headers[count++].value = at;
		else
			headers[count].name = at;
	}
	if (!rules_check(lines[0], lines[1], NULL, headers, count, &framing).status)
		check_head(lines[1], headers, count, &framing);
	arena_release(&arena);
	return 0;
}
