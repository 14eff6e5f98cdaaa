/* Fuzz target: a range lies within the file, and a tag that is listed stands in the list. The input
 * is one line of size, one of a Range header, one of If-None-Match. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/web/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right)
{
	if (!right)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char tag[] = "\"ab\"";
	struct arena arena = {0};
	char *rest = arena_memdup(&arena, data, size);
	const char *size_text = strsep(&rest, "\n");
	const char *range = strsep(&rest, "\n");
	int64_t bytes = (int64_t)(strtoull(size_text, NULL, 10) & INT64_MAX), first = -1, len = -1;

	if (range_read(range, bytes, &first, &len) == RANGE_PART)
		check(first >= 0 && len > 0 && first < bytes && len <= bytes - first);
	else
		check(first == -1 && len == -1);
	if (rest && etag_listed(rest, tag))
		check(strstr(rest, tag) || !strcmp(rest, "*"));
	arena_release(&arena);
	return 0;
}
