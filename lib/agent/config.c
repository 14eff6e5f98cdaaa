/* Agent configuration: its sections, checked and applied. */
#include "lib/agent/config.h"

#include <string.h>

#include "lib/agent/sections.h"
#include "lib/agent/service.h"
#include "lib/config/config.h"
#include "lib/model/agent_config.h"
#include "lib/model/callback.h"
#include "lib/op/op.h"
#include "lib/store/store.h"
#include "lib/text/duration.h"
#include "lib/text/size.h"

/* Settings of the largest section fit in this. */
#define SETTINGS_MAX 256

/* Said by the guides; kept for the agent that will read it. */
struct research_settings {
	const char *const *sources, *const *keywords;
	const char *update_frequency;
};
static const struct field research_fields[] = {
	FIELD(struct research_settings, sources, "What to read",
		.oneof = ONEOF("rss_feeds", "social_media", "news_apis", "academic")),
	FIELD(struct research_settings, update_frequency, "How often, as in 15_minutes",
		.duration = true, .or_number = true),
	FIELD(struct research_settings, keywords, "What to look for"),
	{.name = NULL},
};
_Static_assert(sizeof(struct research_settings) <= SETTINGS_MAX, "settings are too large");
_Static_assert(sizeof(struct system_settings) <= SETTINGS_MAX, "settings are too large");
_Static_assert(sizeof(struct content_settings) <= SETTINGS_MAX, "settings are too large");

#define SECTION(key, text, fields) {.name = key, .type = FIELD_JSON, .help = text, .of = fields}
const struct field agent_config_sections[] = {
	SECTION("research_agent", "Research", research_fields),
	SECTION("content_agent", "What content tasks use that leave it out", content_fields),
	SECTION("system_agent", "Health checks and alerts", system_fields),
	{.name = NULL},
};

static const struct agent *agent_of_section(const char *section)
{
	for (size_t i = 0; agent_table[i]; i++)
		if (!strcmp(agent_table[i]->section, section))
			return agent_table[i];
	return NULL;
}

static enum fail bind_section(struct call *c, const struct field *section, const json_t *value,
	void *to)
{
	enum fail f = field_check(c, section, value);

	if (f == FAIL_NONE) {
		f = field_bind(c, section->of, value, false, to);
		if (f != FAIL_NONE)
			fail_context(c, "%s", section->name);
	}
	if (f == FAIL_NONE)
		return f;
	fail_context(c, "agent_config");
	return FAIL_INPUT;
}

/* What a section may not say although its members are well formed. */
static enum fail check_targets(struct call *c, const json_t *section)
{
	const json_t *services = json_object_get(section, "services"), *service;
	const char *url = json_member_text(section, "alert_url", NULL);
	const char *size = json_member_text(section, "video_quality", NULL);
	int64_t width, height;
	size_t i;

	json_array_foreach((json_t *)services, i, service) {
		const char *text = json_string_value(service);

		TRY(service_form(c, text));
		if (c->channel != CHANNEL_SHELL && *text == '/')
			return fail(c, FAIL_DENIED,
				"services: programs may be named from the shell only");
	}
	if (size && size_parse(c, size, &width, &height) != FAIL_NONE) {
		fail_context(c, "video_quality");
		return FAIL_INPUT;
	}
	return url ? callback_check(c, url, config_text(c, "callback.hosts"), NULL) : FAIL_NONE;
}

enum fail agent_config_check(struct call *c, json_t *document)
{
	char scratch[SETTINGS_MAX] __attribute__((aligned(16))) = {0};
	const char *name;
	json_t *value;
	enum fail f;

	if (!json_is_object(document))
		return fail(c, FAIL_INPUT, "agent_config: an object is needed");
	if (field_bind(c, agent_config_sections, document, false, scratch) != FAIL_NONE) {
		fail_context(c, "agent_config");
		return FAIL_INPUT;
	}
	json_object_foreach(document, name, value) {
		const struct field *section = field_find(agent_config_sections, name);

		TRY(bind_section(c, section, value, scratch));
		if (!agent_of_section(name))
			call_warn(c, "%s is kept, but no agent reads it yet", name);
		f = check_targets(c, value);
		if (f != FAIL_NONE) {
			fail_context(c, "agent_config: %s", name);
			return f;
		}
	}
	return FAIL_NONE;
}

static enum fail put(struct call *c, json_t *document, int64_t back_to, struct agent_config *out)
{
	TRY(agent_config_put(c, json_text(c, document, false), back_to, out));
	for (size_t i = 0; agent_table[i]; i++) {
		const struct agent *a = agent_table[i];
		const json_t *limit = json_object_get(json_object_get(document, a->section),
			"max_concurrent_tasks");

		TRY(agent_set_limit(c, a->name,
			limit ? json_integer_value(limit) : a->max_running));
	}
	return FAIL_NONE;
}

enum fail agent_config_set(struct call *c, json_t *document, int64_t back_to,
	struct agent_config *out)
{
	TRY(store_begin(c));
	return store_end(c, put(c, document, back_to, out));
}

static enum fail read_section(struct call *c, const char *section, json_t **out)
{
	struct agent_config config;
	json_t *document = NULL, *value;

	TRY(agent_config_get(c, 0, &config));
	TRY(json_parse(c, config.document, strlen(config.document), &document));
	value = json_object_get(json_keep(c, document), section);
	*out = value ? value : json_keep(c, json_object());
	return FAIL_NONE;
}

enum fail agent_config_bind(struct call *c, const struct agent *agent, const struct field *fields,
	void *to)
{
	const struct field section = {.name = agent->section, .type = FIELD_JSON, .of = fields};
	json_t *value;

	TRY(read_section(c, agent->section, &value));
	return bind_section(c, &section, value, to);
}

int64_t agent_config_ms(const char *duration)
{
	int64_t ms = 0;

	return duration && duration_parse(duration, &ms) ? ms : 0;
}

enum fail agent_config_apply(struct call *c, const char *operation, const char **arguments)
{
	const char *name = agent_for_operation(operation);
	const struct op *op = op_find(operation);
	json_t *section, *args = NULL;
	const struct agent *agent;

	if (!name || !op)
		return FAIL_NONE;
	TRY(agent_find(c, name, &agent));
	if (!agent->apply)
		return FAIL_NONE;
	TRY(read_section(c, agent->section, &section));
	TRY(json_parse(c, *arguments, strlen(*arguments), &args));
	TRY(agent->apply(c, section, op->args, json_keep(c, args)));
	*arguments = json_text(c, args, false);
	return FAIL_NONE;
}
