/* The content agent: writes scripts and makes videos, sound and text of them. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/agent/agent.h"
#include "lib/agent/sections.h"
#include "lib/config/config.h"
#include "lib/os/dirs.h"
#include "lib/os/module.h"

const struct field content_fields[] = {
	FIELD(struct content_settings, voice_style,
		"professional, news, energetic, british, or a name of trae voice list"),
	FIELD(struct content_settings, video_quality, "Picture size, as in 1080p"),
	FIELD(struct content_settings, background_music, "Play music under the voice"),
	LIMIT_FIELD(struct content_settings),
	{.name = NULL},
};

/* The guides' words for a manner of speaking, and the voice that has it. */
static const struct {
	const char *style, *voice;
} styles[] = {
	{"professional", "professional_male"},
	{"news", "news_male"},
	{"energetic", "energetic_male"},
	{"british", "british_male"},
};

static const struct {
	const char *setting, *argument;
} arguments[] = {
	{"voice_style", "voice"},
	{"video_quality", "size"},
	{"background_music", "background_music"},
};

static json_t *spoken_by(json_t *value)
{
	const char *style = json_string_value(value);

	for (size_t i = 0; style && i < sizeof styles / sizeof *styles; i++)
		if (!strcmp(styles[i].style, style))
			return json_string(styles[i].voice);
	return json_incref(value);
}

static enum fail apply(struct call *c, const json_t *section, const struct field *fields,
	json_t *args)
{
	(void)c;
	for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
		json_t *value = json_object_get(section, arguments[i].setting);

		if (value && !json_object_get(args, arguments[i].argument)
			&& field_find(fields, arguments[i].argument))
			json_object_set_new(args, arguments[i].argument, spoken_by(value));
	}
	return FAIL_NONE;
}

static void check_module(struct call *c, const char *name, const char *what,
	void (*found)(void *to, const struct agent_finding *finding), void *to)
{
	const void *table;
	struct agent_finding finding = {.check = what, .found = "there", .good = true};

	if (module_load(c, name, &table) != FAIL_NONE) {
		finding = (struct agent_finding){.check = what, .found = c->why,
			.remedy = "install the library that it names"};
		fail_forget(c);
	}
	found(to, &finding);
}

static enum fail check(struct call *c,
	void (*found)(void *to, const struct agent_finding *finding), void *to)
{
	const char *program = arena_printf(&c->arena, "%s/trae-media", dir_libexec(c));
	const char *model = config_text(c, "llm.model");
	bool there = !access(program, X_OK);

	found(to, &(struct agent_finding){.check = "media program", .good = there,
		.found = there ? program
			: arena_printf(&c->arena, "%s: %s", program, strerror(errno)),
		.remedy = there ? NULL : "install trae again"});
	check_module(c, "net", "fetching sources", found, to);
	check_module(c, "page", "reading pages", found, to);
	found(to, &(struct agent_finding){.check = "language model", .good = true,
		.found = model ? model : "none: scripts are extracted from their sources",
		.remedy = model ? NULL : "trae config set llm.model NAME, to have scripts written"});
	return FAIL_NONE;
}

const struct agent agent_content = {
	.name = "content",
	.class = "ContentAgent",
	.about = "Writes scripts and makes videos, sound and text of them",
	.operations = (const char *const[]){"content generate", "content script", "video render",
		NULL},
	.max_running = 10, /* what the guides allow of video tasks at once */
	.check = check,
	.section = "content_agent",
	.apply = apply,
};
