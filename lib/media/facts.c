/* Facts: what this program and its libraries can do here. */
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>

#include "lib/effect/effect.h"
#include "lib/media/bind.h"
#include "lib/media/type.h"
#include "lib/media/work.h"
#include "lib/voice/voice.h"

struct facts_job {
	const char *job;
	int sandbox;
};

static const struct bind_member members[] = {
	{"job", BIND_TEXT, offsetof(struct facts_job, job), true},
	{"sandbox", BIND_CHOICE, offsetof(struct facts_job, sandbox), .choices = sandbox_wishes},
};

static enum fail prepare(struct call *c, const json_t *json, struct errand *e)
{
	struct facts_job *job = ARENA_NEW(&c->arena, struct facts_job, 1);

	TRY(BIND(json, "facts", members, job));
	e->job = job;
	e->wish = (enum sandbox_wish)job->sandbox;
	return FAIL_NONE;
}

static json_t *version_json(unsigned version)
{
	return json_sprintf("%u.%u.%u", version >> 16, version >> 8 & 255, version & 255);
}

static json_t *libraries_json(void)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:s,s:s}", "libavcodec", version_json(avcodec_version()),
		"libavformat", version_json(avformat_version()), "libavutil",
		version_json(avutil_version()), "libswscale", version_json(swscale_version()),
		"cairo", cairo_version_string(), "pango", pango_version_string());
}

static json_t *encoders_json(void)
{
	static const char *const wanted[] = {"libx264", "aac", "libmp3lame", "pcm_s16le"};
	json_t *j = json_object();

	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		json_object_set_new(j, wanted[i],
			json_boolean(avcodec_find_encoder_by_name(wanted[i]) != NULL));
	return j;
}

static json_t *engines_json(struct call *c)
{
	json_t *engines = json_array();

	for (size_t i = 0; voice_engines[i]; i++) {
		const struct voice_engine *engine = voice_engines[i];
		const char *const *voice = engine->voices(c);
		json_t *voices = json_array();
		bool usable = voice != NULL;

		for (; voice && *voice; voice++)
			json_array_append_new(voices, json_lossy(c, *voice));
		json_array_append_new(engines, json_pack("{s:s,s:s,s:b,s:o}", "name", engine->name,
			"about", engine->about, "usable", usable, "voices", voices));
	}
	return engines;
}

static json_t *voices_json(struct call *c)
{
	json_t *voices = json_array();

	for (size_t i = 0; voice_names[i].name; i++) {
		const struct voice_name *v = &voice_names[i];
		const struct voice_engine *engine;
		struct voice_style style;
		bool usable = voice_find(c, v->name, &engine, &style) == FAIL_NONE &&
			engine->voices(c) != NULL;

		fail_forget(c);
		json_array_append_new(voices,
			json_pack("{s:s,s:s,s:s,s:s,s:s,s:b}", "name", v->name, "about", v->about,
				"engine", v->engine, "voice", v->voice, "language", v->language,
				"usable", usable));
	}
	return voices;
}

static json_t *effects_json(void)
{
	json_t *list = json_array();

	for (size_t i = 0; effects[i]; i++)
		json_array_append_new(list,
			json_pack("{s:s,s:s,s:s}", "name", effects[i]->name, "kind",
				effects[i]->mix ? "transition" : "look", "about",
				effects[i]->about));
	return list;
}

static enum fail run(struct call *c, const struct errand *e, json_t *result)
{
	const char *file, *family = type_family(&file);
	const struct sandbox_state *s = &e->sandbox;

	json_object_set_new(result, "version", json_string(TRAE_VERSION));
	json_object_set_new(result, "libraries", libraries_json());
	json_object_set_new(result, "encoders", encoders_json());
	json_object_set_new(result, "engines", engines_json(c));
	json_object_set_new(result, "voices", voices_json(c));
	json_object_set_new(result, "effects", effects_json());
	json_object_set_new(result, "font", json_pack("{s:s,s:o}", "family", family, "file",
		json_lossy(c, file)));
	json_object_set_new(result, "sandbox", json_pack("{s:b,s:b,s:b,s:i}", "rlimits", s->rlimits,
		"no_new_privs", s->no_new_privs, "seccomp", s->seccomp, "landlock_abi",
		s->landlock_abi));
	return FAIL_NONE;
}

const struct work work_facts = {"facts", prepare, run};
