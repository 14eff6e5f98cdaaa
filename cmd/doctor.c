/* trae doctor: what is missing or wrong here, and what to do about it. */
#include "lib/op/op.h"
#include "lib/work/checkup.h"

struct doctor_args {
	bool security;
};

struct doctor_reply {
	const char *check, *health, *found, *remedy;
};

static enum fail run(struct call *c, const void *data)
{
	const struct doctor_args *args = data;
	struct finding *findings;
	size_t count, failed = 0;

	TRY(checkup(c, args->security, &findings, &count));
	for (size_t i = 0; i < count; i++) {
		const struct finding *f = &findings[i];
		struct doctor_reply reply = {.check = f->check, .health = health_word(f->health),
			.found = f->found, .remedy = f->remedy};

		failed += f->health == HEALTH_FAIL;
		TRY(op_emit(c, &reply));
	}
	if (failed)
		return fail(c, FAIL_CONFIG, "%zu of %zu checks failed", failed, count);
	return FAIL_NONE;
}

const struct op op_doctor = {
	.name = "doctor",
	.route = "GET /api/v1/doctor",
	.effect = EFFECT_READ,
	.flags = OP_ANYHOW,
	.summary = "Look for what is missing or wrong, and say what to do",
	.about = "Configuration, store and its SQLite, modules, media libraries, fonts, "
		"voices, secrets, permissions, sandbox, space and backups. Ends with status 78 "
		"when something fails that operations need.",
	.example = "trae doctor --security",
	.rows = "findings",
	OP_ARGS(struct doctor_args,
		FIELD(struct doctor_args, security, "Only what protects you")),
	OP_REPLY(struct doctor_reply,
		FIELD(struct doctor_reply, check, "What was looked at", .required = true),
		FIELD(struct doctor_reply, health, "ok, note, warn or fail", .required = true),
		FIELD(struct doctor_reply, found, "What is there", .required = true),
		FIELD(struct doctor_reply, remedy, "What to do")),
	.run = run,
};
