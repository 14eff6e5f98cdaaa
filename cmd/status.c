/* trae status: one screen of how things stand. */
#include "lib/base/clock.h"
#include "lib/model/counter.h"
#include "lib/model/task.h"
#include "lib/op/op.h"
#include "lib/store/store.h"

struct status_reply {
	const char *version, *store, *state;
	int64_t store_bytes, log_bytes;
	int64_t tasks_waiting, tasks_running, tasks_completed, tasks_failed, tasks_interrupted;
	int64_t files, file_bytes;
	const char *last_operation, *last_state, *last_at;
};

static enum fail read_store(struct call *c, struct status_reply *reply)
{
	struct counters counters;
	struct store_facts facts;
	struct task *last;
	size_t n;

	TRY(store_open_read(c));
	TRY(counters_read(c, &counters));
	TRY(store_facts(c, &facts));
	TRY(task_list(c, 1, NULL, NULL, &last, &n));
	reply->state = "ready";
	reply->store_bytes = facts.file_bytes;
	reply->log_bytes = facts.log_bytes;
	reply->tasks_waiting = counters.tasks_pending + counters.tasks_scheduled +
		counters.tasks_blocked + counters.tasks_retrying + counters.tasks_paused +
		counters.tasks_approval_pending;
	reply->tasks_running = counters.tasks_running;
	reply->tasks_completed = counters.tasks_completed;
	reply->tasks_failed = counters.tasks_failed + counters.tasks_dead_letter;
	reply->tasks_interrupted = counters.tasks_interrupted;
	reply->files = counters.files;
	reply->file_bytes = counters.file_bytes;
	if (n) {
		reply->last_operation = last->operation;
		reply->last_state = last->state;
		reply->last_at = clock_text(&c->arena, last->created_at);
	}
	return FAIL_NONE;
}

static enum fail run(struct call *c, const void *args)
{
	struct status_reply reply = {.version = TRAE_VERSION, .store = store_path(c)};
	enum fail f = read_store(c, &reply);

	(void)args;
	if (f == FAIL_MISSING) {
		fail_forget(c);
		reply.state = "absent: trae init makes it";
	} else if (f != FAIL_NONE) {
		return f;
	}
	return op_emit(c, &reply);
}

const struct op op_status = {
	.name = "status",
	.route = "GET /api/v1/status",
	.effect = EFFECT_READ,
	.fresh_ms = 100,
	.flags = OP_QUICK,
	.summary = "Show how things stand",
	.about = "Store, tasks, files and the last operation, from counters that are kept "
		"with every change: it answers at once however much the store holds.",
	.example = "trae status --json",
	OP_NO_ARGS,
	OP_REPLY(struct status_reply,
		FIELD(struct status_reply, version, "Version of this program", .required = true),
		FIELD(struct status_reply, store, "The store file", .place = true),
		FIELD(struct status_reply, state, "ready, or absent before the first use",
			.required = true),
		FIELD(struct status_reply, store_bytes, "Size of the store", .required = true),
		FIELD(struct status_reply, log_bytes, "Size of its write-ahead log", .required = true),
		FIELD(struct status_reply, tasks_waiting, "Tasks that wait: for a worker, a time, "
			"others, or a person", .required = true),
		FIELD(struct status_reply, tasks_running, "Tasks that run now", .required = true),
		FIELD(struct status_reply, tasks_completed, "Tasks completed", .required = true),
		FIELD(struct status_reply, tasks_failed, "Tasks failed", .required = true),
		FIELD(struct status_reply, tasks_interrupted, "Tasks interrupted", .required = true),
		FIELD(struct status_reply, files, "Files recorded", .required = true),
		FIELD(struct status_reply, file_bytes, "Their bytes", .required = true),
		FIELD(struct status_reply, last_operation, "Latest task's operation"),
		FIELD(struct status_reply, last_state, "Its state"),
		FIELD(struct status_reply, last_at, "When it was made")),
	.run = run,
};
