/* What each section of agent_config may say. */
#ifndef AGENT_SECTIONS_H
#define AGENT_SECTIONS_H

#include "lib/field/field.h"

struct system_settings {
	const char *health_check_interval;
	double cpu_alert_percent, memory_alert_percent, disk_alert_percent;
	const char *queue_alert_age;
	const char *const *services;
	const char *alert_url;
	int64_t max_concurrent_tasks;
};
extern const struct field system_fields[];

struct content_settings {
	const char *voice_style, *video_quality;
	bool background_music;
	int64_t max_concurrent_tasks;
};

#define AGENT_RUNNING_MAX 10000
#define LIMIT_FIELD(T)                                                                             \
	FIELD(T, max_concurrent_tasks, "How many of its tasks run at once", .min = 1,              \
		.max = AGENT_RUNNING_MAX)
extern const struct field content_fields[];

#endif
