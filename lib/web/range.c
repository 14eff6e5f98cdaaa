/* Conditional and range requests. */
#include "lib/web/range.h"

#include <string.h>
#include <strings.h>

/* Digits at *AT as a number that saturates, or -1 where there are none. */
static int64_t number(const char **at)
{
	int64_t n = 0;

	if (**at < '0' || **at > '9')
		return -1;
	for (; **at >= '0' && **at <= '9'; ++*at)
		n = n > INT64_MAX / 10 - 1 ? INT64_MAX : n * 10 + (**at - '0');
	return n;
}

enum range_kind range_read(const char *text, int64_t size, int64_t *first, int64_t *len)
{
	int64_t from, to;

	if (!text || strncasecmp(text, "bytes=", 6))
		return RANGE_WHOLE;
	text += 6;
	from = number(&text);
	if (*text++ != '-')
		return RANGE_WHOLE;
	to = number(&text);
	if (*text || (from < 0 && to < 0) || (to >= 0 && from > to))
		return RANGE_WHOLE;
	if (from < 0) { /* the last TO bytes */
		if (to == 0 || size == 0)
			return RANGE_OUTSIDE;
		from = to < size ? size - to : 0;
		to = size - 1;
	}
	if (from >= size)
		return RANGE_OUTSIDE;
	if (to < 0 || to >= size)
		to = size - 1;
	*first = from;
	*len = to - from + 1;
	return RANGE_PART;
}

bool range_applies(const char *if_range, const char *etag)
{
	if (!if_range)
		return true;
	return etag && !strcmp(if_range, etag) && strncmp(etag, "W/", 2);
}

bool etag_listed(const char *list, const char *etag)
{
	size_t len;

	if (!list || !etag)
		return false;
	if (!strcmp(list, "*"))
		return true;
	if (!strncmp(etag, "W/", 2))
		etag += 2;
	len = strlen(etag);
	while (*list) {
		const char *end;

		list += strspn(list, " \t,");
		if (!strncmp(list, "W/", 2))
			list += 2;
		if (*list != '"')
			return false;
		end = strchr(list + 1, '"');
		if (!end)
			return false;
		if ((size_t)(end - list) + 1 == len && !memcmp(list, etag, len))
			return true;
		list = end + 1;
	}
	return false;
}
