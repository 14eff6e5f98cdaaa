/* trae exit-codes: what each exit status means. */
#include <string.h>

#include "lib/op/op.h"

struct exit_codes_reply {
	int64_t exit, http;
	const char *word, *meaning;
};

static enum fail run(struct call *c, const void *args)
{
	(void)args;
	for (int f = FAIL_NONE; f < FAIL_COUNT; f++) {
		const struct fail_kind *kind = fail_kind((enum fail)f);
		struct exit_codes_reply reply = {.exit = kind->exit, .http = kind->http,
			.word = kind->word, .meaning = kind->meaning};

		TRY(op_emit(c, &reply));
	}
	return FAIL_NONE;
}

const struct op op_exit_codes = {
	.name = "exit-codes",
	.route = "GET /api/v1/system/exit-codes",
	.effect = EFFECT_READ,
	.flags = OP_ANYHOW | OP_QUICK,
	.summary = "Show what each exit status means",
	.about = "Every failure has one word, one exit status and one HTTP status, whichever "
		"way it was met. Statuses follow sysexits.h; 75 is worth another try, 79 waits "
		"for an approval.",
	.example = "trae exit-codes --json",
	.rows = "exit_codes",
	OP_NO_ARGS,
	OP_REPLY(struct exit_codes_reply,
		FIELD(struct exit_codes_reply, exit, "Exit status in the shell", .required = true),
		FIELD(struct exit_codes_reply, http, "HTTP status", .required = true),
		FIELD(struct exit_codes_reply, word, "Word in JSON", .required = true),
		FIELD(struct exit_codes_reply, meaning, "What it means", .required = true)),
	.run = run,
};
