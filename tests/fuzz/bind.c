/* Fuzz target: arguments. JSON of any shape is bound or refused with a reason; what was bound, said
 * again and bound again, is the same. */
#include <stdlib.h>
#include <string.h>

#include "lib/field/field.h"

struct bound {
	bool yes;
	int64_t count;
	double part;
	const char *text, *word;
	const char *const *list;
	json_t *object;
	struct path path;
	const struct path *paths;
};

static const struct field inner[] = {{.name = "a", .help = "A", .type = FIELD_INT}, {.name = NULL}};
static const struct field fields[] = {
	FIELD(struct bound, yes, "Yes"),
	FIELD(struct bound, count, "Count", .min = -5, .max = 1000),
	FIELD(struct bound, part, "Part", .initial = "0.5", .min = 0, .max = 1),
	FIELD(struct bound, text, "Text", .max = 40),
	FIELD(struct bound, word, "Word", .oneof = ONEOF("one", "two")),
	FIELD(struct bound, list, "List"),
	FIELD(struct bound, object, "Object", .of = inner),
	FIELD(struct bound, path, "Path"),
	FIELD(struct bound, paths, "Paths"),
	{.name = NULL},
};

static void bind_again(struct call *c, const struct bound *first)
{
	JSON_AUTO said = field_emit(c, fields, first);
	struct bound second = {0};

	if (field_bind(c, fields, said, false, &second) != FAIL_NONE)
		abort();
	JSON_AUTO again = field_emit(c, fields, &second);
	if (!json_equal(said, again))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct call c = {.channel = CHANNEL_SHELL};
	struct bound bound = {0};
	json_t *j = NULL;

	if (json_parse(&c, (const char *)data, size, &j) != FAIL_NONE) {
		if (!c.why)
			abort();
	} else if (json_is_object(j)) {
		if (field_bind(&c, fields, j, size % 2, &bound) != FAIL_NONE) {
			if (!c.why)
				abort();
		} else {
			bind_again(&c, &bound);
		}
	}
	call_release(&c);
	json_decref(j);
	return 0;
}
