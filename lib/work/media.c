/* Media: the client of trae-media. */
#include "lib/work/media.h"

#include <string.h>

#include "lib/os/child.h"
#include "lib/os/dirs.h"
#include "lib/text/utf8.h"

struct talk {
	json_t *result;
	enum fail failed;
	const char *why;
};

static enum fail word_to_fail(const char *word)
{
	for (int f = FAIL_USAGE; f < FAIL_COUNT; f++)
		if (f != FAIL_USAGE && !strcmp(fail_kind((enum fail)f)->word, word))
			return (enum fail)f;
	return FAIL_BUG;
}

static enum fail take_line(struct call *c, void *to, char *text, size_t len)
{
	struct talk *t = to;
	JSON_AUTO j = NULL;
	const char *event, *said;

	if (json_parse(c, text, len, &j) != FAIL_NONE) {
		c->why = NULL;
		return fail(c, FAIL_BUG, "trae-media said what is no JSON: %.80s",
			utf8_plain(&c->arena, text, len, false));
	}
	event = json_member_text(j, "event", "");
	said = json_member_text(j, "text", "");
	if (!strcmp(event, "progress")) {
		call_progress(c, json_number_value(json_object_get(j, "done")),
			json_number_value(json_object_get(j, "total")),
			json_member_text(j, "stage", ""), said);
	} else if (!strcmp(event, "warning")) {
		call_warn(c, "%s", said);
	} else if (!strcmp(event, "result")) {
		t->result = json_keep(c, json_incref(j));
	} else if (!strcmp(event, "error")) {
		t->failed = word_to_fail(json_member_text(j, "fail", "internal"));
		t->why = arena_strdup(&c->arena, said);
	}
	return FAIL_NONE;
}

static enum fail died(struct call *c, int status, const char *errors)
{
	const char *tail = utf8_plain(&c->arena, errors, strlen(errors), false);

	if (status > 128)
		return fail(c, FAIL_IO, "trae-media was ended by signal %d: %s", status - 128,
			*tail ? tail : strsignal(status - 128));
	return fail(c, FAIL_CONFIG, "trae-media ended with status %d: %s; trae doctor looks for the "
		"cause", status, *tail ? tail : "it said nothing");
}

enum fail media_run(struct call *c, const json_t *job, json_t **result)
{
	const char *program = arena_printf(&c->arena, "%s/trae-media", dir_libexec(c));
	const char *input = json_text(c, job, false), *errors = "";
	const char *what = json_member_text(job, "job", "");
	struct talk talk = {.failed = FAIL_NONE};
	const struct child_job child = {.argv = (const char *const[]){program, NULL},
		.input = input, .input_len = strlen(input), .line = take_line, .to = &talk,
		.reads = strcmp(what, "render") != 0 && strcmp(what, "card") != 0,
		.max_output = 64 << 20};
	int status = 0;

	TRY(child_run(c, &child, &status, &errors));
	if (talk.failed != FAIL_NONE)
		return fail(c, talk.failed, "%s", talk.why);
	if (status || !talk.result)
		return died(c, status, errors);
	*result = talk.result;
	return FAIL_NONE;
}
