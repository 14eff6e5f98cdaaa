/* Text files as results. */
#include "lib/work/textfile.h"

#include <string.h>

#include "lib/op/op.h"
#include "lib/os/file.h"
#include "lib/os/scratch.h"
#include "lib/text/media_type.h"

enum fail textfile_write(struct call *c, const struct path *to, const char *text,
	struct rendered *out)
{
	struct file file = {0};
	struct rendered made = {.path = "-", .duration_s = NUM_NULL, .bytes = (int64_t)strlen(text)};

	if (to->kind == PATH_STANDARD) {
		SCRATCH_AUTO scratch = {0};
		const char *path;

		TRY(scratch_make(c, &scratch));
		path = arena_printf(&c->arena, "%s/text", scratch.path);
		TRY(file_replace(c, path, text, strlen(text), 0600));
		TRY(op_data(c, &(struct file){.path = path}));
	} else {
		TRY(path_absolute(c, to->text, &file.path));
		TRY(file_replace(c, file.path, text, strlen(text), 0666));
		TRY(file_digest(c, file.path, &file));
		file.media_type = media_type_of(file.path);
		op_made(c, &file);
		made.path = file.path;
		made.sha256 = file.sha256;
	}
	*out = made;
	return FAIL_NONE;
}
