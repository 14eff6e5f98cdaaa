/* The voices: engines, and the names that users write. */
#include "lib/voice/voice.h"

#include <string.h>
#include <strings.h>

#include "lib/base/buf.h"
#include "lib/field/field.h"

/* So many voices of an engine are named where one is not found. */
#define SHOWN 8

extern const struct voice_engine voice_flite, voice_espeak;

const struct voice_engine *const voice_engines[] = {&voice_flite, &voice_espeak, NULL};

/* Speed 1/1.1 is the stretch at which slt is understood best; 85/98 gives rms a mean of 85 Hz. */
const struct voice_name voice_names[] = {
	{"professional_male", "clear American man", "flite", "rms", "en-us", 1, 1},
	{"professional_female", "American woman", "flite", "slt", "en-us", 1 / 1.1, 1},
	{"news_male", "deeper American man", "flite", "rms", "en-us", 1, 85.0 / 98},
	{"energetic_male", "quicker American man", "flite", "rms", "en-us", 1 / 0.92, 1},
	{"british_male", "Scottish man", "flite", "awb", "en-gb", 1, 1},
	{"scottish_male", "Scottish man", "flite", "awb", "en-gb", 1, 1},
	{"retro", "early computer voice", "flite", "kal16", "en-us", 1, 1},
	{"robot", "early computer voice", "flite", "kal16", "en-us", 1, 1},
	{NULL}
};

/* "; the nearest is X", or some of the names. */
static const char *hint(struct call *c, const char *name, const char *const *names, size_t count)
{
	const char *nearest = field_nearest(name, names, count);
	struct buf b = buf_in(&c->arena);

	if (nearest)
		return arena_printf(&c->arena, "; the nearest is %s", nearest);
	buf_adds(&b, "; it has ");
	for (size_t i = 0; i < count && i < SHOWN; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", names[i]);
	if (count > SHOWN)
		buf_addf(&b, " and %zu more", count - SHOWN);
	return b.data;
}

static enum fail name_unknown(struct call *c, const char *name)
{
	const char *names[sizeof voice_names / sizeof voice_names[0]];
	struct buf all = buf_in(&c->arena);
	const char *nearest;
	size_t count = 0;

	for (const struct voice_name *v = voice_names; v->name; v++) {
		buf_addf(&all, "%s%s", count ? ", " : "", v->name);
		names[count++] = v->name;
	}
	nearest = field_nearest(name, names, count);
	return fail(c, FAIL_INPUT, "no voice \"%s\"%s%s: give %s, espeak:LANG or flite:NAME", name,
		nearest ? "; the nearest is " : "", nearest ? nearest : "", all.data);
}

/* NAME behind the colon of ENGINE:NAME; what follows a plus is the engine's own affair. */
static enum fail engine_find(struct call *c, const struct voice_engine *engine, const char *name,
	struct voice_style *style)
{
	const char *const *voices = engine->voices(c);
	size_t count = 0, len = strcspn(name, "+");
	const char *base = arena_memdup(&c->arena, name, len);

	if (!voices)
		return fail(c, FAIL_CONFIG, "%s does not work here: install %s", engine->name,
			engine->package);
	for (; voices[count]; count++) {
		if (strcasecmp(voices[count], base))
			continue;
		*style = (struct voice_style){.voice = arena_strdup(&c->arena, name), .speed = 1,
			.pitch = 1};
		return FAIL_NONE;
	}
	return fail(c, FAIL_INPUT, "%s has no voice \"%s\"%s", engine->name, base,
		hint(c, base, voices, count));
}

enum fail voice_find(struct call *c, const char *name, const struct voice_engine **engine,
	struct voice_style *style)
{
	size_t len = strcspn(name, ":");

	for (const struct voice_name *v = voice_names; v->name; v++) {
		if (strcmp(v->name, name))
			continue;
		TRY(voice_find(c, arena_printf(&c->arena, "%s:%s", v->engine, v->voice), engine,
			style));
		style->speed = v->speed;
		style->pitch = v->pitch;
		return FAIL_NONE;
	}
	for (size_t i = 0; name[len] && voice_engines[i]; i++) {
		const char *own = voice_engines[i]->name;

		if (strlen(own) != len || strncmp(own, name, len))
			continue;
		TRY(engine_find(c, voice_engines[i], name + len + 1, style));
		*engine = voice_engines[i];
		return FAIL_NONE;
	}
	return name_unknown(c, name);
}
