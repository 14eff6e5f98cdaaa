/* Voice: a plug-in that speaks one sentence. One file, one const, one line in lib/voice/list.c. */
#ifndef VOICE_VOICE_H
#define VOICE_VOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/call.h"

struct voice_style {
	const char *voice;    /* of this engine: "rms", "en-gb" */
	double speed;         /* 1 is the voice's own; 2 twice as fast; 0.5 to 2 */
	double pitch;         /* factor; 0.5 to 2 */
};

struct spoken_word {
	size_t at, len;       /* bytes in the sentence as given */
	double start_s, end_s;
};

struct spoken {
	float *samples;       /* mono, -1 to 1 */
	int64_t count;
	int rate;             /* samples a second */
	struct spoken_word *words;
	size_t words_count;
};

struct voice_engine {
	const char *name;     /* "flite", "espeak" */
	const char *about;
	const char *package;  /* of Debian, that brings its voices */
	bool ascii_english;   /* speaks English only, from ASCII letters only */
	/* Voices it has now, ending with NULL; NULL when the engine is not usable here. */
	const char *const *(*voices)(struct call *c);
	/* Speaks TEXT, one sentence of UTF-8. FAIL_INPUT when the text has letters this voice
	 * cannot speak: silence is never a result. */
	enum fail (*say)(struct call *c, const struct voice_style *style, const char *text,
		struct spoken *out);
};

extern const struct voice_engine *const voice_engines[]; /* ends with NULL */

/* Names that users write: professional_male, professional_female, news_male, energetic_male,
 * british_male, scottish_male, retro, robot, espeak:LANG[+VARIANT], flite:NAME. */
struct voice_name {
	const char *name, *about, *engine, *voice, *language;
	double speed, pitch;
};
extern const struct voice_name voice_names[]; /* ends with a NULL name */

/* Finds engine and style for a user's NAME, or FAIL_INPUT with the nearest names. */
enum fail voice_find(struct call *c, const char *name, const struct voice_engine **engine,
	struct voice_style *style);

#endif
