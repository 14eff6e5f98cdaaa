/* trae task work: runs what is on the queue. */
#include <unistd.h>

#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/work/pool.h"

#define STEP_MS 200
#define RETRY_US 1000000
#define GRACE_MS 25000

struct task_work_args {
	bool once, until_empty;
	int64_t jobs;
};

struct task_work_reply {
	int64_t completed, failed;
};

static bool told_to_stop(const struct call *c)
{
	return c->cancelled && *c->cancelled;
}

static enum fail work(struct call *c, const struct task_work_args *args, struct pool *p)
{
	bool ends = args->once || args->until_empty;

	do {
		enum fail f = pool_step(c, p, STEP_MS);

		if (f != FAIL_NONE && ends)
			return f;
		/* A full disk or a held lock passes: nothing is lost by trying again. */
		if (f != FAIL_NONE) {
			call_warn(c, "%s", c->why);
			fail_forget(c);
			usleep(RETRY_US);
		}
	} while (!told_to_stop(c) && !(ends && pool_facts(p).idle));
	return pool_drain(c, p, GRACE_MS);
}

static enum fail run(struct call *c, const void *data)
{
	const struct task_work_args *args = data;
	const struct pool_options options = {.jobs = args->jobs == INT_NULL ? 0 : args->jobs,
		.most = args->once ? 1 : 0};
	struct task_work_reply reply;
	struct pool *p;
	enum fail f;

	TRY(store_open(c));
	TRY(pool_start(c, &options, &p));
	f = work(c, args, p);
	reply = (struct task_work_reply){pool_facts(p).completed, pool_facts(p).failed};
	pool_free(p);
	TRY(f);
	return op_emit(c, &reply);
}

const struct op op_task_work = {
	.name = "task work",
	.effect = EFFECT_WRITE,
	.flags = OP_SHELL | OP_NOW,
	.summary = "Run what is on the queue",
	.about = "As trae serve does, without the server: for cron with --until-empty, and "
		"for machines that only work, until a signal. What runs then is given time to "
		"end; what does not goes back to the queue.",
	.example = "trae task work --until-empty",
	OP_ARGS(struct task_work_args,
		FIELD(struct task_work_args, once, "Run one task and end"),
		FIELD(struct task_work_args, until_empty, "End when nothing is left that can "
			"run now"),
		FIELD(struct task_work_args, jobs, "Workers for light tasks and for the "
			"network, and half "
			"as many that render; default: the processors", .min = 1, .max = 64)),
	OP_REPLY(struct task_work_reply,
		FIELD(struct task_work_reply, completed, "Tasks completed", .required = true),
		FIELD(struct task_work_reply, failed, "Attempts that failed", .required = true)),
	.run = run,
};
