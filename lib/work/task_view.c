/* What callers are shown of a task. */
#include "lib/work/task_view.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/model/task_result.h"
#include "lib/op/kind.h"
#include "lib/op/op.h"
#include "lib/os/file.h"

struct usage_view {
	double cpu_seconds, memory_peak_mb, gpu_seconds;
};
const struct field task_usage_fields[] = {
	FIELD(struct usage_view, cpu_seconds, "Processor time, of all its processes", .required = true),
	FIELD(struct usage_view, memory_peak_mb, "Most memory that one of them held",
		.required = true),
	FIELD(struct usage_view, gpu_seconds, "Null: no graphics processor is used"),
	{.name = NULL},
};

const char *priority_word(struct call *c, int64_t priority)
{
	static const char *const words[11] = {[1] = "critical", [3] = "high", [5] = "medium",
		[7] = "low", [9] = "background"};

	if (priority >= 0 && priority <= 10 && words[priority])
		return words[priority];
	return arena_printf(&c->arena, "%lld", (long long)priority);
}

static const char *when(struct call *c, int64_t at_ms)
{
	return at_ms ? clock_text(&c->arena, at_ms) : NULL;
}

/* A JSON text of the store; NULL when it is none. */
static json_t *parsed(struct call *c, const char *text)
{
	json_t *j;

	if (!text)
		return NULL;
	if (json_parse(c, text, strlen(text), &j) == FAIL_NONE)
		return json_keep(c, j);
	fail_forget(c);
	return NULL;
}

static double seconds(const struct task *t)
{
	int64_t end = t->completed_at ? t->completed_at : clock_now_ms();

	return t->started_at && end >= t->started_at ? (double)(end - t->started_at) / 1000
						     : NUM_NULL;
}

static void name_only(json_t *path)
{
	const char *text = json_string_value(path);

	/* What has lines is a document itself. */
	if (text && *text == '/' && !strchr(text, '\n'))
		json_string_set(path, path_base(text));
}

/* Of a document on this machine others learn the name. */
static void hide_documents(const struct op *op, json_t *parameters)
{
	for (const struct field *f = op ? op->args : NULL; f && f->name; f++) {
		json_t *value = json_object_get(parameters, f->name), *one;
		size_t i;

		if (f->type == FIELD_PATH && json_is_string(value))
			name_only(value);
		else if (f->type == FIELD_PATHS)
			json_array_foreach(value, i, one)
				name_only(one);
	}
}

struct task_view task_view(struct call *c, const struct task *t)
{
	bool busy = !strcmp(t->state, "running");
	json_t *parameters = parsed(c, t->arguments);

	if (c->far && parameters)
		hide_documents(op_find(t->operation), parameters);

	return (struct task_view){
		.task_id = t->id,
		.status = task_status(t->state),
		.state = t->state,
		.task_type = kind_of(t->operation),
		.operation = t->operation,
		.priority = priority_word(c, t->priority),
		.assigned_agent = t->agent && *t->agent ? t->agent : NULL,
		.created_at = when(c, t->created_at),
		.run_at = when(c, t->run_at),
		.started_at = when(c, t->started_at),
		.completed_at = when(c, t->completed_at),
		.stage = t->stage,
		.error = t->error_text,
		.error_word = t->error_word,
		.batch_id = t->parent,
		.traceparent = t->traceparent,
		.callback_url = t->callback_url,
		.execution_time_seconds = t->completed_at || busy ? seconds(t) : NUM_NULL,
		.progress_percent = t->progress * 100,
		.retry_count = t->retries,
		.max_retries = t->max_retries,
		.attempt = t->attempt,
		.result = parsed(c, t->result),
		.parameters = parameters,
		.metadata = parsed(c, t->metadata),
		.resource_usage = task_usage(c, t),
	};
}
