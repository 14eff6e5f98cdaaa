/* What a task tells others of its end, in the members that the guides' clients read. */
#ifndef MODEL_TASK_RESULT_H
#define MODEL_TASK_RESULT_H

#include "lib/json/json.h"
#include "lib/model/task.h"

/* The result of T beside the guides' names for it (content_url, content_type, file_size_bytes,
 * duration_seconds, resolution, metadata) where it made a file, and without its path, which says
 * nothing elsewhere. NULL in *OUT without a result. Borrowed from C. */
enum fail task_result(struct call *c, const struct task *t, json_t **out);

/* {cpu_seconds, memory_peak_mb, gpu_seconds} of its latest attempt; NULL when that was not
 * measured. Borrowed from C. */
json_t *task_usage(struct call *c, const struct task *t);

#endif
