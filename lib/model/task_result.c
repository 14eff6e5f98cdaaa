/* What a task tells others of its end, in the members that the guides' clients read. */
#include "lib/model/task_result.h"

#include <string.h>

#include "lib/base/clock.h"

static enum fail describe_file(struct call *c, json_t *result, const struct file *f)
{
	JSON_AUTO recorded = NULL;

	json_object_set_new(result, "content_url", json_sprintf("/api/v1/files/%s", f->id));
	json_object_set_new(result, "content_type", json_string(f->media_type));
	json_object_set_new(result, "file_size_bytes", json_integer(f->bytes));
	if (json_object_get(result, "duration_s"))
		json_object_set(result, "duration_seconds", json_object_get(result, "duration_s"));
	json_object_del(result, "path");
	if (!f->metadata)
		return FAIL_NONE;
	TRY(json_parse(c, f->metadata, strlen(f->metadata), &recorded));
	if (json_object_get(recorded, "resolution"))
		json_object_set(result, "resolution", json_object_get(recorded, "resolution"));
	return FAIL_NONE;
}

enum fail task_result(struct call *c, const struct task *t, json_t **out)
{
	struct file *files;
	json_t *result;
	size_t n;

	*out = NULL;
	if (!t->result)
		return FAIL_NONE;
	TRY(json_parse(c, t->result, strlen(t->result), &result));
	json_keep(c, result);
	/* Tasks of earlier versions keep the one reply of an operation in a list. */
	if (json_is_array(result) && json_array_size(result) == 1)
		result = json_array_get(result, 0);
	*out = result;
	TRY(file_of_task(c, t->id, &files, &n));
	if (!json_is_object(result) || !n)
		return FAIL_NONE;
	TRY(describe_file(c, result, &files[0]));
	json_object_set_new(result, "metadata", json_pack("{s:s,s:f,s:n}", "created_at",
		clock_text(&c->arena, t->created_at), "processing_time_seconds",
		(double)(t->completed_at - t->started_at) / 1000, "quality_score"));
	return FAIL_NONE;
}

json_t *task_usage(struct call *c, const struct task *t)
{
	if (!t->spent.memory_bytes)
		return NULL;
	return json_keep(c, json_pack("{s:f,s:f,s:n}", "cpu_seconds",
		(double)t->spent.cpu_ms / 1000, "memory_peak_mb",
		(double)(t->spent.memory_bytes / 1024) / 1024, "gpu_seconds"));
}
