/* What callers are shown of a schedule. */
#include "lib/work/schedule_view.h"

#include "lib/base/clock.h"
#include "lib/op/kind.h"
#include "lib/work/task_view.h"

struct schedule_view schedule_view(struct call *c, const struct schedule *s)
{
	return (struct schedule_view){
		.name = s->name,
		.every = s->every,
		.task_type = kind_of(s->operation),
		.priority = priority_word(c, s->priority),
		.catch_up = s->catch_up,
		.next_at = clock_text(&c->arena, s->next_at),
		.last_at = s->last_at ? clock_text(&c->arena, s->last_at) : NULL,
		.paused = s->paused,
	};
}
