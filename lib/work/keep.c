/* Retention: what is kept how long. */
#include "lib/work/keep.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/config/config.h"
#include "lib/model/agent.h"
#include "lib/model/file.h"
#include "lib/model/task.h"
#include "lib/os/dirs.h"
#include "lib/store/store.h"
#include "lib/text/duration.h"

#define FILES_MAX 500

static enum fail read_one(struct call *c, const char *name, int64_t *ms)
{
	const char *text;

	TRY(config_get(c, name, &text, NULL, NULL));
	*ms = 0;
	if (text && strcmp(text, "forever") && !duration_parse(text, ms))
		return fail(c, FAIL_BUG, "setting %s was not checked", name);
	return FAIL_NONE;
}

enum fail keep_read(struct call *c, struct keep *out)
{
	TRY(read_one(c, "task.keep", &out->tasks_ms));
	return read_one(c, "file.keep", &out->files_ms);
}

struct old {
	const char *id, *path;
};

/* Files of our own folder that were recorded before BEFORE. */
static enum fail find_old(struct call *c, int64_t before, struct old *old, size_t *n)
{
	const char *folder = arena_printf(&c->arena, "%s/files/", dir_data(c));
	QUERY_AUTO q;
	enum fail f;

	*n = 0;
	TRY(query_start(c, SQL("select id, path from file where created_at < $1"
		" and substr(path, 1, $2) = $3 order by created_at limit $4"),
		PARAMS(before, strlen(folder), folder, FILES_MAX), &q));
	while (query_next(c, &q, &f)) {
		old[*n] = (struct old){query_text(c, &q, 0), query_text(c, &q, 1)};
		++*n;
	}
	return f;
}

static enum fail remove_files(struct call *c, int64_t before)
{
	struct old *old = ARENA_NEW(&c->arena, struct old, FILES_MAX);
	size_t n;

	TRY(find_old(c, before, old, &n));
	for (size_t i = 0; i < n; i++) {
		enum fail f;

		/* The record goes last: a file without one would never be found again. */
		if (unlink(old[i].path) && errno != ENOENT)
			return fail_errno(c, errno, "cannot remove %s", old[i].path);
		f = file_forget(c, old[i].id);
		if (f != FAIL_NONE && f != FAIL_MISSING)
			return f;
		fail_forget(c);
	}
	return FAIL_NONE;
}

enum fail keep_run(struct call *c, const struct keep *keep)
{
	int64_t now = clock_now_ms(), removed = 0, freed;

	if (keep->files_ms)
		TRY(remove_files(c, now - keep->files_ms));
	if (!keep->tasks_ms)
		return FAIL_NONE;
	TRY(task_prune(c, now - keep->tasks_ms, now - keep->tasks_ms, &removed));
	TRY(agent_prune(c, now - keep->tasks_ms));
	return removed ? store_shrink(c, &freed) : FAIL_NONE;
}
