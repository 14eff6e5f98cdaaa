/* Tools that take long, and end in every way. */
#include "tests/drive/mcp/tools.h"

#include <unistd.h>

#include "lib/base/clock.h"

struct greet_args {
	const char *name;
};

struct slow_args {
	int64_t seconds;
	const char *label;
};

struct delete_args {
	const char *filename;
};

static enum fail greet(struct call *c, const void *data)
{
	const struct greet_args *args = data;

	return say(c, arena_printf(&c->arena, "Hello, %s!", args->name));
}

const struct op op_greet = {.name = "greet", .route = "GET /test/greet", .effect = EFFECT_READ,
	.summary = "Greets", .about = "Greets", .example = "trae greet", .document = "text",
	OP_ARGS(struct greet_args, FIELD(struct greet_args, name, "Whom", .required = true)),
	OP_REPLY(struct said, FIELD(struct said, text, "What it says")), .run = greet};

/* Each stage a little further, until it is told to stop. */
static enum fail slow(struct call *c, const void *data)
{
	const struct slow_args *args = data;
	int64_t begun = clock_boot_ms(), all = args->seconds * 1000, done = 0;

	while (done < all) {
		call_progress(c, (double)done, (double)all, arena_printf(&c->arena, "second %lld",
			(long long)done / 1000), NULL);
		TRY(call_check(c));
		usleep(50000);
		done = clock_boot_ms() - begun;
	}
	return say(c, args->label ? args->label : "done");
}

const struct op op_slow = {.name = "slow compute", .route = "POST /test/slow",
	.effect = EFFECT_WRITE, .flags = OP_LONG, .summary = "Takes its time",
	.about = "Takes its time", .example = "trae slow compute",
	OP_ARGS(struct slow_args, FIELD(struct slow_args, seconds, "How long", .initial = "1"),
		FIELD(struct slow_args, label, "What to say")),
	OP_REPLY(struct said, FIELD(struct said, text, "What it says")), .run = slow};

static enum fail failing(struct call *c, const void *args)
{
	(void)args;
	return fail(c, FAIL_INPUT, "this job always fails");
}

static enum fail broken(struct call *c, const void *args)
{
	(void)args;
	return fail(c, FAIL_BUG, "this job is broken");
}

#define JOB(NAME, RUN, ABOUT)                                                                      \
	const struct op op_##RUN = {.name = NAME, .route = "POST /test/" #RUN,                     \
		.effect = EFFECT_WRITE, .flags = OP_LONG, .summary = ABOUT, .about = ABOUT,        \
		.example = "trae " NAME, OP_NO_ARGS,                                               \
		OP_REPLY(struct said, FIELD(struct said, text, "What it says")), .run = RUN}

static enum fail deletes(struct call *c, const void *args)
{
	(void)args;
	return say(c, "nothing is asked here");
}

const struct op op_deletes = {.name = "confirm delete", .route = "POST /test/deletes",
	.effect = EFFECT_WRITE, .flags = OP_LONG, .summary = "Asks nothing", .about = "Asks nothing",
	.example = "trae confirm delete",
	OP_ARGS(struct delete_args, FIELD(struct delete_args, filename, "Which")),
	OP_REPLY(struct said, FIELD(struct said, text, "What it says")), .run = deletes};

JOB("failing job", failing, "Always fails");
JOB("protocol error-job", broken, "Is a defect of the program");
