/* Which boot of the machine this is. */
#include "lib/os/boot.h"

#include <string.h>

#include "lib/os/file.h"

enum fail boot_id(struct call *c, const char **out)
{
	char *text;
	size_t len;

	TRY(file_read(c, "/proc/sys/kernel/random/boot_id", 256, &text, &len));
	text[strcspn(text, "\n")] = '\0';
	*out = text;
	return FAIL_NONE;
}
