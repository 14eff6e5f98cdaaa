/* What callers are shown of a schedule. */
#ifndef WORK_SCHEDULE_VIEW_H
#define WORK_SCHEDULE_VIEW_H

#include "lib/work/schedule.h"

struct schedule_view {
	const char *name, *every, *task_type, *priority, *catch_up, *next_at, *last_at;
	bool paused;
};

struct schedule_view schedule_view(struct call *c, const struct schedule *s);

#define SCHEDULE_VIEW_FIELDS                                                                       \
	FIELD(struct schedule_view, name, "Name", .required = true),                               \
	FIELD(struct schedule_view, every, "When", .required = true),                              \
	FIELD(struct schedule_view, task_type, "Kind of work", .required = true),                  \
	FIELD(struct schedule_view, next_at, "When it is next put on the queue", .required = true),\
	FIELD(struct schedule_view, last_at, "When it last was"),                                  \
	FIELD(struct schedule_view, paused, "It rests", .required = true),                         \
	FIELD(struct schedule_view, catch_up, "What becomes of missed times", .required = true),   \
	FIELD(struct schedule_view, priority, "Priority of its tasks", .required = true)

#endif
