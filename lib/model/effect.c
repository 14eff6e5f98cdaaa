/* Effects: what tasks do outside, written down before it is done. */
#include "lib/model/effect.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/store/store.h"

static enum fail begin(struct call *c, const char *key, const char *task_id, const char *step,
	enum effect_state *before, const char **far_id)
{
	int64_t now = clock_now_ms(), rows;
	QUERY_AUTO q;
	enum fail f;

	*far_id = NULL;
	*before = EFFECT_NEW;
	TRY(store_run(c, SQL("insert into effect (key, task_id, step, state, created_at, "
		"changed_at)"
		" values ($1, $2, $3, 'intent', $4, $4) on conflict (key) do nothing"),
		PARAMS(key, task_id, step, now), &rows));
	if (rows)
		return FAIL_NONE;
	TRY(query_start(c, SQL("select state, far_id from effect where key = $1"), PARAMS(key),
		&q));
	if (query_next(c, &q, &f)) {
		const char *state = query_text(c, &q, 0);

		*before = !strcmp(state, "done")     ? EFFECT_DONE
			  : !strcmp(state, "unknown") ? EFFECT_UNSURE
						      : EFFECT_BEGUN;
		*far_id = query_text(c, &q, 1);
	}
	return f;
}

enum fail effect_begin(struct call *c, const char *key, const char *task_id, const char *step,
	enum effect_state *before, const char **far_id)
{
	if (store_in_transaction(c))
		return fail(c, FAIL_BUG, "an effect's intent has to be on disk before it");
	TRY(store_begin(c));
	return store_end(c, begin(c, key, task_id, step, before, far_id));
}

static enum fail change(struct call *c, const char *key, const char *state, const char *far_id)
{
	int64_t rows;

	TRY(store_run(c, SQL("update effect set state = $1, far_id = $2, changed_at = $3 where "
		"key = $4"),
		PARAMS(state, far_id, clock_now_ms(), key), &rows));
	return rows ? FAIL_NONE : fail(c, FAIL_BUG, "effect %s was never begun", key);
}

enum fail effect_end(struct call *c, const char *key, const char *far_id)
{
	return change(c, key, "done", far_id);
}

enum fail effect_unsure(struct call *c, const char *key)
{
	return change(c, key, "unknown", NULL);
}
